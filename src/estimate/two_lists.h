// SPDX-License-Identifier: GPL-3.0-or-later
// The simplest estimates from overlapping lists. A pure engine. Two lists can't show their own dependence: the result says so.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace oyer::estimate {

struct TwoListEstimate {
  double estimate = 0;  // persons
  double standard_error = 0;
  double lower = 0;  // 95%, log-normal, never below the number seen
  double upper = 0;
  std::string caution;
};

// Chapman's nearly unbiased form of Lincoln-Petersen (Chapman 1951; variance by Seber 1970; interval by Chao 1987).
// `first`, `second`: persons on each list; `both`: on both. Errors: bad_input when the numbers can't be lists of one population.
Result<TwoListEstimate> chapman(std::int64_t first, std::int64_t second, std::int64_t both);

}  // namespace oyer::estimate
