// SPDX-License-Identifier: GPL-3.0-or-later
// CSV: rows are as wide as the header, and what we write is read back.
#include <cstdlib>

#include "base/bytes.h"
#include "base/csv.h"

using namespace oyer;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  const auto table = parse_csv(text_of(bytes));
  if (!table) return 0;
  std::string text;
  write_csv_row(text, table->header);
  for (const auto& row : table->rows) {
    if (row.size() != table->header.size()) std::abort();
    write_csv_row(text, row);
  }
  const auto again = parse_csv(text);
  // A header of white space alone counts as empty, and a byte order mark at its start is skipped.
  const bool odd = text.find_first_not_of(" \t\r\n\"") == std::string::npos || text.starts_with("\xEF\xBB\xBF");
  if (!odd && (!again || again->header != table->header || again->rows != table->rows)) std::abort();
  return 0;
}
