// SPDX-License-Identifier: GPL-3.0-or-later
// What leaves the case: the report and the dossier.
#include <algorithm>
#include <map>
#include <set>

#include "base/partial_date.h"
#include "base/utf8.h"
#include "council/tally.h"
#include "intake/media.h"
#include "release/consent.h"
#include "release/disclosure.h"
#include "release/dossier_files.h"
#include "release/embedded.h"
#include "release/report.h"
#include "seal/hash.h"
#include "service/parts.h"
#include "service/weighing.h"
#include "text/normal.h"

namespace oyer::service {
namespace {

constexpr const char* kProgram = "oyer 0.1.0";

std::string clock_text(std::int64_t milliseconds) {
  const auto two = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return two(milliseconds / 60000) + ":" + two(milliseconds / 1000 % 60);
}

std::string place_of(const std::string& label, const json::object& selector) {
  if (const auto* time = get_array(selector, "time")) return label + ", " + clock_text((*time)[0].get_int64());
  if (const auto page = get_integer(selector, "page")) return label + ", p. " + std::to_string(*page);
  return label;
}

Result<release::Report> report_of(Context& context, const Weighing& weighing) {
  auto query = context.query();
  release::Report report;
  report.title = "Report";
  for (const auto& thing : TRY(query.list("en")))
    if (thing.type == "case.open/1") report.title = string_or_empty(thing.data, "title");
  report.made = "Made on " + utc_text(system_clock().now()).substr(0, 10) + " from the sealed record at " + std::to_string(context.target->store().journal().size()) + " entries.";
  std::vector<std::string> questions;
  for (const auto& mandate : TRY(query.list("ma"))) {
    report.instrument = string_or_empty(mandate.data, "instrument");
    report.territory = string_or_empty(mandate.data, "territory");
    report.standard = string_or_empty(mandate.data, "standard");
    report.period = TRY(PartialDate::from_json(mandate.data.at("period"))).text();
    report.questions.clear();
    for (const auto& question : mandate.data.at("questions").as_array()) report.questions.emplace_back(question.as_string());
  }
  std::set<std::int64_t> answered;
  for (const auto& weighed : weighing.findings) {
    release::ReportFinding finding;
    const auto& why = weighed.explanation;
    finding.label = weighed.finding.label;
    finding.text = string_or_empty(weighed.thing.data, "text");
    finding.meets_policy = why.meets_policy;
    finding.policy = weighed.policy.name;
    finding.sources = why.sources;
    finding.roots = why.roots;
    finding.counts = why.counts;
    finding.does_not_count = why.does_not_count;
    finding.missing = why.missing;
    finding.carried = why.carried;
    if (const auto question = get_integer(weighed.thing.data, "question"); question && why.meets_policy) answered.insert(*question);
    for (const auto& id : weighed.finding.claims) {
      const auto claim = TRY(query.get(id));
      release::ReportClaim one;
      one.text = string_or_empty(claim.data, "text");
      one.position = string_or_empty(claim.data, "position");
      if (claim.data.contains("when")) one.when = TRY(PartialDate::from_json(claim.data.at("when"))).text();
      const auto asserter = TRY(query.get(TRY(query.standing(string_or_empty(claim.data, "asserter")))));
      one.asserter = asserter.label;
      // What a person said is retold only with consent for at least background use; silence refuses.
      bool may_retell = false;
      std::string refusal;
      for (const char* use : {"background", "quotation", "public"}) {
        const auto permission = TRY(release::permission(query, asserter, use));
        may_retell = may_retell || permission.granted;
        refusal = permission.ground;
      }
      if (!may_retell) one.text = "What this source said is withheld: " + refusal + ".";
      std::size_t support = 0;
      for (const auto& link : claim.data.at("support").as_array()) {
        const auto passage = TRY(query.get(string_or_empty(link.as_object(), "passage")));
        const auto exhibit = TRY(query.get(string_or_empty(passage.data, "exhibit")));
        const auto source = TRY(query.get(TRY(query.standing(string_or_empty(exhibit.data, "source")))));
        release::ReportQuote quote;
        quote.place = place_of(source.label, passage.data.at("selector").as_object());
        auto permission = TRY(release::permission(query, source, "quotation"));
        if (permission.granted) permission = TRY(release::permission(query, asserter, "quotation"));  // whose words they are
        if (permission.granted) {
          quote.text = string_or_empty(passage.data, "quote");
          std::replace(quote.text.begin(), quote.text.end(), '\n', ' ');
          quote.translation = string_or_empty(passage.data, "translation");
        } else {
          quote.withheld = permission.ground;
        }
        one.quotes.push_back(std::move(quote));
        ++support;
      }
      if (support == 0) return fail(ErrorCode::check_failed, "Finding " + finding.label + " rests on a claim that cites nothing: “" + one.text + "”.", "Add a passage with `oyer passage add` and a claim that stands on it.");
      finding.claims.push_back(std::move(one));
    }
    report.findings.push_back(std::move(finding));
  }
  for (std::size_t i = 0; i < report.questions.size(); ++i)
    if (!answered.contains(static_cast<std::int64_t>(i + 1))) report.unanswered.push_back(std::to_string(i + 1) + ". " + report.questions[i] + " — no finding that meets the policy answers it.");
  std::map<std::string, std::vector<casefile::Thing>> replies;
  for (auto& reply : TRY(query.list("rp"))) replies[TRY(query.standing(string_or_empty(reply.data, "target")))].push_back(reply);
  std::size_t silent = 0, denials = 0, with_evidence = 0;
  auto allegations = TRY(query.list("al"));
  std::sort(allegations.begin(), allegations.end(), [](const auto& a, const auto& b) { return get_integer(a.data, "number").value_or(0) < get_integer(b.data, "number").value_or(0); });
  for (const auto& allegation : allegations) {
    release::ReportAllegation row{get_integer(allegation.data, "number").value_or(0), string_or_empty(allegation.data, "text"), "Silence."};
    const auto it = replies.find(allegation.id);
    if (it == replies.end())
      ++silent;
    else {
      row.answer.clear();
      for (const auto& reply : it->second) {
        const std::string kind = string_or_empty(reply.data, "kind");
        denials += kind == "denial";
        with_evidence += kind == "evidence";
        row.answer += (row.answer.empty() ? "" : " ") +
                      (kind == "denial"     ? std::string("Denied, without evidence: ")
                       : kind == "evidence" ? std::string("Answered with evidence: ")
                                            : std::string("Answered: ")) +
                      string_or_empty(reply.data, "text");
      }
    }
    report.allegations.push_back(std::move(row));
  }
  if (!allegations.empty())
    report.numbers.push_back("Of " + std::to_string(allegations.size()) + " allegations put to the State, " + std::to_string(silent) + " met silence, " + std::to_string(denials) + " a bare denial, " + std::to_string(with_evidence) +
                             " an answer with evidence.");
  for (const auto& run : TRY(query.list("ru")))
    if (run.label == "link") report.numbers.push_back("Lists of missing people: " + string_or_empty(run.data, "summary") + ". Unit: people after linking; denominator: rows of the lists; duplicates joined by a model, not by people.");
  auto measures = TRY(query.list("me"));
  std::stable_sort(measures.begin(), measures.end(), [](const auto& a, const auto& b) { return string_or_empty(a.data, "date") < string_or_empty(b.data, "date"); });
  for (const auto& measure : measures) {
    std::string outcome = string_or_empty(measure.data, "mode") == "without-vote" ? "adopted without a vote" : string_or_empty(measure.data, "mode");
    if (string_or_empty(measure.data, "mode") == "vote") {
      const auto found = council::outcome_of(string_or_empty(measure.data, "body"), {get_integer(measure.data, "yes").value_or(0), get_integer(measure.data, "no").value_or(0), get_integer(measure.data, "abstain").value_or(0)});
      outcome = found ? found->sentence : found.error().message;
    }
    std::string source = string_or_empty(measure.data, "source");
    if (const std::string sure = string_or_empty(measure.data, "confidence"); !sure.empty() && sure != "high") source += "; confidence: " + sure;
    report.record.push_back({string_or_empty(measure.data, "date"), string_or_empty(measure.data, "body"), measure.label, outcome, string_or_empty(measure.data, "text"), source});
  }
  return report;
}

}  // namespace

Result<json::value> build_report(Context& context, const json::object& arguments) {
  const Weighing weighing = TRY(weighing_of(context));
  if (weighing.findings.empty()) return fail(ErrorCode::check_failed, "There is no finding to report.", "Add one with `oyer finding add`.");
  release::Report report = TRY(report_of(context, weighing));
  if (!get_bool(arguments, "draft")) {
    for (const auto& finding : report.findings)
      if (!finding.meets_policy) return fail(ErrorCode::check_failed, "Finding " + finding.label + " does not meet its policy: " + finding.missing.front(), "Mend what is missing, or build with --draft, which prints it as not established.");
  }
  const std::string html = release::report_html(report);
  const std::string output = string_or_empty(arguments, "output").empty() ? "." : string_or_empty(arguments, "output");
  TRY(record_export(context, "report", "", {}));
  TRY(real_disk().make_directories(output));
  TRY(real_disk().write_atomic(output + "/report.html", view(html)));
  const bool open = context.target->info().open;
  const auto html_blob = TRY(context.target->store().put(view(html), open));
  json::object digests{{"html", hex(html_blob.digest)}};
  json::object parameters{{"draft", get_bool(arguments, "draft")}};
  json::object out{{"html", output + "/report.html"}};
  if (!get_bool(arguments, "no_docx")) {
    const Bytes docx = TRY(release::report_docx(html));
    TRY(real_disk().write_atomic(output + "/report.docx", docx));
    const auto docx_blob = TRY(context.target->store().put(docx, open));
    digests["docx"] = hex(docx_blob.digest);
    parameters["docx_blob"] = hex(docx_blob.address);
    out["docx"] = output + "/report.docx";
  }
  json::array inputs;
  for (const auto& finding : weighing.findings) inputs.emplace_back(finding.thing.id);
  casefile::Draft run{
      "run/1",
      {{"engine", "report"}, {"version", "1"}, {"parameters", std::move(parameters)}, {"inputs", std::move(inputs)}, {"blob", hex(html_blob.address)}, {"summary", "report of " + std::to_string(report.findings.size()) + " findings"}},
      {},
      {{"digest", canonical(digests)}},
      ""};
  const auto ids = TRY(context.target->append("report", {std::move(run)}, open));
  out["run"] = TRY(context.query().short_id(ids[0]));
  out["words"] = static_cast<std::int64_t>(release::word_count(report));
  out["word_limit"] = 10700;
  json::array unanswered;
  for (const auto& question : report.unanswered) unanswered.emplace_back(question);
  out["unanswered"] = std::move(unanswered);
  return out;
}

Result<json::value> build_dossier(Context& context, const json::object& arguments) {
  auto& target = *context.target;
  auto query = context.query();
  const std::string output = string_or_empty(arguments, "output");
  if (output.empty()) return fail(ErrorCode::usage, "No folder was given for the dossier.", "For example: oyer dossier -o handover --recipient \"Office of the Prosecutor\"");
  TRY(target.publish());
  auto disclosure = TRY(release::Disclosure::begin(target));
  const bool unwitnessed = get_bool(arguments, "unwitnessed");
  if (!unwitnessed && !TRY(disclosure.quorum_met()))
    return fail(ErrorCode::check_failed, "The newest checkpoint does not bear the witnesses that this case's policy asks for.", "Run `oyer log checkpoint` first, or build with --unwitnessed: then the dossier proves no witness.");
  std::vector<release::DossierRow> rows;
  std::map<std::pair<std::string, std::string>, std::int64_t> withheld;
  // The exhibits that claims and replies stand on, or all of them.
  std::set<std::string> wanted;
  const bool all = get_bool(arguments, "all");
  for (const auto& claim : TRY(query.list("cl")))
    for (const auto& link : claim.data.at("support").as_array()) wanted.insert(string_or_empty(TRY(query.get(string_or_empty(link.as_object(), "passage"))).data, "exhibit"));
  for (const auto& reply : TRY(query.list("rp")))
    if (const auto passage = get_string(reply.data, "passage")) wanted.insert(string_or_empty(TRY(query.get(*passage)).data, "exhibit"));
  // What goes is settled first: that it leaves is on the record before the first byte does.
  struct Chosen {
    casefile::Thing exhibit, source;
    std::string ground;
  };
  std::vector<Chosen> chosen;
  for (const auto& exhibit : TRY(query.list("ex"))) {
    if (!all && !wanted.contains(exhibit.id)) {
      ++withheld[{"exhibit", "no claim or reply stands on it"}];
      continue;
    }
    if (string_or_empty(exhibit.data, "state") == "quarantined") {
      ++withheld[{"exhibit", "quarantined: a hostile or unreadable file is handed over only on request"}];
      continue;
    }
    const auto source = TRY(query.get(TRY(query.standing(string_or_empty(exhibit.data, "source")))));
    const auto permission = TRY(release::permission(query, source, "referral", string_or_empty(arguments, "recipient")));
    if (!permission.granted) {
      ++withheld[{"exhibit", permission.ground}];
      continue;
    }
    chosen.push_back({exhibit, source, permission.ground});
  }
  auto bag = TRY(dossier::BagWriter::create(real_disk(), output));
  std::vector<std::string> leaving;
  for (const auto& one : chosen) leaving.push_back(one.exhibit.id);
  TRY(record_export(context, "dossier", string_or_empty(arguments, "recipient"), leaving));
  const auto add_file = [&](const casefile::Thing& thing, const std::string& extension, ByteView bytes, const std::set<std::string>& values) -> Result<std::string> {
    const std::string id = TRY(disclosure.add(static_cast<std::uint64_t>(thing.place), values));
    const std::string path = "data/" + id + "." + extension;
    TRY(bag.add(path, bytes));
    disclosure.file(path, id);
    return path;
  };
  for (const auto& [exhibit, source, ground] : chosen) {
    const auto address = hash_from_hex(string_or_empty(exhibit.data, "blob"));
    const Bytes bytes = TRY(target.store().get(*address, exhibit.tier == "open"));
    const std::string media = string_or_empty(exhibit.data, "media");
    const std::string path = TRY(add_file(exhibit, intake::extension_of(media), bytes, {"digest", "name"}));
    release::DossierRow row{path, "exhibit", media, string_or_empty(exhibit.data, "name"), text::nfc(string_or_empty(exhibit.data, "name")), source.label, string_or_empty(exhibit.data, "digest"), bytes.size(), exhibit.time, "", ground,
                            "",   "",        1};
    for (const auto& rendition : TRY(query.pointing_to(exhibit.id, "exhibit"))) {
      if (rendition.kind != "rn") continue;
      const auto rendition_address = hash_from_hex(string_or_empty(rendition.data, "blob"));
      const Bytes file = TRY(target.store().get(*rendition_address, rendition.tier == "open"));
      const std::string rendition_path = TRY(add_file(rendition, "json", file, {"digest"}));
      const auto text = TRY(rendition_text(context, rendition));
      row.pages = std::max<std::int64_t>(row.pages, static_cast<std::int64_t>(text.pages.size()));
      for (const auto& page : text.pages) row.text += string_or_empty(page.as_object(), "text") + "\n";
      rows.push_back({rendition_path, "rendition", "application/json", "", "", source.label, string_or_empty(rendition.data, "digest"), file.size(), rendition.time,
                      string_or_empty(rendition.data, "kind") + " by " + string_or_empty(rendition.data, "tool") + " " + string_or_empty(rendition.data, "version"), ground, "", path, 1});
    }
    rows.push_back(std::move(row));
  }
  // The newest report goes with it, unless someone has refused or withdrawn since: then its sentences may no longer leave.
  const auto runs = TRY(query.list("ru"));
  const auto report = std::find_if(runs.rbegin(), runs.rend(), [](const casefile::Thing& run) { return run.label == "report"; });
  const auto consents = TRY(query.list("cn"));
  const bool outdated = report != runs.rend() && std::any_of(consents.begin(), consents.end(), [&](const casefile::Thing& consent) { return consent.place > report->place && !get_bool(consent.data, "granted"); });
  if (outdated) ++withheld[{"report", "a consent was refused or withdrawn after it was built; build it again with `oyer report build`"}];
  if (report != runs.rend() && !outdated) {
    const auto digests = TRY(parse_canonical(string_or_empty(report->data, "digest")));
    const auto blob = hash_from_hex(string_or_empty(report->data, "blob"));
    const Bytes html = TRY(target.store().get(*blob, report->tier == "open"));
    const std::string path = TRY(add_file(*report, "html", html, {"digest"}));
    rows.push_back({path, "report", "text/html", "", "", "", string_or_empty(digests.as_object(), "html"), html.size(), report->time, kProgram, "the inquiry's own report", "", "", 1});
    const auto* parameters = get_object(report->data, "parameters");
    if (const auto docx = parameters == nullptr ? std::nullopt : hash_from_hex(string_or_empty(*parameters, "docx_blob"))) {
      const Bytes bytes = TRY(target.store().get(*docx, report->tier == "open"));
      const std::string docx_path = TRY(add_file(*report, "docx", bytes, {"digest"}));
      rows.push_back({docx_path, "report", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "", "", "", string_or_empty(digests.as_object(), "docx"), bytes.size(), report->time, kProgram,
                      "the inquiry's own report", "", "", 1});
    }
  }
  if (rows.empty()) return fail(ErrorCode::check_failed, "There is nothing that may go into this dossier.", "Record consent for referral with `oyer consent add`, or see which exhibits findings stand on with `oyer weigh`.");
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  TRY(disclosure.write(bag, unwitnessed));
  std::vector<release::WithheldRow> withheld_rows;
  json::array withheld_json;
  for (const auto& [what, count] : withheld) {
    withheld_rows.push_back({what.first, what.second, count});
    withheld_json.push_back(json::object{{"kind", what.first}, {"reason", what.second}, {"count", count}});
  }
  std::string statement = "Statement of jurisdiction and standards\n\n";
  for (const auto& mandate : TRY(query.list("ma")))
    statement += "Instrument: " + string_or_empty(mandate.data, "instrument") + "\nTerritory: " + string_or_empty(mandate.data, "territory") + "\nPeriod: " + TRY(PartialDate::from_json(mandate.data.at("period"))).text() +
                 "\nStandard of proof used: " + string_or_empty(mandate.data, "standard") + "\n";
  statement +=
      "\nThe recipient's own standard of proof, jurisdiction, temporal limits and admissibility are for the recipient to judge.\nThis dossier proves what was sealed and when it was claimed to be; it says nothing about truth or origin.\n";
  TRY(bag.add("metadata/premis.xml", view(release::premis_xml(rows, kProgram))));
  TRY(bag.add("metadata/case.jsonld", view(release::case_jsonld(rows))));
  TRY(bag.add("metadata/names.csv", view(release::names_csv(rows))));
  TRY(bag.add("metadata/schedule.csv", view(release::schedule_csv(rows, withheld_rows))));
  TRY(bag.add("metadata/statement.txt", view(statement)));
  TRY(bag.add("load/docs.dat", view(release::docs_dat(rows))));
  TRY(bag.add("load/images.opt", view(release::images_opt(rows))));
  TRY(bag.add("VERIFY.txt", view(release::verify_txt())));
  TRY(bag.add("verify.py", view(release::verify_py())));
  const std::string recipient = string_or_empty(arguments, "recipient");
  const std::string edition = string_or_empty(arguments, "edition").empty() ? "dossier" : string_or_empty(arguments, "edition");
  const std::string manifest = TRY(bag.finish({kProgram, utc_text(system_clock().now()).substr(0, 10), recipient.empty() ? "Dossier of an inquiry" : "Dossier for " + recipient, edition}));
  json::object data{{"edition", edition}, {"manifest", manifest}, {"items", static_cast<std::int64_t>(rows.size())}};
  set_if(data, "recipient", recipient);
  const auto ids = TRY(target.append("release", {{"release/1", std::move(data), {}, {}, ""}}, target.info().open));
  return json::object{{"directory", output}, {"files", static_cast<std::int64_t>(rows.size())}, {"manifest", manifest}, {"release", TRY(query.short_id(ids[0]))}, {"withheld", std::move(withheld_json)}};
}

}  // namespace oyer::service
