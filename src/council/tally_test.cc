// SPDX-License-Identifier: GPL-3.0-or-later
#include "council/tally.h"

#include <gtest/gtest.h>

namespace oyer::council {
namespace {

TEST(Tally, Resolution25slash25Was30To6With11Abstentions) {
  const auto outcome = outcome_of("HRC", {30, 6, 11});
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->adopted);
  EXPECT_EQ(outcome->absent, 0);
  EXPECT_EQ(outcome->sentence, "adopted by 30 votes to 6, with 11 abstentions");
}

TEST(Tally, MoreNoThanYesIsRejected) { EXPECT_FALSE(outcome_of("HRC", {18, 21, 7})->adopted); }

TEST(Tally, MoreVotesThanSeatsAreRefused) {
  const auto outcome = outcome_of("HRC", {40, 6, 11});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::bad_input);
}

}  // namespace
}  // namespace oyer::council
