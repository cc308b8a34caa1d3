// SPDX-License-Identifier: GPL-3.0-or-later
// Comma-separated values after RFC 4180, read leniently (any of , ; TAB |) and written strictly.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace oyer {

struct Table {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  // each as wide as the header

  // Index of a column by its exact name, or -1.
  int column(std::string_view name) const;
};

// Parses UTF-8 text (a byte order mark is skipped). Errors, bad_input: not UTF-8, empty, a quote never closed, a row with more
// fields than the header (named by its line). Shorter rows are filled with empty fields.
Result<Table> parse_csv(std::string_view text);

// Quotes only what needs it to be read back by parse_csv; lines end in \n.
void write_csv_row(std::string& out, const std::vector<std::string>& fields);

}  // namespace oyer
