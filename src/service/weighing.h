// SPDX-License-Identifier: GPL-3.0-or-later
// The case's sources, claims and findings as the weighing engine takes them, with its answers; shared by `weigh` and the report.
#pragma once

#include <optional>
#include <vector>

#include "service/use_case.h"
#include "weigh/weigh.h"

namespace oyer::service {

struct WeighedFinding {
  casefile::Thing thing;
  weigh::Finding finding;
  weigh::Policy policy;
  weigh::Explanation explanation;
};

struct Weighing {
  weigh::Policy default_policy;
  std::vector<WeighedFinding> findings;
  std::optional<weigh::Graph> graph;
};

Result<Weighing> weighing_of(Context& context);

}  // namespace oyer::service
