// SPDX-License-Identifier: GPL-3.0-or-later
#include "estimate/two_lists.h"

#include <cmath>

namespace oyer::estimate {

Result<TwoListEstimate> chapman(std::int64_t first, std::int64_t second, std::int64_t both) {
  if (first < 0 || second < 0 || both < 0) return fail(ErrorCode::bad_input, "A list has a negative number of persons.", "Check the counts.");
  if (both > first || both > second) return fail(ErrorCode::bad_input, "More persons are on both lists than on one of them.", "Check the counts.");
  if (first == 0 || second == 0) return fail(ErrorCode::bad_input, "One of the lists is empty, so their overlap says nothing.", "Two lists with persons on them are needed.");
  const double n1 = static_cast<double>(first), n2 = static_cast<double>(second), m = static_cast<double>(both);
  TwoListEstimate out;
  out.estimate = (n1 + 1) * (n2 + 1) / (m + 1) - 1;
  const double variance = (n1 + 1) * (n2 + 1) * (n1 - m) * (n2 - m) / ((m + 1) * (m + 1) * (m + 2));
  out.standard_error = std::sqrt(variance);
  const double seen = n1 + n2 - m;
  const double unseen = out.estimate - seen;
  if (unseen <= 0 || variance == 0) {
    out.lower = out.upper = out.estimate;
  } else {
    const double c = std::exp(1.96 * std::sqrt(std::log(1 + variance / (unseen * unseen))));
    out.lower = seen + unseen / c;
    out.upper = seen + unseen * c;
  }
  out.caution = "Two lists assume that being on one says nothing about being on the other; where lists share sources the true number is higher, where they avoid each other's people it is lower.";
  return out;
}

}  // namespace oyer::estimate
