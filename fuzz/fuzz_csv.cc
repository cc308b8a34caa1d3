// SPDX-License-Identifier: GPL-3.0-or-later
// CSV: rows are as wide as the header, and what we write is read back, whatever stands in the fields.
#include "base/csv.h"
#include "base/utf8.h"
#include "fuzz.h"

using namespace oyer;
using fuzz::must;

namespace {

std::string written(const Table& table) {
  std::string text;
  write_csv_row(text, table.header);
  for (const auto& row : table.rows) write_csv_row(text, row);
  return text;
}

void must_come_back(const Table& table) {
  const std::string text = written(table);
  // A header of white space alone counts as empty, and a byte order mark at its start is skipped.
  const bool odd = text.find_first_not_of(" \t\r\n\"") == std::string::npos || text.starts_with("\xEF\xBB\xBF");
  if (odd) return;
  const auto again = parse_csv(text);
  must(again && again->header == table.header && again->rows == table.rows, "a table is read as it was written");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  if (const auto table = parse_csv(text_of(bytes))) {
    for (const auto& row : table->rows) must(row.size() == table->header.size(), "a row is as wide as the header");
    for (std::size_t i = 0; i < table->header.size(); ++i) {
      const int column = table->column(table->header[i]);
      must(column >= 0 && static_cast<std::size_t>(column) <= i, "a column is found by its name");
    }
    must_come_back(*table);
  }
  fuzz::Recipe recipe(bytes);
  Table table;
  const std::size_t width = 1 + recipe.byte() % 4;
  const auto row = [&] {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < width; ++i) out.push_back(utf8::repair(text_of(recipe.piece(32))));
    return out;
  };
  table.header = row();
  while (!recipe.empty()) table.rows.push_back(row());
  must_come_back(table);
  return 0;
}
