// SPDX-License-Identifier: GPL-3.0-or-later
// weigh, link, names
#include <cstdio>
#include <fstream>

#include "cli/command.h"
#include "service/names.h"
#include "service/use_case.h"

namespace oyer::cli {
namespace {

void print_weighed(const json::value& value) {
  for (const auto& item : value.as_object().at("items").as_array()) {
    const auto& finding = item.as_object();
    const auto count = [&](const char* key) { return std::to_string(finding.at(key).as_array().size()); };
    say(field_text(finding, "label") + ": " + field_text(finding, "text"));
    say("  " + count("sources") + " sources, " + count("roots") + " independent roots; " + (get_bool(finding, "meets_policy") ? "meets" : "does not meet") + " the policy “" + field_text(finding, "policy") + "”");
    for (const char* key : {"counts", "does_not_count", "missing", "carried"})
      for (const auto& sentence : finding.at(key).as_array()) say(std::string(key) == "missing" ? "  ! " + std::string(sentence.as_string()) : "  - " + std::string(sentence.as_string()));
  }
  say("This says how well a finding is supported by independent sources; it does not say that it is true.");
}

void print_linked(const json::value& value) {
  const auto& answer = value.as_object();
  say(field_text(answer, "rows") + " rows linked to " + field_text(answer, "clusters") + " people (unit: people after linking; denominator: rows; reported data, a convenience sample).");
  for (const auto& list : answer.at("lists").as_array()) say("  " + field_text(list.as_object(), "name") + ": " + field_text(list.as_object(), "rows") + " rows, " + field_text(list.as_object(), "clusters") + " people");
  const auto* model = get_object(answer, "model");
  if (model != nullptr && model->contains("metrics")) say("  against the truth: " + json::serialize(model->at("metrics")));
  if (answer.contains("output")) say("  written to " + field_text(answer, "output"));
}

Result<int> run_link(const Globals& globals, const json::object& arguments) {
  const auto* files = get_array(arguments, "files");
  const bool of_case = get_array(arguments, "exhibits") != nullptr && !arguments.at("exhibits").as_array().empty();
  if (of_case && files != nullptr && !files->empty()) return fail(ErrorCode::usage, "Give files or --exhibit, not both.");
  json::value answer;
  if (of_case) {
    answer = TRY(call_case(globals, "link.exhibits", arguments));
  } else {
    service::Context context;
    answer = TRY(service::call(context, "link.files", arguments));
  }
  if (globals.json)
    say(json::serialize(answer));
  else
    print_linked(answer);
  return 0;
}

Result<int> match_names(const Globals&, const json::object& arguments) {
  std::vector<std::string> lists[2];
  const char* fields[2] = {"left", "right"};
  for (int i = 0; i < 2; ++i) {
    const std::string path = string_or_empty(arguments, fields[i]);
    const Bytes bytes = TRY(real_disk().read_all(path));
    std::string line;
    for (char c : text_of(bytes)) {
      if (c == '\n') {
        lists[i].push_back(line);
        line.clear();
      } else if (c != '\r') {
        line.push_back(c);
      }
    }
    if (!line.empty()) lists[i].push_back(line);
    if (lists[i].empty()) return fail(ErrorCode::bad_input, path + " holds no name.", "Give a text file with one name a line.");
  }
  const auto matches = service::match_names(lists[0], lists[1], static_cast<std::size_t>(get_integer(arguments, "top").value_or(1)));
  std::printf("right_line,left_line,score\n");
  for (const auto& match : matches) std::printf("%zu,%zu,%.4f\n", match.right + 1, match.left + 1, match.score);
  return 0;
}

}  // namespace

void add_analysis_commands(std::vector<Command>& commands) {
  commands.push_back({{"weigh"}, "how well each finding is established", {{"FINDING", "finding", Kind::text, "one finding; all without it"}}, {"oyer weigh", "oyer weigh F2 --json"}, "weigh", {}, print_weighed, nullptr, nullptr});
  commands.push_back({{"link"},
                      "which rows of one or more lists are about one person",
                      {{"FILE", "files", Kind::paths, "CSV files (no case is needed)"},
                       {"--exhibit", "exhibits", Kind::many, "a list that is an exhibit of the case"},
                       {"--truth", "truth", Kind::text, "a column with the true identity: hidden from the matcher, used to score"},
                       {"--ignore", "ignore", Kind::many, "columns to leave out"},
                       {"-o,--output", "output", Kind::path, "folder for clusters.csv, pairs.csv, model.json"}},
                      {"oyer link a.csv b.csv -o linked", "oyer link --exhibit list_a.csv --exhibit list_b.csv"},
                      "",
                      {},
                      nullptr,
                      run_link,
                      nullptr});
  commands.push_back({{"names", "match"},
                      "the best name on the left for each on the right, in any scripts",
                      {{"LEFT", "left", Kind::path, "text file, one name a line", true}, {"RIGHT", "right", Kind::path, "text file, one name a line", true}, {"--top", "top", Kind::integer, "so many for each (1)"}},
                      {"oyer names match latin.txt hangul.txt > matches.csv"},
                      "",
                      {},
                      nullptr,
                      match_names,
                      nullptr});
}

}  // namespace oyer::cli
