// SPDX-License-Identifier: GPL-3.0-or-later
// Partial dates: what is accepted is written back as it was read, and what a date may mean is told as counting days has it.
#include "base/partial_date.h"
#include "fuzz.h"

using namespace oyer;
using fuzz::must;

namespace {

// A valid date of any precision as the numbers of its first and last day, after the civil calendar's rules (days since 1 January 1).
std::int64_t day_number(std::int64_t year, std::int64_t month, std::int64_t day) {
  const auto leap = [](std::int64_t y) { return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0; };
  std::int64_t days = 365 * (year - 1) + (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400;
  for (std::int64_t m = 1; m < month; ++m) days += m == 2 ? 28 + leap(year) : m == 4 || m == 6 || m == 9 || m == 11 ? 30 : 31;
  return days + day - 1;
}
struct Days {
  std::int64_t first, last;
};
Days days_of(std::string_view date) {
  const std::int64_t year = std::stol(std::string(date.substr(0, 4)));
  if (date.size() == 4) return {day_number(year, 1, 1), day_number(year + 1, 1, 1) - 1};
  const std::int64_t month = std::stol(std::string(date.substr(5, 2)));
  if (date.size() == 7) return {day_number(year, month, 1), day_number(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1) - 1};
  const std::int64_t day = day_number(year, month, std::stol(std::string(date.substr(8, 2))));
  return {day, day};
}

void check(const PartialDate& date) {
  must(valid_date(date.first) && valid_date(date.last), "a date has valid ends");
  must(days_of(date.first).first <= days_of(date.last).last, "a date's ends are in order");
  const auto again = PartialDate::parse(date.text());
  must(again && again->first == date.first && again->last == date.last && again->precise == date.precise, "a date is read as it was written");
  const auto from_json = PartialDate::from_json(*parse_canonical(canonical(date.to_json())));
  must(from_json && from_json->text() == date.text(), "a date is read from JSON as it was written");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of(ByteView(data, size));
  if (const auto date = PartialDate::parse(text)) {
    check(*date);
    must(date->text() == text || text == (date->precise ? "" : "~") + date->first + ".." + date->last, "a date is written back as it was read, but that a range of one date is the date");
  }
  if (const auto value = parse_json(text))
    if (const auto date = PartialDate::from_json(*value)) check(*date);
  // Two dates in one text: does the first lie within the second?
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return 0;
  const auto date = PartialDate::parse(text.substr(0, space));
  const auto window = PartialDate::parse(text.substr(space + 1));
  if (!date || !window) return 0;
  const std::int64_t a = days_of(date->first).first;
  const std::int64_t b = days_of(date->last).last;
  const std::int64_t from = days_of(window->first).first;
  const std::int64_t to = days_of(window->last).last;
  must(date->surely_within(window->first, window->last) == (from <= a && b <= to), "every day lies within, as counted");
  must(date->possibly_within(window->first, window->last) == (from <= b && a <= to), "some day lies within, as counted");
  return 0;
}
