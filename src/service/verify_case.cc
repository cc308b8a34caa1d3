// SPDX-License-Identifier: GPL-3.0-or-later
// The whole case: journal, blobs and vault without keys; with keys also every commitment, body, signature and plaintext.
#include <algorithm>

#include "base/progress.h"
#include "seal/hash.h"
#include "seal/journal_audit.h"
#include "seal/vault_audit.h"
#include "service/parts.h"

namespace oyer::service {

namespace {

// What others said about the log: witnesses and time authorities; with the anchor also whether they are whom one trusts.
Result<void> verify_proofs(Context& context, const std::optional<seal::Anchor>& anchor, json::object& out, const std::function<void(const std::string&)>& fault) {
  const auto audit = TRY(audit_proofs(context, anchor, fault));
  if (!context.target->store().journal().policy().witnesses.empty()) out["witnessed_entries"] = static_cast<std::int64_t>(audit.witnessed_size);
  json::array stamps;
  for (const auto& one : audit.stamps)
    stamps.push_back(json::object{{"size", static_cast<std::int64_t>(one.size)}, {"authority", one.authority}, {"time", one.time_text}, {"valid_until", utc_text(one.valid_until)}, {"anchored", one.anchored}});
  if (!stamps.empty()) out["stamps"] = std::move(stamps);
  if (!anchor) return {};
  // What an older checkpoint vouches for stays vouched for: this journal leads to it.
  out["authenticated"] = audit.anchored_size > 0;
  out["authenticated_entries"] = static_cast<std::int64_t>(audit.anchored_size);
  json::array reasons;
  for (const auto& reason : audit.anchor_faults) reasons.emplace_back(reason);
  if (!reasons.empty()) out["anchor_faults"] = std::move(reasons);
  return {};
}

// The policy and the authorities are decisions: their files must be what the newest entries say.
Result<void> verify_decisions(Context& context, const std::function<void(const std::string&)>& fault) {
  auto& target = *context.target;
  auto query = context.query();
  std::string policy;
  struct Authority {
    std::string name, url, certificates;
  };
  std::vector<Authority> authorities;  // in the order in which they were first named
  for (const auto& thing : TRY(query.list("en", true))) {
    if (thing.type == "log.policy/1") policy = string_or_empty(thing.data, "policy");
    if (thing.type != "log.authority/1") continue;
    const Authority named{string_or_empty(thing.data, "name"), string_or_empty(thing.data, "url"), string_or_empty(thing.data, "certificates")};
    const auto known = std::find_if(authorities.begin(), authorities.end(), [&](const Authority& one) { return one.name == named.name; });
    if (known == authorities.end())
      authorities.push_back(named);
    else
      *known = named;
  }
  const auto& journal = target.store().journal();
  if (policy.empty() ? !journal.policy().witnesses.empty() : policy != journal.policy().text()) fault("The file journal/policy is not what this case's people decided last.");
  const std::string kept = target.info().directory + "/journal/checkpoints/";
  std::string lines;
  for (const auto& one : authorities) {
    lines += one.name + " " + one.url + "\n";
    // Below an authority's own certificates stand only those of others that renewed its tokens, and they were decided too.
    const auto held = real_disk().read_all(kept + one.name + ".chain.pem");
    std::string_view rest = held ? text_of(*held) : std::string_view{};
    bool decided = rest.starts_with(one.certificates);
    if (decided) rest.remove_prefix(one.certificates.size());
    while (decided && !rest.empty()) {
      if (rest.starts_with(seal::kRenewalRemark)) rest.remove_prefix(std::min(rest.size(), rest.find('\n') + 1));
      const auto next = std::find_if(authorities.begin(), authorities.end(), [&](const Authority& other) { return !other.certificates.empty() && rest.starts_with(other.certificates); });
      decided = next != authorities.end();
      if (decided) rest.remove_prefix(next->certificates.size());
    }
    if (!decided) fault("The file journal/checkpoints/" + one.name + ".chain.pem is not what this case's people decided.");
  }
  const auto held = real_disk().read_all(kept + "authorities");
  if (held ? text_of(*held) != lines : !lines.empty()) fault("The file journal/checkpoints/authorities is not what this case's people decided.");
  return {};
}

}  // namespace

Result<json::value> verify_case(Context& context, const json::object& arguments) {
  auto& target = *context.target;
  auto& store = target.store();
  std::optional<seal::Anchor> anchor;
  if (arguments.contains("anchor")) anchor = TRY(seal::Anchor::parse(string_or_empty(arguments, "anchor")));  // an empty one is refused
  json::array faults;
  const auto fault = [&](const std::string& text) { faults.emplace_back(text); };
  for (const auto& text : target.faults()) fault(text);
  const auto audit = TRY(seal::audit_journal(real_disk(), target.info().directory + "/journal", fault));
  const auto blobs = TRY(store.blobs().scrub(fault));
  // Every sealed submission's segment must be there, whoever looks.
  TRY(store.journal().for_each(0, [&](std::uint64_t index, ByteView entry) -> Result<void> {
    const auto form = seal::parse_form(entry);
    if (form && form->segment && !store.blobs().contains(*form->segment)) fault("The sealed bodies that entry " + std::to_string(index) + " closes are missing from blobs/.");
    return {};
  }));
  TRY(seal::audit_vault(real_disk(), target.info().directory + "/vault", target.info().open, fault));
  if (store.headers() != nullptr)
    for (const auto& text : store.headers()->faults()) fault(text);
  json::object out{
      {"entries", static_cast<std::int64_t>(audit.size)}, {"signed_entries", static_cast<std::int64_t>(audit.signed_size)}, {"blobs", static_cast<std::int64_t>(blobs)}, {"root", base64(audit.root)}, {"with_keys", target.readable()}};
  TRY(verify_proofs(context, anchor, out, fault));
  std::string first, last;
  if (target.readable()) {
    TRY(verify_decisions(context, fault));
    auto fresh = TRY(casefile::Projection::in_memory());
    const auto applied = fresh->apply(store, true);
    if (!applied)
      fault(applied.error().message);
    else
      out["opened_entries"] = static_cast<std::int64_t>(applied->entries);
    // Nothing can be shredded yet, so a sealed entry that does not open has lost its header: never silently.
    if (applied && applied->closed > 0) fault(std::to_string(applied->closed) + " sealed entries can't be opened with this case's keys: their headers are missing from the vault.");
    // Every submission is signed by a key that was enrolled by then and not revoked before.
    if (applied) {
      auto signers = TRY(fresh->database().prepare("SELECT place, actor FROM submission ORDER BY place"));
      auto keys = TRY(fresh->database().prepare("SELECT type, data FROM thing WHERE type IN ('key.enrol/1', 'key.revoke/1') AND place < ? ORDER BY place"));
      while (TRY(signers.step())) {
        bool valid = false;
        keys.bind(1, signers.integer(0));
        while (TRY(keys.step())) {
          const auto data = TRY(parse_json(keys.text_view(1)));
          if (string_or_empty(data.get_object(), "key") == signers.text_view(1)) valid = keys.text_view(0) == "key.enrol/1";
        }
        keys.reset();
        if (!valid) fault("The submission that ends at entry " + std::to_string(signers.integer(0)) + " is signed by a key that was not enrolled, or was revoked before.");
      }
    }
    casefile::Query query(applied ? fresh->database() : target.database(), context.reader);
    std::vector<casefile::Thing> things = TRY(query.list("ex", true));
    for (auto& thing : TRY(query.list("rn", true))) things.push_back(std::move(thing));
    Progress progress("verify", things.size(), context.quiet);
    for (const auto& thing : things) {
      progress.advance(1);
      const std::string name = thing.kind == "ex" ? "Exhibit " + TRY(query.short_id(thing.id)) + " (" + string_or_empty(thing.data, "name") + ")" : "Rendition " + TRY(query.short_id(thing.id));
      const auto address = hash_from_hex(string_or_empty(thing.data, "blob"));
      const auto bytes = address ? store.get(*address, thing.tier == "open") : Result<Bytes>(fail(ErrorCode::damaged, "it names no stored bytes"));
      if (!bytes)
        fault(name + ": " + bytes.error().message);
      else if (hex(seal::sha256(*bytes)) != string_or_empty(thing.data, "digest"))
        fault(name + " is not what was sealed: the digests differ.");
      if (thing.kind != "ex") continue;
      if (first.empty() || thing.time < first) first = thing.time;
      if (thing.time > last) last = thing.time;
    }
    // A clock that ran backward is told, not refused.
    std::string newest;
    json::array notes;
    for (const auto& thing : TRY(query.list("", true))) {
      if (thing.time < newest && notes.size() < 10) notes.emplace_back("Entry " + std::to_string(thing.place) + " claims an earlier time than one before it (" + thing.time + " after " + newest + ").");
      if (thing.time > newest) newest = thing.time;
    }
    if (!notes.empty()) out["notes"] = std::move(notes);
  }
  out["whole"] = faults.empty();
  out["faults"] = std::move(faults);
  std::string date = first.substr(0, 10);
  if (last.substr(0, 10) != date) date += " to " + last.substr(0, 10);
  if (get_bool(out, "whole")) out["closing"] = "unchanged since intake on " + (first.empty() ? std::string("a date that only the keys show") : date + " (claimed)") + "; this says nothing about truth or origin";
  return out;
}

}  // namespace oyer::service
