// SPDX-License-Identifier: GPL-3.0-or-later
// add, ls, show
#include <cstdio>

#include "cli/command.h"

namespace oyer::cli {
namespace {

void print_added(const json::value& value) {
  const auto& answer = value.as_object();
  for (const auto& item : answer.at("items").as_array()) {
    const auto& row = item.as_object();
    std::printf("%-12s %-10s %s", field_text(row, "state").c_str(), field_text(row, "id").c_str(), field_text(row, "file").c_str());
    if (row.contains("reason")) std::printf("  (%s)", field_text(row, "reason").c_str());
    std::printf("\n");
    if (const auto* warnings = get_array(row, "warnings"))
      for (const auto& warning : *warnings) say("    note: " + std::string(warning.as_string()));
  }
  const auto& counts = answer.at("counts").as_object();
  say(field_text(counts, "sealed") + " sealed, " + field_text(counts, "already-held") + " already held, " + field_text(counts, "quarantined") + " quarantined, " + field_text(counts, "unreadable") + " could not be read at all.");
}

int added_exit_code(const json::value& value) {
  const auto& counts = value.as_object().at("counts").as_object();
  return counts.at("quarantined").as_int64() + counts.at("unreadable").as_int64() > 0 ? 3 : 0;
}

void print_shown(const json::value& value) {
  const auto& thing = value.as_object();
  print_thing(value);
  say("  full id    " + field_text(thing, "full_id"));
  say("  recorded   " + field_text(thing, "time") + " (claimed), entry " + field_text(thing, "log_index") + " of the journal, tier " + field_text(thing, "tier"));
  say("  signed by  " + (thing.contains("actor_name") ? field_text(thing, "actor_name") : std::string("an unknown key")) + " (" + field_text(thing, "actor").substr(0, 12) + "…)");
  for (const auto& member : thing.at("data").as_object()) {
    if (member.key() == "tree" || member.key() == "support") continue;
    std::printf("  %-10s %s\n", std::string(member.key()).c_str(), field_text(thing.at("data").as_object(), member.key()).c_str());
  }
  for (const auto& item : thing.at("rests_on").as_array()) {
    const auto& edge = item.as_object();
    say("  rests on   " + field_text(edge, "id") + " (" + field_text(edge, "relation") + ") " + field_text(edge, "label") + (edge.contains("quote") ? "“" + field_text(edge, "quote") + "”" : "") +
        (edge.contains("held") && !get_bool(edge, "held") ? " [cited, not held]" : ""));
  }
  for (const auto& item : thing.at("used_by").as_array()) {
    const auto& edge = item.as_object();
    say("  used by    " + field_text(edge, "id") + " " + field_text(edge, "kind") + " " + field_text(edge, "label") + (edge.contains("text") ? " " + field_text(edge, "text") : ""));
  }
  if (thing.contains("superseded_by")) say("  superseded by " + field_text(thing, "superseded_by"));
  if (thing.contains("conflict")) say("  CONFLICT: " + field_text(thing, "conflict"));
}

}  // namespace

void add_intake_commands(std::vector<Command>& commands) {
  commands.push_back({{"add"},
                      "take in files and folders",
                      {{"PATH", "paths", Kind::paths, "files and folders", true},
                       {"--source", "source", Kind::text, "the source they come from (label or id)", true},
                       {"--origin", "origin", Kind::text, "where they were found, a URL for example"},
                       {"--collector", "collector", Kind::text, "who collected them"},
                       {"--languages", "languages", Kind::text, "languages for OCR, as Tesseract names them: kor, ara, eng+fra (eng)"},
                       {"--tier", "tier", Kind::text, "open for what is public; case is the default"}},
                      {"oyer add letters/ --source W-01", "oyer add scan.pdf --source W-02 --languages kor", "oyer add resolutions/ --source OHCHR --tier open --json"},
                      "add",
                      {},
                      print_added,
                      nullptr,
                      added_exit_code});
  commands.push_back({{"ls"},
                      "list things",
                      {{"KIND", "kind", Kind::text, "exhibit, source, passage, claim, finding, measure, …"}, {"--all", "all", Kind::flag, "superseded ones too"}},
                      {"oyer ls exhibits", "oyer ls claims --json"},
                      "ls",
                      {},
                      print_items,
                      nullptr,
                      nullptr});
  commands.push_back({{"show"}, "one thing with its whole provenance", {{"ID", "id", Kind::text, "an id, a prefix of one, or a label", true}}, {"oyer show ex-3f9k2", "oyer show W-01"}, "show", {}, print_shown, nullptr, nullptr});
}

}  // namespace oyer::cli
