// SPDX-License-Identifier: GPL-3.0-or-later
#include "link/column.h"

#include <gtest/gtest.h>

namespace oyer::link {
namespace {

TEST(ParseDay, TakesTheUsualForms) {
  const Day day{1998, 3, 7};
  for (const char* text : {"1998-03-07", "19980307", "07/03/1998", "7.3.1998", "1998-03-07T10:00:00Z"}) EXPECT_EQ(parse_day(text, DayOrder::day_first), day) << text;
  EXPECT_EQ(parse_day("03/07/1998", DayOrder::month_first), day);
  EXPECT_EQ(parse_day("25/03/1998", DayOrder::month_first), (Day{1998, 3, 25}));
  EXPECT_EQ(parse_day("1998", DayOrder::day_first), (Day{1998, 0, 0}));
  EXPECT_EQ(parse_day("1998-03", DayOrder::day_first), (Day{1998, 3, 0}));
  for (const char* text : {"", "soon", "1998-13-01", "31/02x/1998", "99", "1998-", "123456789", "1-2-3-4"}) EXPECT_FALSE(parse_day(text, DayOrder::day_first)) << text;
}

TEST(GuessColumn, ByValues) {
  EXPECT_EQ(guess_column("x", {"M", "F", "남", "أنثى"}).kind, Kind::sex);
  EXPECT_EQ(guess_column("x", {"1950", "1962", "", "1951"}).kind, Kind::year);
  EXPECT_EQ(guess_column("x", {"1950-02-01", "1962", "02/03/1977"}).kind, Kind::date);
  EXPECT_EQ(guess_column("x", {"AB12", "CD34", "EF56"}).kind, Kind::code);
  EXPECT_EQ(guess_column("Given name", {"Anna Lund", "Jon Berg"}).kind, Kind::name);
  EXPECT_EQ(guess_column("village", {"Tessary", "Maluven"}).kind, Kind::place);
  EXPECT_FALSE(guess_column("no", {"1", "2", "3", "4"}).usable);
  EXPECT_FALSE(guess_column("no", {"4", "1", "3", "2"}).usable);
  EXPECT_FALSE(guess_column("remarks", {"", " ", "N/A"}).usable);
}

}  // namespace
}  // namespace oyer::link
