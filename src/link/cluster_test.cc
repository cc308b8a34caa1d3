// SPDX-License-Identifier: GPL-3.0-or-later
#include "link/cluster.h"

#include <gtest/gtest.h>

namespace oyer::link {
namespace {

TEST(Group, JoinsAndKeepsTheWeakestLink) {
  const Grouping got = group(4, {{0, 1, 0.9}, {1, 2, 0.8}, {0, 2, 0.7}}, 0.5);
  EXPECT_EQ(got.group, (std::vector<std::uint32_t>{0, 0, 0, 3}));
  EXPECT_EQ(got.probability, (std::vector<double>{0.9, 0.9, 0.8, 1}));
}

TEST(Group, DoesNotChain) {
  // Two groups of four, each fully supported, and one strong link between them.
  std::vector<ScoredPair> pairs;
  for (std::uint32_t base : {0U, 4U})
    for (std::uint32_t i = 0; i < 4; ++i)
      for (std::uint32_t j = i + 1; j < 4; ++j) pairs.push_back({base + i, base + j, 0.99});
  pairs.push_back({3, 4, 0.95});
  const Grouping got = group(8, pairs, 0.5);
  EXPECT_EQ(got.group, (std::vector<std::uint32_t>{0, 0, 0, 0, 4, 4, 4, 4}));
}

TEST(BestThreshold, StaysWithinItsBounds) {
  EXPECT_GE(best_threshold({}), 0.3);
  EXPECT_LE(best_threshold({1, 1, 1}), 0.95);
  EXPECT_GT(best_threshold({0.99, 0.98, 0.97, 0.2, 0.1}), 0.3);
}

}  // namespace
}  // namespace oyer::link
