// SPDX-License-Identifier: GPL-3.0-or-later
// What a column holds, guessed from its values; header words (English) only choose between kinds that are compared alike, so that
// renaming a column changes nothing but its label. Pure and thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "link/link.h"

namespace oyer::link {

// A day, a month or a year; parts not known are 0.
struct Day {
  int year = 0;
  int month = 0;
  int day = 0;
  bool operator==(const Day&) const = default;
};

enum class DayOrder { day_first, month_first };

// YYYY, YYYY-MM, YYYY-MM-DD, YYYYMMDD, DD/MM/YYYY, MM/DD/YYYY (also . and - between). Nothing when it is no date between 1000 and 2199.
std::optional<Day> parse_day(std::string_view text, DayOrder order);

// "m" or "f" for the words for man and woman of several languages; "" for anything else.
std::string_view sex_of(std::string_view text);

// Without surrounding white space; "" also for the usual ways of writing nothing (NA, N/A, null, -, ?, unknown).
std::string_view meaningful(std::string_view text);

struct ColumnGuess {
  bool usable = false;  // false: empty or a row number
  Kind kind = Kind::text;
  DayOrder order = DayOrder::day_first;
};

ColumnGuess guess_column(std::string_view header, const std::vector<std::string_view>& values);

}  // namespace oyer::link
