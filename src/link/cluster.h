// SPDX-License-Identifier: GPL-3.0-or-later
// From probable pairs to groups. Pure; the same groups whatever the order of the pairs.
#pragma once

#include <cstdint>
#include <vector>

namespace oyer::link {

struct ScoredPair {
  std::uint32_t a = 0;  // a < b
  std::uint32_t b = 0;
  double probability = 0;
};

struct Grouping {
  std::vector<std::uint32_t> group;  // per item, the least item of its group
  std::vector<double> probability;   // per item, the weakest link that joined it; 1 when alone
};

// The probability from which calling pairs links gives the best expected F1, the probabilities being taken at their word.
double best_threshold(std::vector<double> probabilities);

// Joins along pairs of at least `threshold`, the most probable first, unless the two groups are held together by too little: the mean
// probability over all pairs between them (0 for one not in `pairs`) has to reach a third of the threshold.
Grouping group(std::size_t items, std::vector<ScoredPair> pairs, double threshold);

}  // namespace oyer::link
