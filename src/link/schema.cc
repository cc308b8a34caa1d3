// SPDX-License-Identifier: GPL-3.0-or-later
#include "link/schema.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "text/names.h"

namespace oyer::link {
namespace {

struct Column {
  std::size_t source = 0;
  int index = 0;
  std::string header;  // lower case, letters and digits only, unless nothing is left
  ColumnGuess guess;
};

std::string folded_header(const std::string& header) {
  std::string out;
  for (char c : header) {
    if (c >= 'A' && c <= 'Z')
      out.push_back(static_cast<char>(c + 32));
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80)
      out.push_back(c);
  }
  return out.empty() ? header : out;
}

bool words(Kind kind) { return kind == Kind::name || kind == Kind::place || kind == Kind::text || kind == Kind::category; }

// What both columns would be compared as; nothing when they can't be one field.
std::optional<Kind> common_kind(Kind a, Kind b) {
  if (a == b) return a;
  if (words(a) && words(b)) return a == Kind::category || a == Kind::text ? (b == Kind::category ? Kind::text : b) : a;
  const auto pair = [&](Kind x, Kind y) { return (a == x && b == y) || (a == y && b == x); };
  if (pair(Kind::date, Kind::year)) return Kind::date;
  if (pair(Kind::number, Kind::code)) return Kind::code;
  if (pair(Kind::number, Kind::year)) return Kind::number;
  return std::nullopt;
}

constexpr std::size_t kSample = 2000;

// What values of a column can share with another's: skeletons of words, years, the value itself.
std::set<std::string> traits(const Source& source, const Column& column) {
  std::set<std::string> values;
  for (const auto& row : source.table.rows) {
    const std::string_view value = meaningful(row[static_cast<std::size_t>(column.index)]);
    if (!value.empty()) values.insert(std::string(value));
  }
  std::set<std::string> out;
  std::size_t taken = 0;
  for (const std::string& value : values) {
    if (++taken > kSample) break;
    const Kind kind = column.guess.kind;
    if (words(kind)) {
      for (std::string& bones : text::skeletons(text::name_form(value), 6)) out.insert(std::move(bones));
    } else if (kind == Kind::date || kind == Kind::year) {
      if (const auto day = parse_day(value, column.guess.order)) out.insert(std::to_string(day->year));
    } else if (kind == Kind::sex) {
      out.insert(std::string(sex_of(value)));
    } else {
      out.insert(value);
    }
  }
  return out;
}

double overlap(const std::set<std::string>& a, const std::set<std::string>& b) {
  if (a.empty() || b.empty()) return 0;
  std::size_t both = 0;
  for (const std::string& trait : a) both += b.contains(trait);
  return static_cast<double>(both) / static_cast<double>(std::min(a.size(), b.size()) + std::max(a.size(), b.size())) * 2;
}

Result<void> check_columns(const std::vector<Source>& sources, const Options& options) {
  const auto known = [&](const std::string& name) { return std::any_of(sources.begin(), sources.end(), [&](const Source& s) { return s.table.column(name) >= 0; }); };
  std::string all;
  for (const std::string& header : sources[0].table.header) all += (all.empty() ? "" : ", ") + header;
  for (const std::string& name : options.ignore_columns)
    if (!known(name)) return fail(ErrorCode::not_found, "No table has a column \"" + name + "\" to ignore.", "The columns of " + sources[0].name + " are: " + all + ".");
  if (options.truth_column.empty()) return {};
  for (const Source& source : sources)
    if (source.table.column(options.truth_column) < 0) return fail(ErrorCode::not_found, source.name + " has no truth column \"" + options.truth_column + "\".", "The columns of " + sources[0].name + " are: " + all + ".");
  return {};
}

// Rows in which a column has a value.
std::size_t filled(const std::vector<Source>& sources, const Field& field) {
  std::size_t count = 0;
  for (std::size_t s = 0; s < sources.size(); ++s)
    if (field.column[s] >= 0)
      for (const auto& row : sources[s].table.rows) count += !meaningful(row[static_cast<std::size_t>(field.column[s])]).empty();
  return count;
}

// Tells rows apart and can agree: at least two values, and one of them twice (unless values may be merely near).
bool telling(const std::vector<Source>& sources, const Field& field) {
  std::unordered_set<std::string_view> seen;
  bool repeated = false;
  for (std::size_t s = 0; s < sources.size(); ++s) {
    if (field.column[s] < 0) continue;
    for (const auto& row : sources[s].table.rows) {
      const std::string_view value = meaningful(row[static_cast<std::size_t>(field.column[s])]);
      if (!value.empty()) repeated = !seen.insert(value).second || repeated;
    }
  }
  const bool near_enough = words(field.kind) || field.kind == Kind::date || field.kind == Kind::year;
  return seen.size() >= 2 && (repeated || near_enough);
}

std::vector<std::string> word_set(std::string_view value) {
  std::vector<std::string> out;
  const std::string key = text::latin_key(value);
  for (std::size_t at = 0; at < key.size();) {
    const std::size_t end = std::min(key.find(' ', at), key.size());
    out.push_back(key.substr(at, end - at));
    at = end + 1;
  }
  std::sort(out.begin(), out.end());
  return out;
}

// Whether two columns mostly say the same in other letters (a name in two scripts), judged on some hundreds of rows chosen by their
// values, so that the order of rows does not matter.
bool same_in_other_letters(const std::vector<Source>& sources, const Field& a, const Field& b) {
  constexpr double kAlike = 0.8;
  constexpr std::size_t kWanted = 500;
  std::vector<std::pair<std::size_t, std::pair<std::string_view, std::string_view>>> rows;
  for (std::size_t s = 0; s < sources.size(); ++s) {
    if (a.column[s] < 0 || b.column[s] < 0) continue;
    for (const auto& row : sources[s].table.rows) {
      const std::string_view x = meaningful(row[static_cast<std::size_t>(a.column[s])]);
      const std::string_view y = meaningful(row[static_cast<std::size_t>(b.column[s])]);
      if (!x.empty() && !y.empty()) rows.push_back({x.size() * 131 + y.size() * 31 + static_cast<unsigned char>(x.back()) * 7U + static_cast<unsigned char>(y.back()), {x, y}});
    }
  }
  if (rows.size() < 10) return false;
  const std::size_t step = rows.size() / kWanted + 1;
  std::size_t taken = 0;
  std::size_t alike = 0;
  for (const auto& [number, values] : rows) {
    if (number % step != 0) continue;
    ++taken;
    alike += text::name_similarity(values.first, values.second) >= kAlike;
  }
  return taken >= 10 && 10 * alike >= 8 * taken;
}

// Two columns that say the same would count twice: the one that is filled less often goes.
void drop_echoes(const std::vector<Source>& sources, std::vector<Field>& fields) {
  std::vector<bool> gone(fields.size(), false);
  for (std::size_t a = 0; a < fields.size(); ++a)
    for (std::size_t b = a + 1; b < fields.size(); ++b) {
      if (gone[a] || gone[b] || !words(fields[a].kind) || !words(fields[b].kind) || !same_in_other_letters(sources, fields[a], fields[b])) continue;
      gone[filled(sources, fields[a]) < filled(sources, fields[b]) ? a : b] = true;
    }
  std::vector<Field> kept;
  for (std::size_t f = 0; f < fields.size(); ++f)
    if (!gone[f]) kept.push_back(std::move(fields[f]));
  fields = std::move(kept);
}

// Whether a column only restates a date: an age (age plus year is nearly constant) or the year of it.
bool restates(const std::vector<Source>& sources, const Field& date, const Field& other) {
  std::unordered_map<long, std::size_t> sums;
  std::size_t both = 0;
  for (std::size_t s = 0; s < sources.size(); ++s) {
    if (date.column[s] < 0 || other.column[s] < 0) continue;
    for (const auto& row : sources[s].table.rows) {
      const auto day = parse_day(meaningful(row[static_cast<std::size_t>(date.column[s])]), date.order[s]);
      const std::string_view value = meaningful(row[static_cast<std::size_t>(other.column[s])]);
      long number = -1;
      const auto end = std::from_chars(value.data(), value.data() + value.size(), number).ptr;
      if (!day || number < 0 || end != value.data() + value.size()) continue;
      ++both;
      ++sums[other.kind == Kind::year ? day->year - number : day->year + number];
    }
  }
  constexpr long kSlack = 1;  // the birthday, and lists drawn up a year apart
  std::size_t most = 0;
  for (const auto& [sum, count] : sums) {
    std::size_t near = 0;
    for (long at = sum - kSlack; at <= sum + kSlack; ++at)
      if (const auto found = sums.find(at); found != sums.end()) near += found->second;
    most = std::max(most, near);
  }
  return both >= 10 && 10 * most >= 8 * both;
}

void drop_restatements(const std::vector<Source>& sources, std::vector<Field>& fields) {
  std::vector<bool> gone(fields.size(), false);
  for (std::size_t d = 0; d < fields.size(); ++d)
    for (std::size_t x = 0; x < fields.size(); ++x) {
      if (d == x || gone[d] || gone[x]) continue;
      const bool dated = fields[d].kind == Kind::date && (fields[x].kind == Kind::year || fields[x].kind == Kind::number);
      const bool aged = fields[d].kind == Kind::year && fields[x].kind == Kind::number;
      if ((dated || aged) && restates(sources, fields[d], fields[x])) gone[x] = true;
    }
  std::vector<Field> kept;
  for (std::size_t f = 0; f < fields.size(); ++f)
    if (!gone[f]) kept.push_back(std::move(fields[f]));
  fields = std::move(kept);
}

// A column put together from others (full name beside given and family name) would count their evidence twice: it goes, or, when it says
// more than its only part, the part goes.
void drop_composites(const std::vector<Source>& sources, std::vector<Field>& fields) {
  std::vector<std::size_t> candidates;
  for (std::size_t f = 0; f < fields.size(); ++f)
    if (words(fields[f].kind)) candidates.push_back(f);
  if (candidates.size() < 2) return;
  std::vector<std::vector<std::size_t>> inside(fields.size(), std::vector<std::size_t>(fields.size(), 0));
  std::vector<std::vector<std::size_t>> both(fields.size(), std::vector<std::size_t>(fields.size(), 0));
  std::unordered_map<std::string_view, std::vector<std::string>> cache;
  const auto set_of = [&](std::string_view value) -> const std::vector<std::string>& {
    const auto found = cache.find(value);
    return found != cache.end() ? found->second : cache.emplace(value, word_set(value)).first->second;
  };
  for (std::size_t s = 0; s < sources.size(); ++s) {
    for (const auto& row : sources[s].table.rows) {
      for (std::size_t part : candidates) {
        if (fields[part].column[s] < 0) continue;
        const std::string_view value = meaningful(row[static_cast<std::size_t>(fields[part].column[s])]);
        if (value.empty()) continue;
        for (std::size_t whole : candidates) {
          if (whole == part || fields[whole].column[s] < 0) continue;
          const std::string_view other = meaningful(row[static_cast<std::size_t>(fields[whole].column[s])]);
          if (other.empty()) continue;
          ++both[part][whole];
          if (value.size() > other.size() + 2) continue;
          const auto& a = set_of(value);
          const auto& b = set_of(other);
          inside[part][whole] += !a.empty() && std::includes(b.begin(), b.end(), a.begin(), a.end());
        }
      }
    }
  }
  const auto is_part = [&](std::size_t part, std::size_t whole) { return both[part][whole] >= 5 && 10 * inside[part][whole] >= 8 * both[part][whole]; };
  std::set<std::size_t> gone;
  for (std::size_t whole : candidates) {
    std::size_t parts = 0;
    for (std::size_t part : candidates) parts += part != whole && !is_part(whole, part) && is_part(part, whole);
    if (parts >= 2) gone.insert(whole);
  }
  for (std::size_t part : candidates) {
    if (gone.contains(part)) continue;
    for (std::size_t whole : candidates)
      if (whole != part && !gone.contains(whole) && is_part(part, whole) && (!is_part(whole, part) || whole < part)) {
        gone.insert(part);
        break;
      }
  }
  std::vector<Field> kept;
  for (std::size_t f = 0; f < fields.size(); ++f)
    if (!gone.contains(f)) kept.push_back(std::move(fields[f]));
  fields = std::move(kept);
}

}  // namespace

Result<std::vector<Field>> match_columns(const std::vector<Source>& sources, const Options& options) {
  TRY(check_columns(sources, options));
  std::vector<Field> fields;
  std::vector<std::string> headers;  // folded, per field
  std::vector<std::set<std::string>> field_traits;
  for (std::size_t s = 0; s < sources.size(); ++s) {
    const Table& table = sources[s].table;
    std::vector<Column> columns;
    for (std::size_t c = 0; c < table.header.size(); ++c) {
      const std::string& name = table.header[c];
      if ((!options.truth_column.empty() && name == options.truth_column) || std::find(options.ignore_columns.begin(), options.ignore_columns.end(), name) != options.ignore_columns.end()) continue;
      std::vector<std::string_view> values;
      values.reserve(table.rows.size());
      for (const auto& row : table.rows) values.push_back(row[c]);
      Column column{s, static_cast<int>(c), folded_header(name), guess_column(name, values)};
      if (column.guess.usable) columns.push_back(std::move(column));
    }
    std::vector<int> to(columns.size(), -1);
    const auto take = [&](std::size_t c, std::size_t f) {
      to[c] = static_cast<int>(f);
      fields[f].kind = *common_kind(fields[f].kind, columns[c].guess.kind);
      fields[f].column[s] = columns[c].index;
      fields[f].order[s] = columns[c].guess.order;
    };
    for (std::size_t c = 0; c < columns.size() && s > 0; ++c)
      for (std::size_t f = 0; f < fields.size(); ++f)
        if (fields[f].column[s] < 0 && headers[f] == columns[c].header && common_kind(fields[f].kind, columns[c].guess.kind)) {
          take(c, f);
          break;
        }
    std::vector<std::set<std::string>> column_traits(columns.size());
    if (sources.size() > 1)
      for (std::size_t c = 0; c < columns.size(); ++c) column_traits[c] = traits(sources[s], columns[c]);
    std::vector<std::tuple<double, std::size_t, std::size_t>> edges;  // minus the likeness, so that the best sorts first
    for (std::size_t c = 0; c < columns.size() && s > 0; ++c)
      for (std::size_t f = 0; f < fields.size(); ++f)
        if (to[c] < 0 && fields[f].column[s] < 0 && common_kind(fields[f].kind, columns[c].guess.kind)) edges.emplace_back(-overlap(column_traits[c], field_traits[f]) - (fields[f].kind == columns[c].guess.kind ? 0.05 : 0), c, f);
    std::sort(edges.begin(), edges.end());
    constexpr double kEnough = 0.12;
    for (const auto& [unlike, c, f] : edges)
      if (-unlike >= kEnough && to[c] < 0 && fields[f].column[s] < 0) take(c, f);
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (to[c] >= 0) {
        field_traits[static_cast<std::size_t>(to[c])].merge(column_traits[c]);
        continue;
      }
      Field field{table.header[static_cast<std::size_t>(columns[c].index)], columns[c].guess.kind, std::vector<int>(sources.size(), -1), std::vector<DayOrder>(sources.size(), DayOrder::day_first)};
      field.column[s] = columns[c].index;
      field.order[s] = columns[c].guess.order;
      fields.push_back(std::move(field));
      headers.push_back(columns[c].header);
      field_traits.push_back(std::move(column_traits[c]));
    }
  }
  std::erase_if(fields, [&](const Field& field) { return !telling(sources, field); });
  drop_composites(sources, fields);
  drop_echoes(sources, fields);
  drop_restatements(sources, fields);
  if (fields.size() > kFieldLimit) {
    std::vector<std::pair<std::size_t, std::size_t>> by_fill;
    for (std::size_t f = 0; f < fields.size(); ++f) by_fill.emplace_back(filled(sources, fields[f]), f);
    std::stable_sort(by_fill.begin(), by_fill.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    by_fill.resize(kFieldLimit);
    std::sort(by_fill.begin(), by_fill.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    std::vector<Field> kept;
    for (const auto& entry : by_fill) kept.push_back(std::move(fields[entry.second]));
    fields = std::move(kept);
  }
  if (fields.empty()) return fail(ErrorCode::bad_input, "No column tells the rows apart.", "Give at least one column with names, dates, places or numbers that differ between rows and can agree.");
  return fields;
}

}  // namespace oyer::link
