// SPDX-License-Identifier: GPL-3.0-or-later
#include "casefile/query.h"

#include <algorithm>
#include <set>

#include "model/id.h"

namespace oyer::casefile {
namespace {

constexpr const char* kSelect = "SELECT id, kind, type, thing.tier, coalesce(label, ''), actor, act, time, thing.place, data FROM thing JOIN submission ON submission.place = thing.submission";

std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return row.back();
}

}  // namespace

// Tiers that this reader may see, as a condition on `table`.
std::string Query::tiers(const char* table) const {
  const std::string column = std::string(table) + ".tier";
  switch (reader_.clearance) {
    case Clearance::open: return column + " = 'open'";
    case Clearance::case_tier: return column + " IN ('open', 'case')";
    case Clearance::person: return column + " IN ('open', 'case', 'person')";
  }
  return "0";
}

Result<std::vector<Thing>> Query::read(Statement& statement) {
  std::vector<Thing> out;
  while (TRY(statement.step())) {
    Thing thing;
    thing.id = statement.text(0);
    thing.kind = statement.text(1);
    thing.type = statement.text(2);
    thing.tier = statement.text(3);
    thing.label = statement.text(4);
    thing.actor = statement.text(5);
    thing.act = statement.text(6);
    thing.time = statement.text(7);
    thing.place = statement.integer(8);
    thing.data = TRY(parse_json(statement.text_view(9))).get_object();
    out.push_back(std::move(thing));
  }
  return out;
}

Result<Thing> Query::get(const std::string& id) {
  auto statement = TRY(database_->prepare(std::string(kSelect) + " WHERE id = ? AND " + tiers("thing")));
  statement.bind(1, id);
  auto found = TRY(read(statement));
  if (found.empty()) return fail(ErrorCode::not_found, "There is nothing with the id “" + id + "” in this case.", "Look with `oyer ls`.");
  return std::move(found[0]);
}

Result<Thing> Query::find(const std::string& text, const std::string& kind) {
  if (model::looks_like_id(text) && (kind.empty() || text.starts_with(kind + "-"))) {
    std::string after = text;
    after.back() = static_cast<char>(after.back() + 1);
    auto statement = TRY(database_->prepare(std::string(kSelect) + " WHERE id >= ? AND id < ? AND " + tiers("thing") + " LIMIT 2"));
    statement.bind(1, text).bind(2, after);
    auto found = TRY(read(statement));
    if (found.size() == 1) return std::move(found[0]);
    if (found.size() > 1) return fail(ErrorCode::usage, "“" + text + "” is the beginning of several ids.", "Give more characters of it.");
  }
  auto statement = TRY(database_->prepare(std::string(kSelect) + " WHERE label = ? AND (? = '' OR kind = ?) AND id NOT IN (SELECT target FROM supersession WHERE " + tiers("supersession") + ") AND " + tiers("thing") + " LIMIT 2"));
  statement.bind(1, text).bind(2, kind).bind(3, kind);
  auto found = TRY(read(statement));
  if (found.size() == 1) return std::move(found[0]);
  if (found.empty() && (kind.empty() || kind == "ex")) {  // an exhibit's label is its digest; people know it by its file's name
    auto named =
        TRY(database_->prepare(std::string(kSelect) + " WHERE kind = 'ex' AND json_extract(data, '$.name') = ? AND id NOT IN (SELECT target FROM supersession WHERE " + tiers("supersession") + ") AND " + tiers("thing") + " LIMIT 2"));
    named.bind(1, text);
    found = TRY(read(named));
    if (found.size() == 1) return std::move(found[0]);
  }
  if (found.size() > 1) return fail(ErrorCode::usage, "Several things are called “" + text + "”.", "Give the id instead; `oyer ls` shows it.");
  std::string advice = "Look with `oyer ls`.";
  auto labels = TRY(database_->prepare("SELECT label FROM thing WHERE label IS NOT NULL AND (? = '' OR kind = ?) AND " + tiers("thing") + " LIMIT 5000"));
  labels.bind(1, kind).bind(2, kind);
  std::size_t best = 3;
  while (TRY(labels.step())) {
    const std::size_t distance = edit_distance(labels.text(0), text);
    if (distance < best) {
      best = distance;
      advice = "Did you mean “" + labels.text(0) + "”?";
    }
  }
  return fail(ErrorCode::not_found, "There is nothing called “" + text + "” in this case.", advice);
}

Result<std::vector<Thing>> Query::list(const std::string& kind, bool with_superseded) {
  auto statement = TRY(database_->prepare(std::string(kSelect) + " WHERE (? = '' OR kind = ?) AND " + tiers("thing") + (with_superseded ? "" : " AND id NOT IN (SELECT target FROM supersession WHERE " + tiers("supersession") + ")") +
                                          " ORDER BY thing.place"));
  statement.bind(1, kind).bind(2, kind);
  return read(statement);
}

Result<std::vector<Thing>> Query::pointing_to(const std::string& target, const std::string& relation) {
  auto statement = TRY(database_->prepare(std::string(kSelect) + " WHERE thing.place IN (SELECT key / 4096 FROM edge WHERE target = ? AND (? = '' OR relation = ?)) AND " + tiers("thing") +
                                          " AND id NOT IN (SELECT target FROM supersession WHERE " + tiers("supersession") + ") ORDER BY thing.place"));
  statement.bind(1, target).bind(2, relation).bind(3, relation);
  return read(statement);
}

Result<std::vector<std::pair<std::string, std::string>>> Query::edges_from(const std::string& source) {
  auto statement = TRY(database_->prepare("SELECT edge.relation, edge.target FROM thing JOIN edge ON edge.key BETWEEN thing.place * 4096 AND thing.place * 4096 + 4095 WHERE thing.id = ? AND " + tiers("edge") + " ORDER BY edge.key"));
  statement.bind(1, source);
  std::vector<std::pair<std::string, std::string>> out;
  while (TRY(statement.step())) out.emplace_back(statement.text(0), statement.text(1));
  return out;
}

Result<std::vector<std::string>> Query::superseded_by(const std::string& target) {
  auto statement = TRY(database_->prepare("SELECT by_entry FROM supersession WHERE target = ? AND " + tiers("supersession") + " ORDER BY by_entry"));
  statement.bind(1, target);
  std::vector<std::string> out;
  while (TRY(statement.step())) out.push_back(statement.text(0));
  return out;
}

Result<std::vector<std::string>> Query::versions(const std::string& id) {
  std::set<std::string> seen{id};
  std::vector<std::string> open{id};
  auto neighbours = TRY(database_->prepare("SELECT by_entry FROM supersession s WHERE target = ?1 AND " + tiers("s") + " UNION SELECT target FROM supersession s WHERE by_entry = ?1 AND " + tiers("s")));
  while (!open.empty()) {
    const std::string at = std::move(open.back());
    open.pop_back();
    neighbours.bind(1, at);
    while (TRY(neighbours.step()))
      if (seen.insert(neighbours.text(0)).second) open.push_back(neighbours.text(0));
    neighbours.reset();
  }
  return std::vector<std::string>(seen.begin(), seen.end());
}

Result<std::string> Query::standing(const std::string& id) {
  std::set<std::string> seen{id}, ends;
  std::vector<std::string> open{id};
  while (!open.empty()) {
    const std::string at = std::move(open.back());
    open.pop_back();
    const auto later = TRY(superseded_by(at));
    if (later.empty()) ends.insert(at);
    for (const auto& one : later)
      if (seen.insert(one).second) open.push_back(one);
  }
  if (ends.size() == 1) return *ends.begin();
  std::string names;
  for (const auto& end : ends) names += (names.empty() ? "" : " and ") + TRY(short_id(end));
  return fail(ErrorCode::check_failed, "Several entries supersede " + TRY(short_id(id)) + " (" + names + "), so nothing says which of them holds.", "A person must decide: record one that supersedes them all, with --supersedes for each.");
}

Result<std::string> Query::short_id(const std::string& id) {
  // Its neighbours in the order of ids decide: the prefix must differ from both.
  std::size_t needed = model::kShortest;
  for (const char* sql : {"SELECT id FROM thing WHERE id < ? ORDER BY id DESC LIMIT 1", "SELECT id FROM thing WHERE id > ? ORDER BY id LIMIT 1"}) {
    auto statement = TRY(database_->prepare(sql));
    statement.bind(1, id);
    if (!TRY(statement.step())) continue;
    const std::string_view other = statement.text_view(0);
    std::size_t common = 0;
    while (common < id.size() && common < other.size() && id[common] == other[common]) ++common;
    if (common >= 3) needed = std::max(needed, common - 3 + 1);
  }
  return id.substr(0, std::min(id.size(), needed + 3));
}

Result<std::int64_t> Query::count(const std::string& kind) {
  auto statement = TRY(database_->prepare("SELECT count(*) FROM thing WHERE kind = ? AND " + tiers("thing") + " AND id NOT IN (SELECT target FROM supersession WHERE " + tiers("supersession") + ")"));
  statement.bind(1, kind);
  TRY(statement.step());
  return statement.integer(0);
}

}  // namespace oyer::casefile
