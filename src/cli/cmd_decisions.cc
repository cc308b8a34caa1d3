// SPDX-License-Identifier: GPL-3.0-or-later
// source, derivation, claim, grade, policy, mandate, finding, measure, allegation, reply, consent: add, ls, import
#include <cstdio>

#include "cli/command.h"

namespace oyer::cli {
namespace {

const Option kTier{"--tier", "tier", Kind::text, "open for what is public; case is the default"};
const Option kSupersedes{"--supersedes", "supersedes", Kind::many, "what this replaces"};

void print_imported(const json::value& value) {
  const auto& answer = value.as_object();
  say(field_text(answer, "imported") + " rows imported.");
  for (const auto& item : answer.at("skipped").as_array()) say("  row " + field_text(item.as_object(), "row") + " left out: " + field_text(item.as_object(), "reason"));
}

int imported_exit_code(const json::value& value) { return value.as_object().at("skipped").as_array().empty() ? 0 : 3; }

void noun(std::vector<Command>& commands, const std::string& name, const std::string& plain, std::vector<Option> options, std::vector<std::string> examples) {
  options.push_back(kTier);
  options.push_back(kSupersedes);
  commands.push_back({{name, "add"}, "record " + plain, std::move(options), std::move(examples), "thing.add", {{"noun", name}}, print_thing, nullptr, nullptr});
  commands.push_back({{name, "ls"}, "list them", {{"--all", "all", Kind::flag, "superseded ones too"}}, {"oyer " + name + " ls"}, "ls", {{"kind", name}}, print_items, nullptr, nullptr});
  commands.push_back({{name, "show"},
                      "one with its provenance",
                      {{"ID", "id", Kind::text, "an id, a prefix of one, or a label", true}},
                      {"oyer " + name + " show ID --json"},
                      "show",
                      {},
                      [](const json::value& thing) { say(pretty(thing)); },
                      nullptr,
                      nullptr});
  commands.push_back({{name, "import"},
                      "from a table whose columns are the fields",
                      {{"FILE", "file", Kind::path, "a CSV file", true}, {"--by", "by", Kind::text, "a value for every row's field of that name"}, kTier},
                      {"oyer " + name + " import table.csv"},
                      "thing.import",
                      {{"noun", name}},
                      print_imported,
                      nullptr,
                      imported_exit_code});
}

}  // namespace

void add_decision_commands(std::vector<Command>& commands) {
  noun(commands, "source", "a source",
       {{"--label", "label", Kind::text, "how it is called everywhere", true},
        {"--kind", "kind", Kind::text, "person, organisation, document, press, official, list, other", true},
        {"--cited", "not_held", Kind::flag, "cited and not held"},
        {"--from", "derives_from", Kind::many, "sources that it derives from"},
        {"--position", "position", Kind::text, "victim, eyewitness, insider, …"},
        {"--note", "note", Kind::text, "a note"}},
       {"oyer source add --label W-01 --kind person --position victim", "oyer source add --label S/2024/432 --kind official --cited"});
  noun(commands, "derivation", "that one source derives from another",
       {{"--source", "source", Kind::text, "the later one", true},
        {"--from", "from", Kind::text, "what it derives from", true},
        {"--how", "how", Kind::text, "copied, told-by, interpreter, organisation, event, cites", true},
        {"--note", "note", Kind::text, "a note"}},
       {"oyer derivation add --source LANTERN --from W-02 --how told-by"});
  noun(commands, "claim", "a claim on passages",
       {{"--text", "text", Kind::text, "what is claimed, one sentence", true},
        {"--by", "asserter", Kind::text, "the source that says so", true},
        {"--position", "position", Kind::text, "victim, eyewitness, hearsay, document, insider, expert, official", true},
        {"--on", "on", Kind::many, "a passage: ID, or ID:contradicts, ID:qualifies, ID:context", true},
        {"--when", "when", Kind::text, "2008-03, 2008-03..2008-05, ~2008"},
        {"--where", "where", Kind::text, "a place by name"},
        {"--subject", "subject", Kind::text, "who"},
        {"--predicate", "predicate", Kind::text, "did what"},
        {"--object", "object", Kind::text, "to whom"}},
       {"oyer claim add --text \"Guards beat prisoners.\" --by W-01 --position victim --on pa-3f9k2 --when 2007..2009"});
  noun(commands, "grade", "a grade",
       {{"--target", "target", Kind::text, "a source, claim or reply", true},
        {"--scale", "scale", Kind::text, "admiralty, reply, or another", true},
        {"--reliability", "reliability", Kind::text, "A to E; F: cannot be judged"},
        {"--credibility", "credibility", Kind::text, "1 to 5; 6: cannot be judged"},
        {"--value", "value", Kind::text, "on other scales; for replies: outweighed or upheld"},
        {"--reason", "reason", Kind::text, "why", true}},
       {"oyer grade add --target W-01 --scale admiralty --reliability B --reason \"consistent over two hearings\""});
  noun(commands, "policy", "the corroboration policy",
       {{"--name", "name", Kind::text, "its name", true},
        {"--min-roots", "min_roots", Kind::integer, "independent roots that a finding needs", true},
        {"--min-direct-grade", "min_direct_grade", Kind::text, "a direct claim by a source graded so or better"}},
       {"oyer policy add --name \"reasonable grounds\" --min-roots 2 --min-direct-grade C"});
  noun(commands, "mandate", "the mandate",
       {{"--instrument", "instrument", Kind::text, "the resolution", true},
        {"--question", "questions", Kind::many, "each question asked", true},
        {"--territory", "territory", Kind::text, "where", true},
        {"--period", "period", Kind::text, "from..to", true},
        {"--standard", "standard", Kind::text, "standard of proof", true}},
       {"oyer mandate add --instrument \"Resolution T/1\" --question \"Were prisoners beaten?\" --territory Tauvane --period 2006..2011 --standard \"reasonable grounds to believe\""});
  noun(commands, "finding", "a finding on claims",
       {{"--label", "label", Kind::text, "F1", true},
        {"--text", "text", Kind::text, "the sentence", true},
        {"--claim", "claims", Kind::many, "claims that it rests on", true},
        {"--question", "question", Kind::integer, "number of the mandate's question that it answers"},
        {"--policy", "policy", Kind::text, "policy (the newest)"},
        {"--status", "status", Kind::text, "draft or adopted (draft)"}},
       {"oyer finding add --label F1 --text \"Prisoners were beaten.\" --claim cl-3f9k2 --claim cl-8c1ab --question 1"});
  noun(commands, "measure", "a measure taken: a resolution, vote, letter, …",
       {{"--body", "body", Kind::text, "HRC, CHR, GA, SC, …", true},
        {"--symbol", "symbol", Kind::text, "A/HRC/RES/22/13", true},
        {"--date", "date", Kind::text, "YYYY-MM-DD", true},
        {"--mode", "mode", Kind::text, "vote, without-vote, letter, statement, report, other", true},
        {"--yes", "yes", Kind::integer, "votes for"},
        {"--no", "no", Kind::integer, "votes against"},
        {"--abstain", "abstain", Kind::integer, "abstentions"},
        {"--text", "text", Kind::text, "what it did", true},
        {"--source", "source", Kind::text, "where that is recorded", true},
        {"--confidence", "confidence", Kind::text, "of the record"}},
       {"oyer measure add --body HRC --symbol A/HRC/RES/25/25 --date 2014-03-28 --mode vote --yes 30 --no 6 --abstain 11 --text \"…\" --source \"UN record\" --tier open", "oyer measure import data/council/dprk_measures.csv --tier open"});
  noun(commands, "allegation", "an allegation put to the State",
       {{"--number", "number", Kind::integer, "its number in the letter", true},
        {"--text", "text", Kind::text, "one sentence", true},
        {"--letter", "letter", Kind::text, "the measure or exhibit that put it"},
        {"--due", "due", Kind::text, "until when an answer was asked"},
        {"--claim", "claims", Kind::many, "claims that it puts"}},
       {"oyer allegation add --number 1 --text \"Prisoners were executed at K-7 in spring 2008.\" --claim cl-3f9k2", "oyer allegation import allegations.csv"});
  noun(commands, "reply", "a State's reply",
       {{"--to", "target", Kind::text, "an allegation, claim, passage or finding", true},
        {"--by", "by", Kind::text, "the source that replies", true},
        {"--kind", "kind", Kind::text, "denial, evidence, partial, objection", true},
        {"--text", "text", Kind::text, "what was said", true},
        {"--on", "passage", Kind::text, "the passage where it stands"},
        {"--contradicts", "contradicts", Kind::many, "claims that its evidence speaks against"}},
       {"oyer reply add --to 2 --by TAUVANE --kind denial --text \"This never happened.\""});
  noun(commands, "consent", "a consent, or its refusal or withdrawal",
       {{"--source", "source", Kind::text, "whose", true},
        {"--use", "use", Kind::text, "background, statistics, quotation, referral, public", true},
        {"--refused", "refused", Kind::flag, "refused or withdrawn"},
        {"--recipient", "recipient", Kind::text, "for whom"},
        {"--conditions", "conditions", Kind::text, "conditions"},
        {"--until", "until", Kind::text, "until when"}},
       {"oyer consent add --source W-01 --use referral", "oyer consent add --source W-04 --use quotation --refused"});
}

}  // namespace oyer::cli
