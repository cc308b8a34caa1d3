// SPDX-License-Identifier: GPL-3.0-or-later
// Proof that does not rest on us: witnesses, time authorities, and the checkpoint that carries what they said.
#include <algorithm>

#include "seal/evidence_record.h"
#include "seal/time_authority.h"
#include "seal/upkeep/curl_client.h"
#include "seal/upkeep/witness_client.h"
#include "service/parts.h"

namespace oyer::service {
namespace {

constexpr std::int64_t kDay = 86400;
constexpr std::int64_t kRenewBefore = 180 * kDay;
constexpr std::size_t kLargestToken = 1U << 20;
constexpr std::string_view kLocal = "dir:";  // an authority in a folder of this machine

struct Authority {
  std::string name, url;
};

// journal/checkpoints/authorities: "NAME URL" a line.
Result<std::vector<Authority>> authorities_of(const std::string& journal) {
  std::vector<Authority> out;
  const auto bytes = real_disk().read_all(journal + "/checkpoints/authorities");
  if (!bytes && bytes.error().code == ErrorCode::not_found) return out;
  if (!bytes) return tl::unexpected(bytes.error());
  std::string_view rest = text_of(*bytes);
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) return fail(ErrorCode::damaged, "The file journal/checkpoints/authorities is damaged.", "Add the authorities again with `oyer tsa add`.");
    out.push_back({std::string(line.substr(0, space)), std::string(line.substr(space + 1))});
  }
  return out;
}

Result<void> check_name(const std::string& name) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  if (name.empty() || name.size() > 40 || !std::all_of(name.begin(), name.end(), fits)) return fail(ErrorCode::usage, "“" + name + "” is no short name.", "Use small letters, digits and hyphens.");
  return {};
}

Result<void> check_url(const std::string& url) {
  if ((!url.starts_with("https://") && !url.starts_with("http://") && !url.starts_with(kLocal)) || url.find_first_of(" \t\n") != std::string::npos)
    return fail(ErrorCode::usage, "“" + url + "” is no address.", "Give one that begins with “https://”.");
  return {};
}

// What an authority answers to a request: over the network, or from a folder.
Result<Bytes> ask_authority(HttpClient& http, const Authority& authority, const Bytes& request) {
  if (authority.url.starts_with(kLocal)) {
    const std::string folder = authority.url.substr(kLocal.size());
    const auto lock = real_disk().lock(folder + "/lock");
    if (!lock && lock.error().code != ErrorCode::refused) return fail(ErrorCode::interrupted, "The time authority at " + folder + " can't be reached: " + lock.error().message, "Check its folder, or name its new one with `oyer tsa add`.");
    if (!lock) return fail(ErrorCode::interrupted, "The time authority at " + folder + " is in use by another process.", "Wait, or name it by the address at which it is served.");
    auto local = TRY(seal::TimeAuthority::open(real_disk(), folder));
    return local.respond(request, system_clock());
  }
  HttpRequest call;
  call.method = "POST";
  call.url = authority.url;
  call.headers = {{"Content-Type", "application/timestamp-query"}, {"Accept", "application/timestamp-reply"}};
  call.body = request;
  call.total_seconds = 30;
  call.answer_limit = kLargestToken;
  const auto answer = TRY(http.send(call));
  if (answer.status != 200) return fail(ErrorCode::interrupted, "The time authority answered " + std::to_string(answer.status) + ".", "Try again later; the checkpoint stands without its token.");
  return answer.body;
}

// A token over `data`, judged by the authority's chain.
Result<seal::Timestamp> stamp(HttpClient& http, const Authority& authority, const seal::Certificates& chain, const seal::Imprint& imprint, Bytes& response) {
  const auto request = seal::make_timestamp_request(imprint, system_random());
  response = TRY(ask_authority(http, authority, request.der));
  return seal::accept_response(response, imprint, request.nonce, chain, chain);
}

// An authority's chain file: its own certificates, and below a remark those of others that renewed its tokens.
Result<std::string> chain_text(const std::string& journal, const std::string& name) { return std::string(text_of(TRY(real_disk().read_all(journal + "/checkpoints/" + name + ".chain.pem")))); }

// Its own certificates alone: what another one answers under its name is not its token, whoever renewed it before.
Result<std::string> own_chain_text(const std::string& journal, const std::string& name) {
  std::string text = TRY(chain_text(journal, name));
  if (const std::size_t below = text.find(seal::kRenewalRemark); below != std::string::npos) text.resize(below);
  return text;
}

// Tokens that are missing over a kept checkpoint, one by each authority.
Result<json::array> stamp_all(HttpClient& http, const std::string& journal, const std::string& name, const std::string& note) {
  json::array out;
  for (const auto& authority : TRY(authorities_of(journal))) {
    const std::string path = journal + "/checkpoints/" + name + "." + authority.name + ".tsr";
    json::object row{{"authority", authority.name}};
    if (real_disk().exists(path)) {
      row["state"] = "held";
      row["text"] = "Its token is held already.";
      out.push_back(std::move(row));
      continue;
    }
    Bytes response;
    const auto own = own_chain_text(journal, authority.name);
    const auto chain = own ? seal::Certificates::parse(*own) : tl::unexpected(own.error());
    const auto timestamp = chain ? stamp(http, authority, *chain, seal::imprint_of(view(note)), response) : tl::unexpected(chain.error());
    if (timestamp) {
      TRY(real_disk().write_atomic(path, response));
      row["state"] = "stamped";
      row["time"] = timestamp->time_text;
      row["text"] = "Stamped at " + timestamp->time_text + " by " + timestamp->authority + ".";
    } else {
      row["state"] = timestamp.error().code == ErrorCode::interrupted ? "unreachable" : "refused";
      row["text"] = timestamp.error().text();
    }
    out.push_back(std::move(row));
  }
  return out;
}

}  // namespace

Result<seal::CheckpointAudit> audit_proofs(Context& context, const std::optional<seal::Anchor>& anchor, const std::function<void(const std::string&)>& fault) {
  const auto& journal = context.target->store().journal();
  const auto root_at = [&](std::uint64_t size) { return journal.root_at(size); };
  return seal::audit_checkpoints(real_disk(), context.target->info().directory + "/journal", journal.size(), root_at, anchor, system_clock().now(), fault);
}

Result<json::value> log_checkpoint(Context& context, const json::object& arguments) {
  auto& target = *context.target;
  auto& journal = target.store().journal();
  const std::string directory = target.info().directory + "/journal";
  const bool offline = get_bool(arguments, "offline");
  // A checkpoint that stands keeps the lines that it has.
  const auto before = journal.checkpoint();
  if (!before || before->size != journal.size()) TRY(target.sign_checkpoint());
  std::string note = TRY(journal.checkpoint_note());
  auto standing = TRY(journal.witnessed_checkpoint());
  const std::string name = seal::checkpoint_name(standing.checkpoint.size);
  const std::string path = directory + "/checkpoints/" + name;
  const auto kept = real_disk().read_all(path);
  if (!kept && kept.error().code != ErrorCode::not_found) return tl::unexpected(kept.error());
  if (kept) {
    // What was kept is never written over unread; and a checkpoint that was signed anew has lost the lines that its kept copy still bears.
    const auto opened = seal::open_witnessed(text_of(*kept), journal.policy());
    if (!opened || opened->checkpoint.text() != standing.checkpoint.text())
      return fail(ErrorCode::damaged, "The file journal/checkpoints/" + name + " is damaged, or is of another history" + (opened ? "." : ": " + opened.error().message), "Run `oyer verify`, and restore the file from a backup.");
    standing = TRY(journal.add_cosignatures(text_of(*kept).substr(standing.checkpoint.text().size() + 1)));
    note = TRY(journal.checkpoint_note());
  }
  const auto http = seal::curl_client();
  json::array witnesses;
  bool forked = false;
  for (const auto& witness : journal.policy().witnesses) {
    json::object row{{"witness", witness.name}};
    const auto has = [&](const seal::Cosignature& one) { return one.witness == witness.name; };
    if (std::any_of(standing.cosignatures.begin(), standing.cosignatures.end(), has)) {
      row["state"] = "held";
      row["text"] = "Its cosignature is held already.";
    } else if (offline || witness.url.empty()) {
      row["state"] = "not-asked";
      row["text"] = witness.url.empty() ? "It has no address." : "Offline.";
    } else {
      const auto reply = seal::ask_witness(*http, witness.url, journal, note, standing.checkpoint.size);
      using State = seal::WitnessReply::State;
      row["text"] = reply.text;
      row["state"] = reply.state == State::cosigned ? "cosigned" : reply.state == State::unreachable ? "unreachable" : reply.state == State::ahead ? "ahead" : reply.state == State::fork ? "fork" : "refused";
      if (!reply.evidence.empty()) TRY(seal::keep_fork(real_disk(), directory, note, reply.evidence));
      // Both come with a checkpoint under the log's own signature; a witness that only claims to be ahead stops nothing.
      forked = forked || !reply.evidence.empty();
      if (reply.state == State::cosigned) {
        const auto added = journal.add_cosignatures(reply.lines);
        if (!added && added.error().code != ErrorCode::bad_input) return tl::unexpected(added.error());
        if (added) standing = *added;
        note = TRY(journal.checkpoint_note());
        if (!added) {  // what one of them answers does not keep the others from being asked
          row["state"] = "refused";
          row["text"] = added.error().text();
        } else if (std::none_of(standing.cosignatures.begin(), standing.cosignatures.end(), has)) {
          row["state"] = "refused";
          row["text"] = "Its answer does not verify under the key in the policy.";
        }
      }
    }
    witnesses.push_back(std::move(row));
  }
  json::object out{{"size", static_cast<std::int64_t>(standing.checkpoint.size)}, {"root", base64(standing.checkpoint.root)}, {"witnesses", std::move(witnesses)}, {"quorum", journal.policy().quorum}, {"quorum_met", standing.quorum}};
  // What is kept never changes again: a copy with more cosignatures than the kept one has stays beside no token of the older bytes.
  const bool worth_keeping = !standing.cosignatures.empty() || !TRY(authorities_of(directory)).empty();
  if (worth_keeping && !forked) {
    TRY(real_disk().make_directories(directory + "/checkpoints"));
    bool stamped = false;
    for (const auto& other : TRY(real_disk().list(directory + "/checkpoints"))) stamped = stamped || (other.starts_with(name + ".") && !other.ends_with(".tmp"));
    if (!kept || (!stamped && text_of(*kept) != note))
      TRY(real_disk().write_atomic(path, view(note)));
    else
      note = std::string(text_of(*kept));
    if (!offline) out["stamps"] = TRY(stamp_all(*http, directory, name, note));
  }
  out["forked"] = forked;
  return out;
}

Result<json::value> witness_add(Context& context, const json::object& arguments) {
  auto& target = *context.target;
  auto& journal = target.store().journal();
  seal::Policy policy = journal.policy();
  const std::string name = string_or_empty(arguments, "name");
  if (!name.empty()) {
    TRY(check_name(name));
    if (name == "none" || name == "needed") return fail(ErrorCode::usage, "“" + name + "” has a meaning of its own in a policy.", "Choose another name.");
    auto key = seal::VerifierKey::parse_witness(string_or_empty(arguments, "key"));
    if (!key) return fail(ErrorCode::usage, key.error().message, "The witness's operator has it in witness.vkey.");
    const std::string url = string_or_empty(arguments, "url");
    if (!url.empty()) TRY(check_url(url));
    const auto known = std::find_if(policy.witnesses.begin(), policy.witnesses.end(), [&](const auto& one) { return one.name == name; });
    if (known != policy.witnesses.end() && known->key.text() != key->text())
      return fail(ErrorCode::bad_input, "There is another witness called " + name + " already.", "A witness with a new key gets a new name, for old checkpoints bear the old one.");
    if (known != policy.witnesses.end())
      known->url = url;
    else
      policy.witnesses.push_back({name, *std::move(key), url});
  }
  if (const auto needed = get_integer(arguments, "quorum")) {
    if (*needed < 0) return fail(ErrorCode::usage, "A quorum is a number of witnesses.", "0 asks for none.");
    if (static_cast<std::size_t>(*needed) > policy.witnesses.size())
      return fail(ErrorCode::bad_input, "The quorum can't be larger than the number of witnesses (" + std::to_string(policy.witnesses.size()) + ").", "Name the witnesses first.");
    policy.groups.clear();
    policy.quorum = "none";
    if (*needed > 0) {
      seal::Policy::Group group{"needed", static_cast<std::size_t>(*needed), {}};
      for (const auto& witness : policy.witnesses) group.members.push_back(witness.name);
      policy.groups.push_back(std::move(group));
      policy.quorum = "needed";
    }
  } else if (!policy.groups.empty()) {
    policy.groups[0].members.clear();
    for (const auto& witness : policy.witnesses) policy.groups[0].members.push_back(witness.name);
  }
  TRY(seal::Policy::parse(policy.text()));  // duplicate keys and the like
  if (policy.text() != journal.policy().text()) {
    TRY(target.append("witness", {{"log.policy/1", {{"policy", policy.text()}}, {}, {}, ""}}, target.info().open));
    TRY(journal.set_policy(policy));
  }
  return witness_list(context, {});
}

Result<json::value> witness_list(Context& context, const json::object&) {
  const auto& journal = context.target->store().journal();
  const auto standing = journal.witnessed_checkpoint();
  json::array items;
  for (const auto& witness : journal.policy().witnesses) {
    json::object row{{"name", witness.name}, {"key", witness.key.text()}, {"url", witness.url}};
    if (standing)
      for (const auto& one : standing->cosignatures)
        if (one.witness == witness.name) row["cosigned"] = utc_text(static_cast<std::int64_t>(one.time));
    items.push_back(std::move(row));
  }
  json::object out{{"items", std::move(items)}, {"log", journal.log().text()}};
  const auto& policy = journal.policy();
  out["quorum"] = policy.quorum == "none" ? 0 : static_cast<std::int64_t>(policy.groups.empty() ? 1 : policy.groups.back().threshold);
  out["quorum_met"] = standing ? standing->quorum : false;
  return out;
}

Result<json::value> authority_add(Context& context, const json::object& arguments) {
  auto& target = *context.target;
  const std::string directory = target.info().directory + "/journal";
  const std::string name = string_or_empty(arguments, "name");
  TRY(check_name(name));
  std::string url = string_or_empty(arguments, "url");
  if (const std::string folder = string_or_empty(arguments, "folder"); !folder.empty()) url = std::string(kLocal) + folder;
  TRY(check_url(url));
  std::string pem;
  if (const std::string path = string_or_empty(arguments, "certificates"); !path.empty())
    pem = std::string(text_of(TRY(real_disk().read_all(path))));
  else if (url.starts_with(kLocal))
    pem = std::string(text_of(TRY(real_disk().read_all(url.substr(kLocal.size()) + "/ca.pem"))));
  if (pem.empty()) return fail(ErrorCode::usage, "The authority's certificates are missing.", "Give --certificates FILE: its root, in PEM, received from it.");
  const auto certificates = TRY(seal::Certificates::parse(pem));
  if (pem.find("-----BEGIN ") == std::string::npos) return fail(ErrorCode::bad_input, "The authority's certificates are not in PEM.", "Convert them: openssl x509 -inform DER -in FILE -out FILE.pem");
  if (pem.back() != '\n') pem += "\n";  // a renewal writes further ones below
  auto authorities = TRY(authorities_of(directory));
  const auto known = std::find_if(authorities.begin(), authorities.end(), [&](const Authority& one) { return one.name == name; });
  const std::string path = directory + "/checkpoints/" + name + ".chain.pem";
  const bool is_new = known == authorities.end();
  if (!is_new) {
    const Bytes held = TRY(real_disk().read_all(path));
    if (!text_of(held).starts_with(pem) || (held.size() > pem.size() && !text_of(held).substr(pem.size()).starts_with(seal::kRenewalRemark)))
      return fail(ErrorCode::bad_input, "There is another authority called " + name + " already.", "One with new certificates gets a new name, for older tokens need the old ones.");
    known->url = url;
  } else {
    authorities.push_back({name, url});
  }
  TRY(target.append("tsa", {{"log.authority/1", {{"name", name}, {"url", url}, {"certificates", pem}}, {}, {}, ""}}, target.info().open));
  TRY(real_disk().make_directories(directory + "/checkpoints"));
  if (is_new) TRY(real_disk().write_atomic(path, view(pem)));  // the file of a known one may hold others' below, from renewals
  std::string text;
  for (const auto& one : authorities) text += one.name + " " + one.url + "\n";
  TRY(real_disk().write_atomic(directory + "/checkpoints/authorities", view(text)));
  return json::object{{"name", name}, {"url", url}, {"certificates", certificates.text()}};
}

Result<json::value> authority_list(Context& context, const json::object&) {
  const std::string directory = context.target->info().directory + "/journal";
  json::array items;
  for (const auto& authority : TRY(authorities_of(directory))) items.push_back(json::object{{"name", authority.name}, {"url", authority.url}});
  json::array stamps;
  const auto audit = TRY(audit_proofs(context, std::nullopt, [](const std::string&) {}));
  for (const auto& one : audit.stamps)
    stamps.push_back(json::object{{"size", static_cast<std::int64_t>(one.size)}, {"authority", one.authority}, {"time", one.time_text}, {"valid_until", utc_text(one.valid_until)}, {"renewals", static_cast<std::int64_t>(one.renewals)}});
  return json::object{{"items", std::move(items)}, {"stamps", std::move(stamps)}};
}

// Renews each token whose chain ends within the margin, by the first authority that answers and lasts longer.
Result<json::value> authority_renew(Context& context, const json::object& arguments) {
  const std::string directory = context.target->info().directory + "/journal";
  const std::int64_t now = system_clock().now();
  const std::int64_t margin = get_integer(arguments, "days") ? *get_integer(arguments, "days") * kDay : kRenewBefore;
  const auto audit = TRY(audit_proofs(context, std::nullopt, [](const std::string&) {}));
  const auto http = seal::curl_client();
  json::array items;
  for (const auto& one : audit.stamps) {
    if (one.valid_until - now >= margin) continue;
    const std::string base = directory + "/checkpoints/" + seal::checkpoint_name(one.size);
    const Bytes note = TRY(real_disk().read_all(base));
    json::object row{{"size", static_cast<std::int64_t>(one.size)}, {"authority", one.authority}, {"until", utc_text(one.valid_until)}};
    row["state"] = "failed";
    if (one.valid_until <= now) {
      row["text"] = "Too late: a certificate of its chain has ended. The token still verifies at its own time, but is renewed no more.";
      items.push_back(std::move(row));
      continue;
    }
    const std::string record_path = base + "." + one.authority + ".ers";
    auto record = real_disk().exists(record_path) ? TRY(seal::EvidenceRecord::parse(TRY(real_disk().read_all(record_path)))) : TRY(seal::EvidenceRecord::begin(TRY(real_disk().read_all(base + "." + one.authority + ".tsr"))));
    seal::Certificates all = TRY(seal::Certificates::parse(TRY(chain_text(directory, one.authority))));
    for (const auto& authority : TRY(authorities_of(directory))) {
      const std::string own = TRY(own_chain_text(directory, authority.name));
      const auto chain = TRY(seal::Certificates::parse(own));
      Bytes response;
      const auto timestamp = stamp(*http, authority, chain, record.renewal_imprint(), response);
      if (!timestamp || timestamp->chain_not_after <= one.valid_until) {
        row["text"] = timestamp ? "No authority's certificate lasts longer than the old one." : timestamp.error().text();
        continue;
      }
      TRY(record.add_renewal(response));
      // The record's tokens may now come from several authorities: its chain file holds the certificates of all of them.
      if (authority.name != one.authority) {
        const std::string held = TRY(chain_text(directory, one.authority));
        if (held.find(own) == std::string::npos) TRY(real_disk().write_atomic(directory + "/checkpoints/" + one.authority + ".chain.pem", view(held + std::string(seal::kRenewalRemark) + authority.name + "\n" + own)));
        all = all.joined_with(chain);
      }
      TRY(record.verify(note, all, all, now));
      TRY(real_disk().write_atomic(record_path, record.encode()));
      row["state"] = "renewed";
      row["by"] = authority.name;
      row["text"] = "Renewed by " + authority.name + " at " + timestamp->time_text + ", good until " + utc_text(timestamp->chain_not_after) + ".";
      break;
    }
    items.push_back(std::move(row));
  }
  return json::object{{"items", std::move(items)}};
}

}  // namespace oyer::service
