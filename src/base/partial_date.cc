// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/partial_date.h"

namespace oyer {
namespace {

int number(std::string_view text) {
  int value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

int days_in(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

// First and last day that a date of any precision may mean, as YYYY-MM-DD.
std::string earliest(std::string_view date) {
  std::string out(date);
  if (out.size() == 4) out += "-01";
  if (out.size() == 7) out += "-01";
  return out;
}

std::string latest(std::string_view date) {
  std::string out(date);
  if (out.size() == 4) out += "-12";
  if (out.size() == 7) out += "-" + std::to_string(days_in(number(out.substr(0, 4)), number(out.substr(5, 2))));
  return out;
}

}  // namespace

bool valid_date(std::string_view text) {
  if (text.size() != 4 && text.size() != 7 && text.size() != 10) return false;
  if (number(text.substr(0, 4)) < 1) return false;
  if (text.size() == 4) return true;
  const int month = text[4] == '-' ? number(text.substr(5, 2)) : -1;
  if (month < 1 || month > 12) return false;
  if (text.size() == 7) return true;
  const int day = text[7] == '-' ? number(text.substr(8, 2)) : -1;
  return day >= 1 && day <= days_in(number(text.substr(0, 4)), month);
}

Result<PartialDate> PartialDate::parse(std::string_view text) {
  PartialDate date;
  if (text.starts_with("~")) {
    date.precise = false;
    text.remove_prefix(1);
  }
  const std::size_t dots = text.find("..");
  date.first = std::string(text.substr(0, dots));
  date.last = dots == std::string_view::npos ? date.first : std::string(text.substr(dots + 2));
  if (!valid_date(date.first) || !valid_date(date.last) || latest(date.last) < earliest(date.first))
    return fail(ErrorCode::bad_input, "“" + std::string(text) + "” is not a date.", "Write 2008, 2008-03, 2008-03-14, a range like 2008-03..2008-05, or ~2008-04 when it is not precise.");
  return date;
}

Result<PartialDate> PartialDate::from_json(const json::value& value) {
  const auto* object = value.if_object();
  if (object == nullptr) return fail(ErrorCode::bad_input, "A date is not an object.");
  PartialDate date{string_or_empty(*object, "first"), string_or_empty(*object, "last"), get_bool(*object, "precise", true)};
  if (!valid_date(date.first) || !valid_date(date.last) || latest(date.last) < earliest(date.first)) return fail(ErrorCode::bad_input, "A date has no valid first and last.");
  return date;
}

json::object PartialDate::to_json() const { return {{"first", first}, {"last", last}, {"precise", precise}}; }

std::string PartialDate::text() const { return (precise ? "" : "~") + first + (first == last ? "" : ".." + last); }

bool PartialDate::surely_within(std::string_view from, std::string_view to) const { return earliest(first) >= earliest(from) && latest(last) <= latest(to); }

bool PartialDate::possibly_within(std::string_view from, std::string_view to) const { return latest(last) >= earliest(from) && earliest(first) <= latest(to); }

}  // namespace oyer
