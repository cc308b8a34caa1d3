// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/csv.h"

#include <algorithm>
#include <array>

#include "base/utf8.h"

namespace oyer {
namespace {

// The separator that is most frequent in the first line, outside quotes.
char sniff_separator(std::string_view text) {
  constexpr std::array<char, 4> kCandidates = {',', ';', '\t', '|'};
  std::array<int, 4> counts{};
  bool quoted = false;
  for (char c : text) {
    if (c == '"') quoted = !quoted;
    if (!quoted && c == '\n') break;
    for (std::size_t i = 0; i < kCandidates.size(); ++i) counts[i] += !quoted && c == kCandidates[i];
  }
  return kCandidates[static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) - counts.begin())];
}

}  // namespace

int Table::column(std::string_view name) const {
  const auto it = std::find(header.begin(), header.end(), name);
  return it == header.end() ? -1 : static_cast<int>(it - header.begin());
}

Result<Table> parse_csv(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (!utf8::valid(text)) return fail(ErrorCode::bad_input, "The table is not UTF-8.", "Save it as UTF-8 CSV and try again.");
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return fail(ErrorCode::bad_input, "The table is empty.", "Give a file with a header line and rows.");
  const char separator = sniff_separator(text);
  Table table;
  std::vector<std::string> row;
  std::string field;
  std::size_t line = 1;
  std::size_t row_line = 1;
  bool quoted = false;
  bool was_quoted = false;
  const auto end_row = [&]() -> Result<void> {
    row.push_back(std::move(field));
    field.clear();
    const bool blank = row.size() == 1 && row[0].empty() && !was_quoted;
    was_quoted = false;
    if (!blank) {
      if (table.header.empty()) {
        table.header = std::move(row);
      } else {
        if (row.size() > table.header.size())
          return fail(ErrorCode::bad_input, "Line " + std::to_string(row_line) + " has " + std::to_string(row.size()) + " fields, the header has " + std::to_string(table.header.size()) + ".",
                      "Mend that line (a separator inside a field needs quotes).");
        row.resize(table.header.size());
        table.rows.push_back(std::move(row));
      }
    }
    row.clear();
    return {};
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') ++line;
    if (quoted) {
      if (c != '"')
        field.push_back(c);
      else if (i + 1 < text.size() && text[i + 1] == '"')
        field.push_back(text[++i]);
      else
        quoted = false;
    } else if (c == '"' && field.empty()) {
      quoted = was_quoted = true;
    } else if (c == separator) {
      row.push_back(std::move(field));
      field.clear();
    } else if (c == '\n') {
      TRY(end_row());
      row_line = line;
    } else if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') {
      continue;
    } else {
      field.push_back(c);
    }
  }
  if (quoted) return fail(ErrorCode::bad_input, "A quote that opens in the row at line " + std::to_string(row_line) + " is never closed.", "Close it and try again.");
  if (!field.empty() || !row.empty() || was_quoted) TRY(end_row());
  return table;
}

void write_csv_row(std::string& out, const std::vector<std::string>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out.push_back(',');
    const std::string& field = fields[i];
    // A lone empty field would read back as a blank line, and the other separators would mislead the reader's guess.
    const bool plain = field.find_first_of(",;\t|\"\r\n") == std::string::npos && !(field.empty() && fields.size() == 1);
    if (plain) {
      out += field;
      continue;
    }
    out.push_back('"');
    for (char c : field) {
      if (c == '"') out.push_back('"');
      out.push_back(c);
    }
    out.push_back('"');
  }
  out.push_back('\n');
}

}  // namespace oyer
