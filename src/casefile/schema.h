// SPDX-License-Identifier: GPL-3.0-or-later
// The projection's tables, one source for every back end, as numbered migrations. Plain SQL that SQLite and PostgreSQL both take.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace oyer::casefile {

struct Migration {
  int version;
  std::string_view sql;
};
std::span<const Migration> migrations();
inline constexpr int kSchemaVersion = 2;
inline constexpr std::int64_t kEdgesPerEntry = 4096;  // a body of 65,000 bytes holds fewer ids

// Made after the rows of a whole rebuild, so that they are sorted once.
std::string_view index_sql();

}  // namespace oyer::casefile
