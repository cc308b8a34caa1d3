// SPDX-License-Identifier: GPL-3.0-or-later
// Use cases: what commands, HTTP and the socket call, by name, with JSON in and out. The only door to a case.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "casefile/case.h"
#include "casefile/query.h"
#include "search/index.h"

namespace oyer::service {

struct Context {
  casefile::Case* target = nullptr;  // none for use cases without a case
  casefile::Reader reader;
  bool quiet = true;                                     // no progress bars
  std::function<void(const json::value&)> acknowledged;  // each thing as it is committed; may be empty
  casefile::Query query() const { return casefile::Query(target->database(), reader); }
};

enum class Access {
  nothing,  // no case
  reads,
  writes,
};

struct UseCase {
  std::string_view name;
  Access access;
  Result<json::value> (*run)(Context&, const json::object&);
  std::string_view summary;
};

std::span<const UseCase> use_cases();
const UseCase* find_use_case(std::string_view name);

// Runs one by name on an opened case; a writer's checkpoint is signed before this returns.
Result<json::value> call(Context& context, std::string_view name, const json::object& arguments);

// Indexes renditions that are not yet in the full-text index.
Result<search::Index> ready_index(Context& context);

// One page of a rendition's text, or all of them.
struct RenditionText {
  json::array pages;
};
Result<RenditionText> rendition_text(Context& context, const casefile::Thing& rendition);

}  // namespace oyer::service
