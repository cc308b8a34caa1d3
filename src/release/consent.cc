// SPDX-License-Identifier: GPL-3.0-or-later
#include "release/consent.h"

namespace oyer::release {

Result<Permission> permission(casefile::Query& query, const casefile::Thing& source, const std::string& use) {
  const std::string kind = string_or_empty(source.data, "kind");
  if (kind != "person") return Permission{true, "a " + kind + " source: no person's consent is required"};
  Permission out{false, "no consent is recorded for this use, and silence refuses"};
  for (const auto& consent : TRY(query.pointing_to(source.id, "source"))) {
    if (consent.kind != "cn" || string_or_empty(consent.data, "use") != use) continue;
    out.granted = get_bool(consent.data, "granted");
    out.ground = out.granted ? "consent " + TRY(query.short_id(consent.id)) + " for " + use : "consent for " + use + " was refused or withdrawn (" + TRY(query.short_id(consent.id)) + ")";
  }
  return out;
}

}  // namespace oyer::release
