// SPDX-License-Identifier: GPL-3.0-or-later
// The chain of custody of an exhibit: what people recorded, and what the record itself knows, in the order of the log.
#include <algorithm>
#include <map>

#include "base/partial_date.h"
#include "seal/hash.h"
#include "service/parts.h"

namespace oyer::service {
namespace {

bool is_digest(const std::string& text) { return text.size() == 64 && from_hex(text).has_value(); }

// "2026-11", a day, or a time to the second.
bool is_when(const std::string& text) { return valid_date(text) || (text.size() == 20 && text[10] == 'T' && text[19] == 'Z' && valid_date(text.substr(0, 10))); }

Result<std::string> digest_now(Context& context, const casefile::Thing& exhibit) {
  const auto address = hash_from_hex(string_or_empty(exhibit.data, "blob"));
  if (!address) return fail(ErrorCode::damaged, "Exhibit " + exhibit.id + " names no stored bytes.");
  seal::Sha256 hash;
  TRY(context.target->store().get_stream(*address, exhibit.tier == "open", [&](ByteView piece) -> Result<void> {
    hash.update(piece);
    return {};
  }));
  return hex(hash.finish());
}

}  // namespace

Result<void> record_export(Context& context, const std::string& what, const std::string& recipient, const std::vector<std::string>& things) {
  json::object data{{"what", what}};
  set_if(data, "recipient", recipient);
  if (!things.empty()) {
    json::array ids;
    for (const auto& id : things) ids.emplace_back(id);
    data["things"] = std::move(ids);
  }
  TRY(context.target->append("export", {{"export/1", std::move(data), {}, {}, ""}}, context.target->info().open));
  return {};
}

Result<json::value> custody_add(Context& context, const json::object& arguments) {
  auto query = context.query();
  const auto exhibit = TRY(query.find(string_or_empty(arguments, "exhibit"), "ex"));
  json::object data{{"exhibit", exhibit.id}, {"event", string_or_empty(arguments, "event")}, {"by", string_or_empty(arguments, "by")}};
  for (const char* field : {"to", "place", "when", "hash_before", "hash_after", "note"}) set_if(data, field, string_or_empty(arguments, field));
  for (const char* field : {"hash_before", "hash_after"})
    if (const std::string text = string_or_empty(data, field); !text.empty() && !is_digest(text)) return fail(ErrorCode::usage, "“" + text + "” is no SHA-256.", "Give 64 hexadecimal digits in small letters, as sha256sum prints them.");
  if (const std::string when = string_or_empty(data, "when"); !when.empty() && !is_when(when)) return fail(ErrorCode::usage, "“" + when + "” is no date or time.", "Write 2026-11-24 or 2026-11-24T09:30:00Z.");
  const std::string event = string_or_empty(data, "event");
  if (event == "transferred" && !data.contains("to")) return fail(ErrorCode::usage, "A transfer needs to whom.", "Give --to.");
  // What is examined here is hashed here, before and after being the same bytes: nothing in a case changes.
  if (event == "examined" && !data.contains("hash_before")) {
    const std::string now = TRY(digest_now(context, exhibit));
    data["hash_before"] = now;
    data["hash_after"] = now;
  }
  const auto ids = TRY(context.target->append("custody", {{"custody.add/1", std::move(data), {}, {}, ""}}, exhibit.tier == "open"));
  return json::value(TRY(brief(context, TRY(context.query().get(ids[0])))));
}

Result<json::value> custody_chain(Context& context, const json::object& arguments) {
  auto query = context.query();
  if (string_or_empty(arguments, "id").empty()) return fail(ErrorCode::usage, "No exhibit was named.", "For example: oyer custody ex-3f9k2");
  const auto exhibit = TRY(query.find(string_or_empty(arguments, "id"), "ex"));
  const std::string sealed = string_or_empty(exhibit.data, "digest");
  std::map<std::string, std::string> names;
  for (const auto& key : TRY(query.list("ac", true))) names[string_or_empty(key.data, "key")] = key.label;
  struct Event {
    std::int64_t place;
    json::object row;
  };
  std::vector<Event> events;
  const auto add = [&](const casefile::Thing& thing, json::object row) {
    row["recorded"] = thing.time;
    row["recorded_by"] = names.contains(thing.actor) ? names[thing.actor] : thing.actor;
    row["log_index"] = thing.place;
    events.push_back({thing.place, std::move(row)});
  };
  if (const std::string received = string_or_empty(exhibit.data, "received"), collector = string_or_empty(exhibit.data, "collector"); !received.empty() || !collector.empty()) {
    json::object row{{"event", "received"}, {"by", collector}};
    set_if(row, "when", received);
    set_if(row, "note", string_or_empty(exhibit.data, "origin"));
    add(exhibit, std::move(row));
  }
  add(exhibit, {{"event", "sealed"}, {"by", names.contains(exhibit.actor) ? names[exhibit.actor] : exhibit.actor}, {"hash_after", sealed}, {"when", exhibit.time}});
  for (const auto& thing : TRY(query.pointing_to(exhibit.id, "exhibit"))) {
    if (thing.kind != "cu") continue;
    json::object row = thing.data;
    row.erase("exhibit");
    row["id"] = TRY(query.short_id(thing.id));
    add(thing, std::move(row));
  }
  for (const auto& thing : TRY(query.list("en", true)))
    if (thing.type == "export/1") {
      const auto* things = get_array(thing.data, "things");
      const bool named = things != nullptr && std::any_of(things->begin(), things->end(), [&](const json::value& id) { return id.is_string() && std::string_view(id.get_string()) == exhibit.id; });
      if (!named) continue;
      json::object row{{"event", "copied"}, {"by", names.contains(thing.actor) ? names[thing.actor] : thing.actor}, {"when", thing.time}, {"hash_after", sealed}, {"note", "left the case in a " + string_or_empty(thing.data, "what")}};
      set_if(row, "to", string_or_empty(thing.data, "recipient"));
      add(thing, std::move(row));
    }
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.place < b.place; });
  json::array items, warnings;
  for (auto& event : events) {
    for (const char* field : {"hash_before", "hash_after"})
      if (const std::string text = string_or_empty(event.row, field); !text.empty() && text != sealed)
        warnings.emplace_back("At log index " + std::to_string(event.place) + " the recorded " + (std::string_view(field) == "hash_before" ? "digest before" : "digest after") + " is not the sealed one.");
    items.push_back(std::move(event.row));
  }
  const auto now = digest_now(context, exhibit);
  json::object out{{"exhibit", TRY(query.short_id(exhibit.id))}, {"full_id", exhibit.id}, {"name", string_or_empty(exhibit.data, "name")}, {"sha256", sealed}, {"items", std::move(items)}};
  out["unchanged"] = now && *now == sealed;
  if (!now) warnings.emplace_back(now.error().text());
  if (now && *now != sealed) warnings.emplace_back("The stored bytes are not those that were sealed.");
  out["warnings"] = std::move(warnings);
  return out;
}

}  // namespace oyer::service
