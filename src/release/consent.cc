// SPDX-License-Identifier: GPL-3.0-or-later
#include "release/consent.h"

#include <algorithm>

#include "base/clock.h"

namespace oyer::release {

Result<Permission> permission(casefile::Query& query, const casefile::Thing& source, const std::string& use, const std::string& recipient) {
  const std::string kind = string_or_empty(source.data, "kind");
  if (kind != "person") return Permission{true, "a " + kind + " source: no person's consent is required"};
  Permission out{false, "no consent is recorded for this use, and silence refuses"};
  // A consent speaks for the person, whichever version of the source's entry it was recorded on.
  std::vector<casefile::Thing> consents;
  for (const auto& version : TRY(query.versions(source.id)))
    for (auto& thing : TRY(query.pointing_to(version, "source")))
      if (thing.kind == "cn" && string_or_empty(thing.data, "use") == use) consents.push_back(std::move(thing));
  std::sort(consents.begin(), consents.end(), [](const auto& a, const auto& b) { return a.place < b.place; });
  const std::string today = utc_text(system_clock().now()).substr(0, 10);
  for (const auto& consent : consents) {
    const std::string for_whom = string_or_empty(consent.data, "recipient"), until = string_or_empty(consent.data, "until");
    const bool grants = get_bool(consent.data, "granted");
    if (!for_whom.empty() && for_whom != recipient && (grants || !recipient.empty())) continue;
    if (grants && !until.empty() && today.substr(0, until.size()) > until) {
      out = {false, "consent for " + use + " ended on " + until};
      continue;
    }
    out.granted = get_bool(consent.data, "granted");
    out.ground = out.granted ? "consent for " + use + " is recorded" : "consent for " + use + " was refused or withdrawn";  // no ids: they would link editions
  }
  return out;
}

}  // namespace oyer::release
