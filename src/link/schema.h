// SPDX-License-Identifier: GPL-3.0-or-later
// Which columns of several tables are one field: by equal header, else by kind and by how much their values have in common. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "link/column.h"
#include "link/link.h"

namespace oyer::link {

struct Field {
  std::string name;
  Kind kind = Kind::text;
  std::vector<int> column;      // per source, -1 where absent
  std::vector<DayOrder> order;  // per source
};

// At most kFieldLimit fields, the fullest ones. Errors as in link().
inline constexpr std::size_t kFieldLimit = 21;  // three bits each in 64
Result<std::vector<Field>> match_columns(const std::vector<Source>& sources, const Options& options);

}  // namespace oyer::link
