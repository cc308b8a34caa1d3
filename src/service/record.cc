// SPDX-License-Identifier: GPL-3.0-or-later
// What the record holds: status, lists, one thing with its provenance, the log, rebuild.
#include <algorithm>
#include <map>

#include "model/id.h"
#include "model/types.h"
#include "service/parts.h"

namespace oyer::service {
namespace {

// Names that people use for kinds.
std::string kind_of(const std::string& noun) {
  for (const auto& spec : model::all_types()) {
    const std::string name(spec.noun);
    if (noun == name || noun == name + "s" || noun == spec.kind) return std::string(spec.kind);
  }
  if (noun == "policies") return "po";
  if (noun == "replies") return "rp";
  return "";
}

}  // namespace

Result<json::object> brief(Context& context, const casefile::Thing& thing) {
  json::object out{{"id", TRY(context.query().short_id(thing.id))}, {"full_id", thing.id}, {"type", thing.type}, {"tier", thing.tier}, {"time", thing.time}};
  const auto* spec = model::find_type(thing.type);
  if (spec != nullptr) out["kind"] = spec->noun;
  set_if(out, "label", thing.label);
  json::object data = thing.data;
  data.erase("secret");  // of a redaction tree: never shown
  out["data"] = std::move(data);
  return out;
}

Result<json::value> status(Context& context, const json::object&) {
  auto& target = *context.target;
  json::object out{{"directory", target.info().directory}, {"case", target.info().id}, {"tier", target.info().open ? "open" : "case"}, {"locked", !target.readable()}};
  auto query = context.query();
  const auto opened = TRY(query.list("en"));
  for (const auto& thing : opened)
    if (thing.type == "case.open/1") {
      out["title"] = string_or_empty(thing.data, "title");
      out["kind"] = string_or_empty(thing.data, "kind");
    }
  const auto& journal = target.store().journal();
  out["entries"] = static_cast<std::int64_t>(journal.size());
  const auto checkpoint = journal.checkpoint();
  out["signed_entries"] = static_cast<std::int64_t>(checkpoint ? checkpoint->size : 0);
  out["closed_entries"] = static_cast<std::int64_t>(target.projection().total().closed);
  if (target.projection().total().unknown > 0) out["read_only_because"] = "It holds entries of the unknown type “" + target.projection().total().unknown_type + "”.";
  json::object counts;
  for (const auto& spec : model::all_types()) {
    if (spec.kind == "en") continue;
    const auto n = TRY(query.count(std::string(spec.kind)));
    if (n > 0) counts[spec.noun] = n;
  }
  out["counts"] = std::move(counts);
  json::array quarantined;
  for (const auto& exhibit : TRY(query.list("ex"))) {
    if (string_or_empty(exhibit.data, "state") != "quarantined") continue;
    quarantined.push_back(json::object{{"id", TRY(query.short_id(exhibit.id))}, {"name", string_or_empty(exhibit.data, "name")}, {"reason", string_or_empty(exhibit.data, "reason")}});
  }
  out["quarantined"] = std::move(quarantined);
  return out;
}

Result<json::value> list_things(Context& context, const json::object& arguments) {
  const std::string noun = string_or_empty(arguments, "kind");
  const std::string kind = noun.empty() ? "" : kind_of(noun);
  if (!noun.empty() && kind.empty()) {
    std::string known;
    for (const auto& spec : model::all_types())
      if (known.find(spec.noun) == std::string::npos) known += (known.empty() ? "" : ", ") + std::string(spec.noun);
    return fail(ErrorCode::usage, "“" + noun + "” is no kind of thing.", "Kinds: " + known + ".");
  }
  json::array items;
  for (const auto& thing : TRY(context.query().list(kind, get_bool(arguments, "all"))))
    if (!kind.empty() || thing.kind != "en") items.push_back(TRY(brief(context, thing)));
  return json::object{{"items", std::move(items)}};
}

Result<json::value> show(Context& context, const json::object& arguments) {
  auto query = context.query();
  const casefile::Thing thing = TRY(query.find(string_or_empty(arguments, "id")));
  json::object out = TRY(brief(context, thing));
  out["log_index"] = thing.place;
  out["actor"] = thing.actor;
  for (const auto& key : TRY(query.list("ac")))
    if (string_or_empty(key.data, "key") == thing.actor) out["actor_name"] = key.label;
  json::array rests_on;
  for (const auto& [relation, target_id] : TRY(query.edges_from(thing.id))) {
    json::object edge{{"relation", relation}, {"full_id", target_id}};
    const auto other = query.get(target_id);
    if (other) {
      edge["id"] = TRY(query.short_id(target_id));
      set_if(edge, "label", other->label.size() == 64 ? string_or_empty(other->data, "name") : other->label);
      if (other->kind == "pa") edge["quote"] = string_or_empty(other->data, "quote");
      if (other->kind == "so") edge["held"] = get_bool(other->data, "held");
    } else {
      edge["missing"] = true;
    }
    rests_on.push_back(std::move(edge));
  }
  out["rests_on"] = std::move(rests_on);
  json::array used_by;
  for (const auto& other : TRY(query.pointing_to(thing.id))) {
    json::object edge{{"id", TRY(query.short_id(other.id))}, {"type", other.type}};
    const auto* spec = model::find_type(other.type);
    if (spec != nullptr) edge["kind"] = spec->noun;
    set_if(edge, "label", other.label.size() == 64 ? string_or_empty(other.data, "name") : other.label);
    const std::string text = string_or_empty(other.data, "text");
    set_if(edge, "text", text);
    used_by.push_back(std::move(edge));
  }
  out["used_by"] = std::move(used_by);
  json::array superseded;
  for (const auto& by : TRY(query.superseded_by(thing.id))) superseded.emplace_back(by);
  if (superseded.size() > 1) out["conflict"] = "Several entries supersede this one; a person must decide.";
  if (!superseded.empty()) out["superseded_by"] = std::move(superseded);
  return out;
}

Result<json::value> log_list(Context& context, const json::object& arguments) {
  const auto& journal = context.target->store().journal();
  const std::int64_t limit = get_integer(arguments, "limit").value_or(50);
  const std::uint64_t from = static_cast<std::uint64_t>(std::max<std::int64_t>(0, get_integer(arguments, "from").value_or(std::max<std::int64_t>(0, static_cast<std::int64_t>(journal.size()) - limit))));
  std::map<std::int64_t, casefile::Thing> things;
  for (auto& thing : TRY(context.query().list("", true))) things.emplace(thing.place, std::move(thing));
  json::array items;
  for (std::uint64_t index = from; index < journal.size() && items.size() < static_cast<std::size_t>(limit); ++index) {
    json::object row{{"index", static_cast<std::int64_t>(index)}, {"leaf", base32(TRY(journal.leaf(index)))}};
    if (const auto it = things.find(static_cast<std::int64_t>(index)); it != things.end()) {
      row["id"] = TRY(context.query().short_id(it->second.id));
      row["type"] = it->second.type;
      row["time"] = it->second.time;
      row["tier"] = it->second.tier;
    } else {
      const auto form = TRY(seal::parse_form(TRY(journal.entry(index))));
      const bool closing = form.segment.has_value() || !form.sealed;
      row["type"] = closing ? "submission/1" : "sealed";
    }
    items.push_back(std::move(row));
  }
  return json::object{{"items", std::move(items)}, {"size", static_cast<std::int64_t>(journal.size())}, {"root", base64(TRY(journal.root()))}};
}

Result<json::value> log_prove(Context& context, const json::object& arguments) {
  const auto& journal = context.target->store().journal();
  std::uint64_t index = 0;
  if (const auto number = get_integer(arguments, "index"))
    index = static_cast<std::uint64_t>(*number);
  else
    index = static_cast<std::uint64_t>(TRY(context.query().find(string_or_empty(arguments, "id"))).place);
  const auto checkpoint = TRY(journal.checkpoint());
  if (index >= checkpoint.size) return fail(ErrorCode::not_found, "Entry " + std::to_string(index) + " is not covered by a checkpoint yet.", "Any command that writes signs one.");
  seal::TlogProof proof{index, TRY(journal.prove_inclusion(index, checkpoint.size)), TRY(journal.checkpoint_note())};
  return json::object{{"index", static_cast<std::int64_t>(index)}, {"proof", proof.text()}, {"entry", base64(TRY(journal.entry(index)))}};
}

Result<json::value> dump(Context& context, const json::object& arguments) {
  const std::string path = string_or_empty(arguments, "output");
  std::unique_ptr<AppendFile> file;
  if (!path.empty()) {
    TRY(real_disk().remove(path));
    file = TRY(real_disk().append(path, 0));
  }
  std::int64_t count = 0;
  Bytes buffer;
  Result<void> written;
  const auto flush = [&] {
    if (written && !buffer.empty()) written = file->write(buffer);
    buffer.clear();
  };
  TRY(context.target->projection().dump(string_or_empty(arguments, "tier"), [&](const std::string& line) {
    ++count;
    if (!file) {
      if (context.acknowledged) context.acknowledged(json::value(line));
      return;
    }
    append(buffer, view(line));
    buffer.push_back('\n');
    if (buffer.size() > (1U << 20)) flush();
  }));
  if (file) flush();
  if (!written) return tl::unexpected(written.error());
  return json::object{{"lines", count}};
}

Result<json::value> rebuild(Context& context, const json::object& arguments) {
  const std::string tier = string_or_empty(arguments, "tier");
  auto& target = *context.target;
  auto fresh = TRY(casefile::Projection::in_memory());
  const auto report = TRY(fresh->apply(target.store(), get_bool(arguments, "signatures")));
  std::vector<std::string> kept, made;
  TRY(target.projection().dump(tier, [&](const std::string& line) { kept.push_back(line); }));
  TRY(fresh->dump(tier, [&](const std::string& line) { made.push_back(line); }));
  json::object out{{"entries", static_cast<std::int64_t>(report.entries)}, {"closed", static_cast<std::int64_t>(report.closed)}, {"rows", static_cast<std::int64_t>(made.size())}, {"equal", kept == made}};
  if (kept != made) {
    const auto difference = std::mismatch(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(std::min(kept.size(), made.size())), made.begin());
    out["first_difference"] = difference.first == kept.end() ? "one has more rows" : *difference.first;
    if (get_bool(arguments, "check")) return fail(ErrorCode::check_failed, "The projection is not what the journal gives.", "Delete derived/ in the case and run the command again; please report it, for this must not happen.");
  }
  return out;
}

}  // namespace oyer::service
