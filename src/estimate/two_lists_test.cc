// SPDX-License-Identifier: GPL-3.0-or-later
#include "estimate/two_lists.h"

#include <gtest/gtest.h>

#include "base/clock.h"

namespace oyer::estimate {
namespace {

TEST(TwoLists, ChapmanEqualsAHandWorkedExample) {
  // (200 + 1)(150 + 1) / (50 + 1) - 1 = 30351 / 51 - 1
  const auto result = chapman(200, 150, 50);
  ASSERT_TRUE(result);
  EXPECT_NEAR(result->estimate, 594.1176470588, 1e-9);
  EXPECT_GT(result->lower, 300);  // never below the number seen
  EXPECT_LT(result->lower, result->estimate);
  EXPECT_GT(result->upper, result->estimate);
}

TEST(TwoLists, IntervalsCoverTheTruthWhenListsAreIndependent) {
  SeededRandom random(11);
  int covered = 0;
  constexpr int kRounds = 1000;
  for (int round = 0; round < kRounds; ++round) {
    std::int64_t first = 0, second = 0, both = 0;
    for (int person = 0; person < 600; ++person) {
      const bool a = random.next() % 10 < 4;
      const bool b = random.next() % 10 < 3;
      first += a;
      second += b;
      both += a && b;
    }
    const auto result = chapman(first, second, both);
    covered += result->lower <= 600 && result->upper >= 600;
  }
  EXPECT_GE(covered, 930);
}

TEST(TwoLists, ImpossibleCountsAreRefused) {
  EXPECT_FALSE(chapman(10, 10, 11));
  EXPECT_FALSE(chapman(-1, 10, 0));
  EXPECT_FALSE(chapman(0, 10, 0));
}

}  // namespace
}  // namespace oyer::estimate
