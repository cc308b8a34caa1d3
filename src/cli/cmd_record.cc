// SPDX-License-Identifier: GPL-3.0-or-later
// verify, rebuild, log
#include <cstdio>

#include "base/disk.h"
#include "cli/command.h"
#include "service/dossier_check.h"

namespace oyer::cli {
namespace {

void print_verified(const json::value& value) {
  const auto& answer = value.as_object();
  for (const auto& fault : answer.at("faults").as_array()) say("FAULT: " + std::string(fault.as_string()));
  if (const auto* notes = get_array(answer, "notes"))
    for (const auto& note : *notes) say("note: " + std::string(note.as_string()));
  say("Checked " + field_text(answer, "entries") + " entries (" + field_text(answer, "signed_entries") + " under the log's signature) and " + field_text(answer, "blobs") + " stored blobs, " +
      (get_bool(answer, "with_keys") ? "with keys: tree, tiles, bytes, commitments, bodies and signatures." : "without keys: tree, tiles and stored bytes; bodies and signatures stay closed."));
  if (answer.contains("witnessed_entries")) say("The quorum of witnesses has seen the first " + field_text(answer, "witnessed_entries") + " entries.");
  if (const auto* stamps = get_array(answer, "stamps"))
    for (const auto& stamp : *stamps) {
      const auto& row = stamp.as_object();
      say("The first " + field_text(row, "size") + " entries stood at " + field_text(row, "time") + ", says the time authority “" + field_text(row, "authority") + "”" + (get_bool(row, "anchored") ? " (of the anchor)." : "."));
    }
  if (answer.contains("closing")) say("CONSISTENT: everything that was checked fits.");
  if (!answer.contains("authenticated"))
    say("NOT AUTHENTICATED: whoever holds the log's key could have made all of it; pass --anchor FILE with keys that came another way.");
  else {
    const bool whole = field_text(answer, "authenticated_entries") == field_text(answer, "entries");
    if (get_bool(answer, "authenticated"))
      say("AUTHENTICATED: the first " + field_text(answer, "authenticated_entries") + " entries, by the log's key and the witnesses that the anchor asks for" + (whole ? ", which is all of them." : "; what came later is not covered yet."));
    if (const auto* reasons = get_array(answer, "anchor_faults"))
      for (const auto& reason : *reasons) say(std::string(get_bool(answer, "authenticated") ? "note" : "FAULT") + " on the newest checkpoint: " + std::string(reason.as_string()));
    if (!get_bool(answer, "authenticated")) say("NOT AUTHENTICATED.");
  }
  if (answer.contains("closing"))
    say(field_text(answer, "closing"));
  else
    say("NOT WHOLE: " + std::to_string(answer.at("faults").as_array().size()) + " faults.");
}

Result<int> verify(const Globals& globals, const json::object& arguments) {
  const std::string path = string_or_empty(arguments, "path");
  if (!path.empty() && !real_disk().exists(path + "/case.toml")) {
    std::optional<std::string> anchor;
    if (const std::string file = string_or_empty(arguments, "anchor"); !file.empty()) anchor = std::string(text_of(TRY(real_disk().read_all(file))));
    const auto check = TRY(service::check_dossier(path, anchor));
    if (globals.json)
      say(json::serialize(check.answer));
    else
      std::fputs(check.text.c_str(), stdout);
    return check.passed ? 0 : 1;
  }
  Globals here = globals;
  if (!path.empty()) here.directory = path;
  json::object call;
  if (const std::string file = string_or_empty(arguments, "anchor"); !file.empty()) call["anchor"] = std::string(text_of(TRY(real_disk().read_all(file))));
  const auto answer = TRY(call_case(here, "verify", call));
  if (globals.json)
    say(json::serialize(answer));
  else
    print_verified(answer);
  const bool trusted = call.empty() || get_bool(answer.as_object(), "authenticated");
  return get_bool(answer.as_object(), "whole") && trusted ? 0 : 1;
}

void print_rebuilt(const json::value& value) {
  const auto& answer = value.as_object();
  say(field_text(answer, "entries") + " entries, " + field_text(answer, "rows") +
      " rows: " + (get_bool(answer, "equal") ? "the rebuilt projection equals the kept one." : "the rebuilt projection DIFFERS from the kept one at " + field_text(answer, "first_difference")));
}

Result<int> rebuild(const Globals& globals, const json::object& arguments) {
  if (get_bool(arguments, "dump")) {
    const auto answer = TRY(call_case(globals, "dump", arguments));
    if (!string_or_empty(arguments, "output").empty()) say(globals.json ? json::serialize(answer) : field_text(answer.as_object(), "lines") + " rows.");
    return 0;
  }
  const auto answer = TRY(call_case(globals, "rebuild", arguments));
  if (globals.json)
    say(json::serialize(answer));
  else
    print_rebuilt(answer);
  return get_bool(answer.as_object(), "equal") ? 0 : 1;
}

void print_log(const json::value& value) {
  for (const auto& item : value.as_object().at("items").as_array()) {
    const auto& row = item.as_object();
    std::printf("%8s  %-18s %-10s %-21s %s\n", field_text(row, "index").c_str(), field_text(row, "type").c_str(), field_text(row, "id").c_str(), field_text(row, "time").c_str(), field_text(row, "leaf").substr(0, 16).c_str());
  }
  say("size " + field_text(value.as_object(), "size") + ", root " + field_text(value.as_object(), "root"));
}

void print_custody(const json::value& value) {
  const auto& answer = value.as_object();
  say("Chain of custody of " + field_text(answer, "exhibit") + " (" + field_text(answer, "name") + ")");
  say("SHA-256 " + field_text(answer, "sha256"));
  for (const auto& item : answer.at("items").as_array()) {
    const auto& row = item.as_object();
    std::string line = "  " + (row.contains("when") ? field_text(row, "when") : std::string("undated")) + "  " + field_text(row, "event") + " by " + (field_text(row, "by").empty() ? std::string("unknown") : field_text(row, "by"));
    if (row.contains("to")) line += " to " + field_text(row, "to");
    if (row.contains("place")) line += ", " + field_text(row, "place");
    say(line);
    if (row.contains("hash_before")) say("      SHA-256 before " + field_text(row, "hash_before"));
    if (row.contains("hash_after")) say("      SHA-256 after  " + field_text(row, "hash_after"));
    if (row.contains("note")) say("      " + field_text(row, "note"));
    say("      recorded " + field_text(row, "recorded") + " (claimed) by " + field_text(row, "recorded_by") + ", log index " + field_text(row, "log_index"));
  }
  for (const auto& warning : answer.at("warnings").as_array()) say("WARNING: " + std::string(warning.as_string()));
  say(get_bool(answer, "unchanged") ? "The stored bytes have the sealed digest now." : "The stored bytes do NOT have the sealed digest now.");
}

}  // namespace

void add_record_commands(std::vector<Command>& commands) {
  commands.push_back({{"verify"},
                      "check a whole case, or a dossier",
                      {{"PATH", "path", Kind::path, "a case or a dossier (the nearest case)"}, {"--anchor", "anchor", Kind::path, "keys that came another way (a tlog-policy, and PEM certificates below)"}},
                      {"oyer verify", "oyer verify handover --anchor log-key.txt"},
                      "",
                      {},
                      nullptr,
                      verify,
                      nullptr});
  commands.push_back({{"rebuild"},
                      "build all tables anew from the record and compare",
                      {{"--check", "check", Kind::flag, "fail when they differ"},
                       {"--tier", "tier", Kind::text, "compare one tier: open"},
                       {"--signatures", "signatures", Kind::flag, "check signatures too"},
                       {"--dump", "dump", Kind::flag, "print the canonical dump instead"},
                       {"--output", "output", Kind::path, "with --dump: into this file"}},
                      {"oyer rebuild --check", "oyer rebuild --dump --tier open"},
                      "",
                      {},
                      nullptr,
                      rebuild,
                      nullptr});
  commands.push_back({{"custody"}, "the chain of custody of an exhibit", {{"ID", "id", Kind::text, "the exhibit"}}, {"oyer custody ex-3f9k2"}, "custody", {}, print_custody, nullptr, [](const json::value& answer) {
                        return get_bool(answer.as_object(), "unchanged") ? 0 : 1;
                      }});
  commands.push_back({{"custody", "add"},
                      "record that an exhibit was received, copied, transferred, examined or sealed",
                      {{"EXHIBIT", "exhibit", Kind::text, "the exhibit", true},
                       {"--event", "event", Kind::text, "received, copied, transferred, examined or sealed", true},
                       {"--by", "by", Kind::text, "who did it", true},
                       {"--to", "to", Kind::text, "to whom, for a transfer"},
                       {"--place", "place", Kind::text, "where"},
                       {"--when", "when", Kind::text, "a day, or a time like 2026-11-24T09:30:00Z"},
                       {"--hash-before", "hash_before", Kind::text, "SHA-256 before, as it was recorded then"},
                       {"--hash-after", "hash_after", Kind::text, "SHA-256 after"},
                       {"--note", "note", Kind::text, "in words"}},
                      {"oyer custody add ex-3f9k2 --event received --by \"Field office\" --place Arrel --when 2026-11-02", "oyer custody add ex-3f9k2 --event examined --by \"Laboratory\""},
                      "custody.add",
                      {},
                      print_thing,
                      nullptr,
                      nullptr});
  commands.push_back({{"log", "list"},
                      "the journal's entries",
                      {{"--from", "from", Kind::integer, "from this index"}, {"--limit", "limit", Kind::integer, "at most so many (50)"}},
                      {"oyer log list --limit 10"},
                      "log.list",
                      {},
                      print_log,
                      nullptr,
                      nullptr});
  commands.push_back({{"log", "show"}, "what one entry made", {{"ID", "id", Kind::text, "an id", true}}, {"oyer log show ex-3f9k2"}, "show", {}, [](const json::value& thing) { say(pretty(thing)); }, nullptr, nullptr});
  commands.push_back({{"log", "prove"},
                      "a proof that one entry is in the log (c2sp.org/tlog-proof@v1)",
                      {{"ID", "id", Kind::text, "an id"}, {"--index", "index", Kind::integer, "or an index"}},
                      {"oyer log prove ex-3f9k2 > ex.tlog-proof"},
                      "log.prove",
                      {},
                      [](const json::value& proof) { std::fputs(field_text(proof.as_object(), "proof").c_str(), stdout); },
                      nullptr,
                      nullptr});
}

}  // namespace oyer::cli
