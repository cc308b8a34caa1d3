// SPDX-License-Identifier: GPL-3.0-or-later
#include <future>
#include <set>

#include "base/progress.h"
#include "intake/intake.h"
#include "service/parts.h"

namespace oyer::service {
namespace {

constexpr std::size_t kAhead = 3;  // files parsed while an earlier one is sealed

json::object as_json(const intake::Taken& taken, const std::string& short_id) {
  json::object out{{"file", taken.path}, {"state", taken.state}};
  set_if(out, "id", short_id);
  set_if(out, "full_id", taken.id);
  set_if(out, "digest", taken.digest);
  set_if(out, "media", taken.media);
  set_if(out, "reason", taken.reason);
  out["renditions"] = static_cast<std::int64_t>(taken.renditions.size());
  if (!taken.warnings.empty()) {
    json::array warnings;
    for (const auto& warning : taken.warnings) warnings.emplace_back(warning);
    out["warnings"] = std::move(warnings);
  }
  return out;
}

}  // namespace

Result<json::value> add_files(Context& context, const json::object& arguments) {
  std::vector<std::string> paths;
  if (const auto* given = get_array(arguments, "paths"))
    for (const auto& path : *given) paths.emplace_back(path.as_string());
  if (paths.empty()) return fail(ErrorCode::usage, "No file or folder was given.", "For example: oyer add letters/ --source W-01");
  intake::IntakeOptions options;
  options.source = TRY(context.query().find(string_or_empty(arguments, "source"), "so")).id;
  options.origin = string_or_empty(arguments, "origin");
  options.collector = string_or_empty(arguments, "collector");
  if (const auto languages = get_string(arguments, "languages")) options.languages = *languages;
  options.open_tier = string_or_empty(arguments, "tier") == "open" || context.target->info().open;
  const auto items = TRY(intake::gather(paths));
  json::array out;
  json::object counts{{"sealed", 0}, {"already-held", 0}, {"quarantined", 0}, {"unreadable", 0}};
  Progress progress("add", items.size(), context.quiet);
  std::set<std::string> held;
  for (const auto& exhibit : TRY(context.query().list("ex", true))) held.insert(string_or_empty(exhibit.data, "digest"));
  std::vector<std::future<std::shared_ptr<intake::Prepared>>> ahead(items.size());
  std::size_t started = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    for (; started < items.size() && started < i + kAhead; ++started) ahead[started] = std::async(std::launch::async, [&items, &options, &held, started] { return intake::prepare(items[started], options.languages, held); });
    const auto prepared = ahead[i].get();
    auto taken = intake::take_in(*context.target, *prepared, options);
    if (!taken) {
      taken.error().message += " (" + std::to_string(i) + " of " + std::to_string(items.size()) + " files were taken in before; running the same command again goes on from there.)";
      return tl::unexpected(taken.error());
    }
    json::object row = as_json(*taken, taken->id.empty() ? "" : TRY(context.query().short_id(taken->id)));
    counts[taken->state] = counts[taken->state].get_int64() + 1;
    if (context.acknowledged) context.acknowledged(row);
    out.push_back(std::move(row));
    progress.advance(1, items[i].name);
  }
  TRY(ready_index(context));
  return json::object{{"items", std::move(out)}, {"counts", std::move(counts)}};
}

}  // namespace oyer::service
