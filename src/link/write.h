// SPDX-License-Identifier: GPL-3.0-or-later
// The files of a linking run, as text. Pure; probabilities and weights with four digits behind the point.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "link/link.h"

namespace oyer::link {

// source,row,cluster,probability: every row, in input order; rows from 1 in each source.
std::string clusters_csv(const std::vector<Source>& sources, const LinkResult& result);

// source_a,row_a,source_b,row_b,probability,weight and one column per field with its level.
std::string pairs_csv(const std::vector<Source>& sources, const LinkResult& result);

// Fields, kinds, m and u per level, prior, threshold, counts and, with a truth, the scores.
json::object model_json(const std::vector<Source>& sources, const LinkResult& result);

}  // namespace oyer::link
