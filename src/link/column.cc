// SPDX-License-Identifier: GPL-3.0-or-later
#include "link/column.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <unordered_set>

namespace oyer::link {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string lower_ascii(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

int number(std::string_view digits) {
  int value = -1;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

std::optional<Day> checked(int year, int month, int day) {
  constexpr std::array<int, 13> kDays = {31, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (year < 1000 || year > 2199 || month < 0 || month > 12 || day < 0 || day > kDays[static_cast<std::size_t>(month)]) return std::nullopt;
  return Day{year, month, day};
}

// Digits of an integer without sign, at most nine; -1 for anything else.
long integer(std::string_view text) {
  if (text.empty() || text.size() > 9 || !std::all_of(text.begin(), text.end(), digit)) return -1;
  return number(text);
}

// Nearly every value is one more than the value before: a row number. In whatever order the rows come: as many values as numbers
// between the least and the greatest, none twice.
bool row_numbers(const std::vector<std::string_view>& values) {
  std::unordered_set<long> seen;
  long least = 1'000'000'000;
  long greatest = -1;
  for (std::string_view value : values) {
    const long n = integer(value);
    if (n < 0 || !seen.insert(n).second) return false;
    least = std::min(least, n);
    greatest = std::max(greatest, n);
  }
  const auto count = static_cast<long>(values.size());
  return count >= 3 && greatest - least < count + count / 5 + 1 && (least <= 1 || greatest < 1000 || greatest > 2200);
}

constexpr std::array kNameWords = {"name", "fname", "lname", "given", "first", "surname", "last", "family", "forename", "father", "mother", "victim", "person"};
constexpr std::array kPlaceWords = {"village", "place", "city", "suburb", "town", "district", "address", "street", "state", "province", "county", "region", "location", "country", "camp", "site"};

template <typename Words>
bool has_word(std::string_view header, const Words& words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return header.find(word) != std::string_view::npos; });
}

}  // namespace

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::name: return "name";
    case Kind::place: return "place";
    case Kind::text: return "text";
    case Kind::sex: return "sex";
    case Kind::category: return "category";
    case Kind::date: return "date";
    case Kind::year: return "year";
    case Kind::number: return "number";
    case Kind::code: return "code";
  }
  return "text";
}

std::string_view meaningful(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  text = text.substr(first, text.find_last_not_of(kSpace) - first + 1);
  constexpr std::array<std::string_view, 9> kNothing = {"na", "n/a", "nan", "null", "none", "-", "?", "unknown", "--"};
  if (text.size() <= 7 && std::find(kNothing.begin(), kNothing.end(), lower_ascii(text)) != kNothing.end()) return {};
  return text;
}

std::optional<Day> parse_day(std::string_view text, DayOrder order) {
  const std::size_t cut = text.find_first_of("T ");
  if (cut != std::string_view::npos && cut >= 8) text = text.substr(0, cut);  // a time behind the date
  std::array<std::string_view, 3> part;
  std::size_t parts = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && digit(text[end])) ++end;
    if (end == at || parts == 3) return std::nullopt;
    part[parts++] = text.substr(at, end - at);
    if (end < text.size() && text[end] != '-' && text[end] != '/' && text[end] != '.') return std::nullopt;
    at = end + 1;
    if (at == text.size()) return std::nullopt;
  }
  if (parts == 0) return std::nullopt;
  for (std::size_t i = 0; i < parts; ++i)
    if (part[i].size() > (i == 0 && parts == 1 ? 8U : 4U)) return std::nullopt;
  if (parts == 1) {
    if (part[0].size() == 4) return checked(number(part[0]), 0, 0);
    if (part[0].size() == 8) return number(part[0].substr(4, 2)) == 0 ? std::nullopt : checked(number(part[0].substr(0, 4)), number(part[0].substr(4, 2)), number(part[0].substr(6)));
    return std::nullopt;
  }
  if (parts == 2) {
    if (part[0].size() == 4) return checked(number(part[0]), number(part[1]), 0);
    if (part[1].size() == 4) return checked(number(part[1]), number(part[0]), 0);
    return std::nullopt;
  }
  if (part[0].size() == 4) return checked(number(part[0]), number(part[1]), number(part[2]));
  if (part[2].size() != 4) return std::nullopt;
  const int first = number(part[0]);
  const int second = number(part[1]);
  const bool day_first = first > 12 || (second <= 12 && order == DayOrder::day_first);
  return day_first ? checked(number(part[2]), second, first) : checked(number(part[2]), first, second);
}

std::string_view sex_of(std::string_view text) {
  constexpr std::array<std::string_view, 27> kMan = {"m",       "male",    "man", "boy",  "homme", "h",   "masculin", "hombre", "masculino", "varon", "männlich", "mann",  "м",        "муж",
                                                     "мужской", "мужчина", "남",  "남자", "남성",  "ذكر", "رجل",      "男",     "男性",      "זכר",   "erkek",    "homem", "masculine"};
  constexpr std::array<std::string_view, 28> kWoman = {"f",       "female", "woman", "girl", "femme", "féminin", "mujer", "femenino", "weiblich", "frau", "w",     "ж",      "жен",      "женский",
                                                       "женщина", "여",     "여자",  "여성", "أنثى",  "انثى",    "امرأة", "女",       "女性",     "נקבה", "kadın", "mulher", "feminino", "feminine"};
  const std::string low = lower_ascii(text);
  if (std::find(kMan.begin(), kMan.end(), low) != kMan.end()) return "m";
  if (std::find(kWoman.begin(), kWoman.end(), low) != kWoman.end()) return "f";
  return {};
}

ColumnGuess guess_column(std::string_view header, const std::vector<std::string_view>& all) {
  ColumnGuess guess;
  std::vector<std::string_view> values;
  for (std::string_view value : all)
    if (const std::string_view text = meaningful(value); !text.empty()) values.push_back(text);
  if (values.empty() || row_numbers(values)) return guess;
  guess.usable = true;
  std::size_t sexes = 0;
  std::size_t years = 0;
  std::size_t days = 0;
  std::size_t numbers = 0;
  std::size_t with_digits = 0;
  std::size_t full_days = 0;
  std::size_t second_beyond_12 = 0;
  std::unordered_set<std::string_view> distinct;
  for (std::string_view value : values) {
    distinct.insert(value);
    sexes += !sex_of(value).empty();
    const long n = integer(value);
    years += value.size() == 4 && n >= 1800 && n <= 2100;
    if (const auto day = parse_day(value, DayOrder::day_first)) {
      ++days;
      full_days += day->day > 0;
      if (value.size() == 10 && digit(value[3]) && !digit(value[2])) second_beyond_12 += number(value.substr(3, 2)) > 12;
    }
    numbers += std::all_of(value.begin(), value.end(), [](char c) { return digit(c) || c == '.' || c == '-'; }) && std::any_of(value.begin(), value.end(), digit);
    with_digits += std::any_of(value.begin(), value.end(), digit) && value.find(' ') == std::string_view::npos && value.find('@') == std::string_view::npos;
  }
  const auto share = [&](std::size_t count) { return static_cast<double>(count) / static_cast<double>(values.size()); };
  if (second_beyond_12 > 0) guess.order = DayOrder::month_first;
  const std::string low = lower_ascii(header);
  if (share(sexes) >= 0.95 && distinct.size() <= 12)
    guess.kind = Kind::sex;
  else if (share(years) >= 0.9)
    guess.kind = Kind::year;
  else if (share(days) >= 0.85 && share(full_days) >= 0.05)
    guess.kind = Kind::date;
  else if (share(numbers) >= 0.85)
    guess.kind = Kind::number;
  else if (share(with_digits) >= 0.7)
    guess.kind = Kind::code;
  else if (distinct.size() <= 6 && values.size() >= 10 * distinct.size())
    guess.kind = Kind::category;
  else if (has_word(low, kPlaceWords))
    guess.kind = Kind::place;
  else if (has_word(low, kNameWords))
    guess.kind = Kind::name;
  return guess;
}

}  // namespace oyer::link
