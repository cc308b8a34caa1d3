// SPDX-License-Identifier: GPL-3.0-or-later
// report, dossier
#include "cli/command.h"

namespace oyer::cli {
namespace {

void print_report(const json::value& value) {
  const auto& answer = value.as_object();
  say("Wrote " + field_text(answer, "html") + (answer.contains("docx") ? " and " + field_text(answer, "docx") : "") + " (" + field_text(answer, "words") + " words; the UN limit is " + field_text(answer, "word_limit") + ").");
  for (const auto& question : answer.at("unanswered").as_array()) say("  not answered: " + std::string(question.as_string()));
}

void print_dossier(const json::value& value) {
  const auto& answer = value.as_object();
  say("Wrote the dossier " + field_text(answer, "directory") + ": " + field_text(answer, "files") + " files, release " + field_text(answer, "release") + ".");
  for (const auto& item : answer.at("withheld").as_array()) say("  withheld: " + field_text(item.as_object(), "count") + " " + field_text(item.as_object(), "kind") + "(s): " + field_text(item.as_object(), "reason"));
  say("  manifest " + field_text(answer, "manifest"));
  say("The recipient checks it with: oyer-verify " + field_text(answer, "directory") + "   or: python3 " + field_text(answer, "directory") + "/verify.py");
}

}  // namespace

void add_product_commands(std::vector<Command>& commands) {
  commands.push_back({{"report", "build"},
                      "build the report in HTML and DOCX",
                      {{"-o,--output", "output", Kind::path, "folder (here)"}, {"--draft", "draft", Kind::flag, "print findings below policy as not established instead of refusing"}, {"--no-docx", "no_docx", Kind::flag, "HTML alone"}},
                      {"oyer report build -o out", "oyer report build --draft"},
                      "report",
                      {},
                      print_report,
                      nullptr,
                      nullptr});
  commands.push_back({{"dossier"},
                      "build a dossier that its recipient can check without us",
                      {{"-o,--output", "output", Kind::path, "a new folder", true},
                       {"--recipient", "recipient", Kind::text, "for whom"},
                       {"--edition", "edition", Kind::text, "name of the edition (dossier)"},
                       {"--all", "all", Kind::flag, "exhibits that no claim stands on, too"},
                       {"--unwitnessed", "unwitnessed", Kind::flag, "even if the newest checkpoint lacks the witnesses that the policy asks for"}},
                      {"oyer dossier -o handover --recipient \"Office of the Prosecutor\""},
                      "dossier",
                      {},
                      print_dossier,
                      nullptr,
                      nullptr});
}

}  // namespace oyer::cli
