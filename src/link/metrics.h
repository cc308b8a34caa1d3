// SPDX-License-Identifier: GPL-3.0-or-later
// How well a partition agrees with the truth. Pure and thread-safe; linear in the number of rows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace oyer::link {

struct Score {
  double precision = 1;  // 1 where nothing was claimed
  double recall = 1;     // 1 where there was nothing to find
  double f1 = 1;
};

struct Metrics {
  Score pairwise;  // over pairs of rows
  Score b_cubed;   // averaged over rows
};

// Both name each row's group; they are equally long.
Metrics evaluate(const std::vector<std::uint32_t>& cluster, const std::vector<std::string>& truth);

}  // namespace oyer::link
