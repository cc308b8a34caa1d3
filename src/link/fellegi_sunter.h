// SPDX-License-Identifier: GPL-3.0-or-later
// The model of Fellegi and Sunter: how much each level of agreement speaks for two records being one, learnt without labels. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "link/blocking.h"
#include "link/records.h"

namespace oyer::link {

using Pattern = std::uint64_t;  // three bits per field, the first field lowest
inline int level_of(Pattern pattern, std::size_t field) { return static_cast<int>(pattern >> (3 * field) & 7U); }

Pattern pattern_of(const Records& records, std::uint32_t a, std::uint32_t b);

// Patterns of pairs, in their order.
std::vector<Pattern> patterns_of(const Records& records, const std::vector<RecordPair>& pairs, unsigned threads);

// Learns m, u and the prior; `patterns` belong to `pairs`. The threshold is left at 0.
Model fit(const Records& records, const std::vector<RecordPair>& pairs, const std::vector<Pattern>& patterns, unsigned threads);

// Bits of evidence for "same" of a pair with this pattern; agreement on a rare name says more than on a common one.
double weight_of(const Records& records, const Model& model, std::uint32_t a, std::uint32_t b, Pattern pattern);

double probability_of(const Model& model, double weight);

}  // namespace oyer::link
