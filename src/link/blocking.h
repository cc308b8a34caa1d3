// SPDX-License-Identifier: GPL-3.0-or-later
// Which pairs of records are worth comparing.
#pragma once

#include <cstdint>
#include <vector>

#include "link/records.h"

namespace oyer::link {

// A pair of distinct records, a < b, packed as a << 32 | b.
using RecordPair = std::uint64_t;
inline std::uint32_t first_of(RecordPair pair) { return static_cast<std::uint32_t>(pair >> 32); }
inline std::uint32_t second_of(RecordPair pair) { return static_cast<std::uint32_t>(pair); }

// Sorted, each once. Deterministic; memory in proportion to the result, which is at most linear in the records.
std::vector<RecordPair> candidates(const Records& records, unsigned threads);

}  // namespace oyer::link
