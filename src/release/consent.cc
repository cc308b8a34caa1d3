// SPDX-License-Identifier: GPL-3.0-or-later
#include "release/consent.h"

#include <algorithm>
#include <set>

#include "base/clock.h"

namespace oyer::release {

namespace {

// A paper that rests on a person's account needs that person's consent as much as the account does.
Result<std::vector<casefile::Thing>> everyone_behind(casefile::Query& query, const casefile::Thing& source) {
  std::vector<casefile::Thing> found{source};
  std::set<std::string> seen{source.id};
  const auto take = [&](const std::string& id) -> Result<void> {
    const std::string standing = TRY(query.standing(id));
    if (seen.insert(standing).second) found.push_back(TRY(query.get(standing)));
    return {};
  };
  for (std::size_t i = 0; i < found.size(); ++i) {
    const casefile::Thing one = found[i];
    if (const auto* parents = get_array(one.data, "derives_from"))
      for (const auto& id : *parents) TRY(take(std::string(id.as_string())));
    for (const auto& version : TRY(query.versions(one.id)))
      for (const auto& derivation : TRY(query.pointing_to(version, "source")))
        if (derivation.kind == "de") TRY(take(string_or_empty(derivation.data, "from")));
  }
  return found;
}

Result<Permission> permission_of_one(casefile::Query& query, const casefile::Thing& source, const std::string& use, const std::string& recipient);

}  // namespace

Result<Permission> permission(casefile::Query& query, const casefile::Thing& source, const std::string& use, const std::string& recipient) {
  Permission own;
  for (const auto& one : TRY(everyone_behind(query, source))) {
    const Permission permission = TRY(permission_of_one(query, one, use, recipient));
    if (!permission.granted) return one.id == source.id ? permission : Permission{false, "it rests on a person's account: " + permission.ground};
    if (one.id == source.id) own = permission;
  }
  return own;
}

namespace {

Result<Permission> permission_of_one(casefile::Query& query, const casefile::Thing& source, const std::string& use, const std::string& recipient) {
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

}  // namespace
}  // namespace oyer::release
