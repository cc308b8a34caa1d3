// SPDX-License-Identifier: GPL-3.0-or-later
// Engines on a case's data: weighing and linking. What the engines need is laid out as plain data here and nowhere else.
#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "estimate/two_lists.h"
#include "link/link.h"
#include "link/write.h"
#include "seal/hash.h"
#include "service/parts.h"
#include "service/weighing.h"

namespace oyer::service {
namespace {

bool is_direct(const std::string& position) { return position == "victim" || position == "eyewitness" || position == "insider" || position == "document"; }

json::array strings(const std::vector<std::string>& values) {
  json::array out;
  for (const auto& value : values) out.emplace_back(value);
  return out;
}

}  // namespace

Result<Weighing> weighing_of(Context& context) {
  auto query = context.query();
  Weighing out;
  // What points to a superseded entry means the one that stands for it now.
  std::map<std::string, std::string> known;
  const auto standing = [&](const std::string& id) -> Result<std::string> {
    if (id.empty()) return id;
    const auto it = known.find(id);
    return it != known.end() ? it->second : known[id] = TRY(query.standing(id));
  };
  std::map<std::string, std::vector<std::string>> derives;
  for (const auto& derivation : TRY(query.list("de"))) derives[TRY(standing(string_or_empty(derivation.data, "source")))].push_back(TRY(standing(string_or_empty(derivation.data, "from"))));
  std::map<std::string, std::string> grades;
  for (const auto& grade : TRY(query.list("as"))) grades[TRY(standing(string_or_empty(grade.data, "target")))] = string_or_empty(grade.data, "reliability");
  std::vector<weigh::Source> sources;
  for (const auto& source : TRY(query.list("so"))) {
    weigh::Source one{source.id, source.label, derives[source.id], grades.contains(source.id) ? grades[source.id] : ""};
    if (const auto* list = get_array(source.data, "derives_from"))
      for (const auto& id : *list) one.derives_from.push_back(TRY(standing(std::string(id.get_string()))));
    sources.push_back(std::move(one));
  }
  std::map<std::string, std::string> source_of_exhibit, exhibit_of_passage;
  for (const auto& exhibit : TRY(query.list("ex"))) source_of_exhibit[exhibit.id] = TRY(standing(string_or_empty(exhibit.data, "source")));
  for (const auto& passage : TRY(query.list("pa"))) exhibit_of_passage[passage.id] = string_or_empty(passage.data, "exhibit");
  std::vector<weigh::Claim> claims;
  for (const auto& claim : TRY(query.list("cl"))) {
    weigh::Claim one;
    one.id = claim.id;
    one.text = string_or_empty(claim.data, "text");
    one.asserter = TRY(standing(string_or_empty(claim.data, "asserter")));
    one.direct = is_direct(string_or_empty(claim.data, "position"));
    if (const auto* support = get_array(claim.data, "support"))
      for (const auto& link : *support) {
        if (string_or_empty(link.get_object(), "relation") != "supports") continue;
        const std::string source = source_of_exhibit[exhibit_of_passage[string_or_empty(link.get_object(), "passage")]];
        // What the asserter says in somebody else's paper (a hearsay source) is carried by both.
        if (!source.empty() && source != one.asserter) one.sources.push_back(source);
      }
    claims.push_back(std::move(one));
  }
  // A reply to an allegation speaks against the claims that the allegation puts; a reply with evidence against those it names.
  std::map<std::string, std::vector<std::string>> claims_of_allegation;
  for (const auto& allegation : TRY(query.list("al")))
    if (const auto* ids = get_array(allegation.data, "claims"))
      for (const auto& id : *ids) claims_of_allegation[allegation.id].push_back(TRY(standing(std::string(id.get_string()))));
  std::map<std::string, std::vector<std::string>> claims_on_passage;
  for (const auto& claim : TRY(query.list("cl")))
    if (const auto* support = get_array(claim.data, "support"))
      for (const auto& link : *support) claims_on_passage[string_or_empty(link.get_object(), "passage")].push_back(claim.id);
  // A reply with evidence that a named person has weighed no longer blocks; the reasons are printed beside it.
  std::map<std::string, std::string> weighed;
  for (const auto& grade : TRY(query.list("as")))
    if (string_or_empty(grade.data, "scale") == "reply" && string_or_empty(grade.data, "value") == "outweighed") weighed[TRY(standing(string_or_empty(grade.data, "target")))] = string_or_empty(grade.data, "reason");
  std::vector<weigh::Reply> replies;
  for (const auto& reply : TRY(query.list("rp"))) {
    const std::string target = TRY(standing(string_or_empty(reply.data, "target")));
    const std::string kind = string_or_empty(reply.data, "kind");
    std::vector<std::string> against;
    if (const auto* named = get_array(reply.data, "contradicts"); named != nullptr && !named->empty()) {
      for (const auto& id : *named) against.push_back(TRY(standing(std::string(id.get_string()))));
    } else if (target.starts_with("al-")) {
      against = claims_of_allegation[target];
    } else if (target.starts_with("pa-")) {
      against = claims_on_passage[target];
    } else {
      against = {target};
    }
    for (const auto& id : against) replies.push_back({id, kind == "denial" || kind == "objection", string_or_empty(reply.data, "text"), weighed.contains(reply.id) ? weighed[reply.id] : ""});
  }
  std::map<std::string, weigh::Policy> policies;
  for (const auto& policy : TRY(query.list("po"))) {
    weigh::Policy one{policy.label, get_integer(policy.data, "min_roots").value_or(2), string_or_empty(policy.data, "min_direct_grade")};
    policies[policy.id] = one;
    out.default_policy = one;  // the newest
  }
  for (const auto& finding : TRY(query.list("fi"))) {
    WeighedFinding one;
    one.thing = finding;
    one.finding.id = finding.id;
    one.finding.label = finding.label;
    if (const auto* ids = get_array(finding.data, "claims"))
      for (const auto& id : *ids) one.finding.claims.push_back(TRY(standing(std::string(id.get_string()))));
    const auto policy = policies.find(TRY(standing(string_or_empty(finding.data, "policy"))));
    one.policy = policy == policies.end() ? out.default_policy : policy->second;
    out.findings.push_back(std::move(one));
  }
  out.graph.emplace(TRY(weigh::Graph::create(std::move(sources), std::move(claims), std::move(replies))));
  for (auto& finding : out.findings) finding.explanation = TRY(out.graph->explain(finding.finding, finding.policy));
  return out;
}

Result<json::value> weigh_findings(Context& context, const json::object& arguments) {
  const Weighing weighing = TRY(weighing_of(context));
  const std::string wanted = string_or_empty(arguments, "finding");
  std::string only;
  if (!wanted.empty()) only = TRY(context.query().find(wanted, "fi")).id;
  json::array items;
  for (const auto& finding : weighing.findings) {
    if (!only.empty() && finding.thing.id != only) continue;
    const auto& why = finding.explanation;
    items.push_back(json::object{{"id", TRY(context.query().short_id(finding.thing.id))},
                                 {"label", finding.finding.label},
                                 {"text", string_or_empty(finding.thing.data, "text")},
                                 {"policy", finding.policy.name},
                                 {"meets_policy", why.meets_policy},
                                 {"sources", strings(why.sources)},
                                 {"roots", strings(why.roots)},
                                 {"counts", strings(why.counts)},
                                 {"does_not_count", strings(why.does_not_count)},
                                 {"missing", strings(why.missing)},
                                 {"carried", strings(why.carried)}});
  }
  return json::object{{"items", std::move(items)}};
}

namespace {

Result<json::value> run_link(const std::vector<link::Source>& sources, const json::object& arguments, const std::string& output, link::LinkResult* keep) {
  link::Options options;
  options.truth_column = string_or_empty(arguments, "truth");
  if (const auto* ignored = get_array(arguments, "ignore"))
    for (const auto& name : *ignored) options.ignore_columns.emplace_back(name.as_string());
  auto result = TRY(link::link(sources, options));
  const std::uint32_t clusters = result.cluster.empty() ? 0 : *std::max_element(result.cluster.begin(), result.cluster.end());
  json::object out{{"rows", static_cast<std::int64_t>(result.cluster.size())}, {"clusters", static_cast<std::int64_t>(clusters)}, {"model", link::model_json(sources, result)}};
  if (!output.empty()) {
    TRY(real_disk().make_directories(output));
    TRY(real_disk().write_atomic(output + "/clusters.csv", view(link::clusters_csv(sources, result))));
    TRY(real_disk().write_atomic(output + "/pairs.csv", view(link::pairs_csv(sources, result))));
    TRY(real_disk().write_atomic(output + "/model.json", view(pretty(link::model_json(sources, result)) + "\n")));
    out["output"] = output;
  }
  // How many of the clusters each list saw, and what two lists alone would say of the rest.
  std::vector<std::set<std::uint32_t>> seen(sources.size());
  std::size_t row = 0;
  for (std::size_t s = 0; s < sources.size(); ++s)
    for (std::size_t i = 0; i < sources[s].table.rows.size(); ++i) seen[s].insert(result.cluster[row++]);
  json::array lists;
  for (std::size_t s = 0; s < sources.size(); ++s) lists.push_back(json::object{{"name", sources[s].name}, {"rows", static_cast<std::int64_t>(sources[s].table.rows.size())}, {"clusters", static_cast<std::int64_t>(seen[s].size())}});
  out["lists"] = std::move(lists);
  if (keep != nullptr) *keep = std::move(result);
  return out;
}

}  // namespace

Result<json::value> link_lists(Context&, const json::object& arguments) {
  std::vector<link::Source> sources;
  const auto* files = get_array(arguments, "files");
  if (files == nullptr || files->empty()) return fail(ErrorCode::usage, "No list was given.", "For example: oyer link a.csv b.csv -o linked");
  for (const auto& file : *files) {
    const std::string path(file.as_string());
    const Bytes bytes = TRY(real_disk().read_all(path));
    auto table = parse_csv(text_of(bytes));
    if (!table) return fail_at(path, table.error());
    sources.push_back({std::filesystem::path(path).filename().string(), *std::move(table)});
  }
  return run_link(sources, arguments, string_or_empty(arguments, "output"), nullptr);
}

Result<json::value> link_exhibits(Context& context, const json::object& arguments) {
  std::vector<link::Source> sources;
  std::vector<casefile::Thing> exhibits;
  const auto* given = get_array(arguments, "exhibits");
  if (given == nullptr || given->empty()) return fail(ErrorCode::usage, "No list was given.", "For example: oyer link --exhibit list_a.csv --exhibit list_b.csv");
  for (const auto& item : *given) {
    casefile::Thing exhibit = TRY(context.query().find(std::string(item.as_string()), "ex"));
    const auto address = hash_from_hex(string_or_empty(exhibit.data, "blob"));
    const Bytes bytes = TRY(context.target->store().get(*address, exhibit.tier == "open"));
    auto table = parse_csv(text_of(bytes));
    if (!table) return fail_at(string_or_empty(exhibit.data, "name"), table.error());
    sources.push_back({string_or_empty(exhibit.data, "name"), *std::move(table)});
    exhibits.push_back(std::move(exhibit));
  }
  link::LinkResult result;
  json::value answer = TRY(run_link(sources, arguments, string_or_empty(arguments, "output"), &result));
  // The lists are imported once (their rows get ids), and the run is recorded with its result, so that a release can cite it.
  std::vector<casefile::Draft> drafts;
  json::array inputs;
  for (std::size_t i = 0; i < exhibits.size(); ++i) {
    bool known = false;
    for (const auto& other : TRY(context.query().pointing_to(exhibits[i].id, "exhibit"))) known = known || other.kind == "im";
    inputs.emplace_back(exhibits[i].id);
    if (known) continue;
    // Keys of a body are ASCII: columns in other scripts are mapped by their place.
    json::array columns;
    for (const auto& column : sources[i].table.header) columns.emplace_back(column);
    drafts.push_back({"import/1",
                      {{"exhibit", exhibits[i].id}, {"parser", json::object{{"format", "csv"}, {"v", 1}}}, {"mapping", json::object{{"columns", std::move(columns)}}}, {"rows", static_cast<std::int64_t>(sources[i].table.rows.size())}},
                      {},
                      {},
                      ""});
  }
  const std::string clusters = link::clusters_csv(sources, result);
  const bool open = context.target->info().open;
  const auto blob = TRY(context.target->store().put(view(clusters), open));
  casefile::Draft run{"run/1",
                      {{"engine", "link"},
                       {"version", "1"},
                       {"parameters", json::object{{"threshold", "model"}}},
                       {"inputs", std::move(inputs)},
                       {"blob", hex(blob.address)},
                       {"summary", std::to_string(result.cluster.size()) + " rows linked to " + std::to_string(answer.at("clusters").as_int64()) + " people (reported data; a convenience sample)"}},
                      {},
                      {{"digest", canonical(json::object{{"csv", hex(blob.digest)}})}},
                      ""};
  drafts.push_back(std::move(run));
  const auto ids = TRY(context.target->append("link", std::move(drafts), open));
  answer.get_object()["run"] = TRY(context.query().short_id(ids.back()));
  return answer;
}

}  // namespace oyer::service
