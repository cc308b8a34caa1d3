// SPDX-License-Identifier: GPL-3.0-or-later
#include "link/records.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <numeric>
#include <unordered_map>

#include "link/parallel.h"

namespace oyer::link {
namespace {

// Thresholds of likeness between the levels of words: equal, as good as equal, near, alike, different.
constexpr double kSame = 0.95;
constexpr double kNear = 0.85;
constexpr double kAlike = 0.70;

std::string spaced_lower(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == ' ' || c == '\t') {
      if (!out.empty() && out.back() != ' ') out.push_back(' ');
    } else {
      out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
    }
  }
  return out;
}

std::string two(int n) { return (n < 10 ? "0" : "") + std::to_string(n); }

// What makes cells of this kind equal.
std::string normalised(std::string_view cell, Kind kind, DayOrder order) {
  const std::string_view value = meaningful(cell);
  if (value.empty()) return {};
  if (kind == Kind::date || kind == Kind::year) {
    const auto day = parse_day(value, order);
    if (!day) return spaced_lower(value);
    std::string out = std::to_string(day->year);
    if (day->month > 0) out += "-" + two(day->month);
    if (day->day > 0) out += "-" + two(day->day);
    return out;
  }
  if (kind == Kind::sex) return std::string(sex_of(value));
  if (kind == Kind::number) {
    const std::size_t first = value.find_first_not_of('0');
    return std::string(first == std::string_view::npos ? "0" : value.substr(first));
  }
  return spaced_lower(value);
}

// Whether one insertion, deletion, change or swap of neighbours makes them equal.
bool one_slip(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1) return false;
  std::size_t i = 0;
  while (i < a.size() && a[i] == b[i]) ++i;
  if (a.size() < b.size()) return a.substr(i) == b.substr(i + 1);
  if (i == a.size() || a.substr(i + 1) == b.substr(i + 1)) return true;
  return i + 1 < a.size() && a[i] == b[i + 1] && a[i + 1] == b[i] && a.substr(i + 2) == b.substr(i + 2);
}

int compare_words(const Value& a, const Value& b) {
  if (a.sound == b.sound && a.sound != 0) return a.form.words.empty() ? 1 : 4;
  if (!text::perhaps_similar(a.form, b.form)) return 1;
  const double likeness = text::name_similarity(a.form, b.form);
  return likeness >= kSame ? 4 : likeness >= kNear ? 3 : likeness >= kAlike ? 2 : 1;
}

int compare_days(const Value& a, const Value& b) {
  const Day& x = a.day;
  const Day& y = b.day;
  if (x.year == 0 || y.year == 0) return one_slip(a.text, b.text) ? 3 : 1;
  const bool compatible = x.year == y.year && (x.month == 0 || y.month == 0 || x.month == y.month) && (x.day == 0 || y.day == 0 || x.day == y.day);
  if (compatible) return 3;
  const bool full = x.day > 0 && y.day > 0;
  if (full && ((x.year == y.year && x.month == y.day && x.day == y.month) || one_slip(a.text, b.text))) return 3;
  if (x.year == y.year || (full && x.month == y.month && x.day == y.day)) return 2;
  if (!full && std::abs(x.year - y.year) == 1) return 2;
  return 1;
}

int compare_years(const Value& a, const Value& b) {
  const int apart = std::abs(a.day.year - b.day.year);
  if (apart == 1) return 3;
  return apart == 2 || (a.day.year != 0 && one_slip(a.text, b.text)) ? 2 : 1;
}

void prepare(Value& value, Kind kind) {
  if (value.text.empty()) return;
  if (is_words(kind)) value.form = text::name_form(value.text);
  if (kind == Kind::date || kind == Kind::year) value.day = parse_day(value.text, DayOrder::day_first).value_or(Day{});
  if (kind == Kind::number && value.text.size() <= 9) std::from_chars(value.text.data(), value.text.data() + value.text.size(), value.number);
}

// Values that sound the same share a number, in the order of their keys.
void number_sounds(Encoded& field) {
  std::vector<std::string> keys;
  for (const Value& value : field.values) {
    std::vector<std::string> words;
    const std::string key = text::latin_key(value.form);
    for (std::size_t at = 0; at < key.size();) {
      const std::size_t end = std::min(key.find(' ', at), key.size());
      words.push_back(key.substr(at, end - at));
      at = end + 1;
    }
    std::sort(words.begin(), words.end());
    std::string joined;
    for (const std::string& word : words) joined += word + ' ';
    if (joined.empty()) joined = "=" + value.text;
    keys.push_back(std::move(joined));
  }
  std::map<std::string, std::uint32_t> numbers;
  for (const std::string& key : keys) numbers.emplace(key, 0);
  std::uint32_t next = 0;
  for (auto& entry : numbers) entry.second = next++;
  field.sounding.assign(next, 0);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    field.values[i].sound = numbers[keys[i]];
    if (i != kMissing) field.sounding[field.values[i].sound] += field.frequency[i];
  }
  double present = 0;
  double square = 0;
  for (std::uint32_t count : field.sounding) {
    present += count;
    square += double{1} * count * count;
  }
  if (present > 0) field.usual = square / present;
}

}  // namespace

bool is_words(Kind kind) { return kind == Kind::name || kind == Kind::place || kind == Kind::text; }

int level_count(Kind kind) {
  switch (kind) {
    case Kind::name:
    case Kind::place:
    case Kind::text: return 6;
    case Kind::date:
    case Kind::year: return 5;
    case Kind::number:
    case Kind::code: return 4;
    case Kind::sex:
    case Kind::category: return 3;
  }
  return 3;
}

int compare(const Encoded& field, std::uint32_t a, std::uint32_t b) {
  if (a == kMissing || b == kMissing) return 0;
  if (a == b) return field.levels - 1;
  const Value& x = field.values[a];
  const Value& y = field.values[b];
  switch (field.field.kind) {
    case Kind::name:
    case Kind::place:
    case Kind::text: return compare_words(x, y);
    case Kind::date: return compare_days(x, y);
    case Kind::year: return compare_years(x, y);
    case Kind::number: return (x.number >= 0 && y.number >= 0 && std::abs(x.number - y.number) <= 1) || (std::min(x.text.size(), y.text.size()) >= 3 && one_slip(x.text, y.text)) ? 2 : 1;
    case Kind::code: return one_slip(x.text, y.text) ? 2 : 1;
    case Kind::sex:
    case Kind::category: return 1;
  }
  return 1;
}

Records encode(const std::vector<Source>& sources, std::vector<Field> fields, unsigned threads) {
  Records out;
  for (const Source& source : sources) out.rows += source.table.rows.size();
  std::vector<std::vector<std::uint32_t>> codes;  // per field, per row
  for (Field& field : fields) {
    Encoded encoded;
    std::unordered_map<std::string, std::uint32_t> seen;
    std::vector<std::uint32_t> code;
    code.reserve(out.rows);
    for (std::size_t s = 0; s < sources.size(); ++s) {
      for (const auto& row : sources[s].table.rows) {
        std::string text = field.column[s] < 0 ? std::string() : normalised(row[static_cast<std::size_t>(field.column[s])], field.kind, field.order[s]);
        code.push_back(seen.emplace(std::move(text), static_cast<std::uint32_t>(seen.size())).first->second);
      }
    }
    std::map<std::string_view, std::uint32_t> sorted;
    for (const auto& [text, number] : seen) sorted.emplace(text, number);
    sorted.emplace(std::string_view(), 0);
    std::vector<std::uint32_t> renumbered(seen.size(), 0);
    encoded.values.reserve(sorted.size());
    for (const auto& [text, number] : sorted) {
      if (seen.contains(std::string(text))) renumbered[number] = static_cast<std::uint32_t>(encoded.values.size());
      encoded.values.push_back({});
      encoded.values.back().text = std::string(text);
    }
    encoded.frequency.assign(encoded.values.size(), 0);
    for (std::uint32_t& c : code) ++encoded.frequency[c = renumbered[c]];
    encoded.levels = level_count(field.kind);
    parallel_for(threads, encoded.values.size(), [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) prepare(encoded.values[i], field.kind);
    });
    encoded.field = std::move(field);
    if (is_words(encoded.field.kind)) number_sounds(encoded);
    codes.push_back(std::move(code));
    out.fields.push_back(std::move(encoded));
  }
  // Records in the order of their codes.
  std::vector<std::uint32_t> order(out.rows);
  std::iota(order.begin(), order.end(), 0U);
  const auto compare_rows = [&](std::uint32_t a, std::uint32_t b) {
    for (const auto& code : codes)
      if (code[a] != code[b]) return code[a] < code[b] ? -1 : 1;
    return 0;
  };
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const int c = compare_rows(a, b);
    return c != 0 ? c < 0 : a < b;
  });
  out.record_of.assign(out.rows, 0);
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || compare_rows(order[i - 1], order[i]) != 0) {
      out.multiplicity.push_back(0);
      out.first_row.push_back(order[i]);
      for (std::size_t f = 0; f < codes.size(); ++f) out.fields[f].code.push_back(codes[f][order[i]]);
    }
    ++out.multiplicity.back();
    out.record_of[order[i]] = static_cast<std::uint32_t>(out.multiplicity.size() - 1);
  }
  return out;
}

}  // namespace oyer::link
