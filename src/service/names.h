// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace oyer::service {

struct NameMatch {
  std::size_t right = 0, left = 0;  // indices
  double score = 0;                 // 0 to 1
};

// For each name on the right its best `top` names on the left, best first; ties by the lower index.
std::vector<NameMatch> match_names(const std::vector<std::string>& left, const std::vector<std::string>& right, std::size_t top);

}  // namespace oyer::service
