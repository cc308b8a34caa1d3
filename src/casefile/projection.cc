// SPDX-License-Identifier: GPL-3.0-or-later
// The idea: entries are walked once in the log's order. Those of one submission are gathered until its closing entry comes; a sealed
// submission is then opened by one header and one payload, each body is checked against the commitment in the log, and rows are added.
// Nothing is ever updated, so a tail applied later gives the same rows as one pass from the start.
#include "casefile/projection.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "casefile/schema.h"
#include "model/id.h"
#include "model/types.h"
#include "seal/commitment.h"
#include "seal/merkle.h"

namespace oyer::casefile {
namespace {

tl::unexpected<Error> damaged(std::uint64_t index, const std::string& what) {
  return fail(ErrorCode::damaged, "Entry " + std::to_string(index) + " of the journal " + what + ".", "Run `oyer verify` to see all that is touched, and restore the named file from a backup.");
}

constexpr std::uint64_t kBulkEntries = 5000;
constexpr std::string_view kClosingType = "submission/1";

// The text of a canonical body's "d", cut out of it: {"case":"<22>","d":…,"log":… in the order of the keys. Falls back to writing it anew
// where the cut would not be certain.
std::string data_of(const std::string& body, const json::object& data) {
  constexpr std::size_t kStart = 9 + 22 + 6;  // {"case":" id ","d":
  constexpr std::string_view kNext = ",\"log\":\"log.oyer.invalid/";
  const std::size_t end = body.rfind(kNext);
  const bool certain = body.size() > kStart && body.compare(kStart - 6, 6, "\",\"d\":") == 0 && end != std::string::npos && end > kStart && body.find("\"t\":", end) != std::string::npos;
  return certain ? body.substr(kStart, end - kStart) : canonical(data);
}

}  // namespace

// One submission as it stands in the log, and what opening it gave: rows ready to be added.
struct Projection::Pending {
  std::uint64_t first = 0;
  std::vector<Bytes> entries;
  std::vector<seal::EntryForm> forms;
};

struct Projection::Row {
  std::uint64_t place = 0;
  const model::TypeSpec* spec = nullptr;
  std::string id, type, label, data;
  bool has_label = false;
  std::vector<model::Edge> edges;
  std::vector<std::string> supersedes;
};

// A submission's bodies, out of their segment and proven against the log, not parsed yet. It needs the store no more.
struct Projection::Sealed {
  bool closed = false;  // no key: nothing to add
  bool sealed = false;
  std::uint64_t first = 0, count = 0;
  std::vector<seal::Record> records;
  std::vector<Hash> leaves;
  std::string case_id, origin;
};

struct Projection::Opened {
  bool closed = false;  // no key: nothing to add
  std::uint64_t entries = 0, unknown = 0, closing_place = 0;
  std::string unknown_type, tier, actor, act, time, compartment;
  std::vector<Row> rows;
};

struct Projection::Inserts {
  Statement submission;
  Statement thing;
  Statement edge;
  Statement supersession;
};

Result<std::unique_ptr<Projection>> Projection::open(const std::string& path, const std::optional<Hash>& key) {
  std::unique_ptr<Projection> projection(new Projection(path, key));
  TRY(projection->prepare());
  return projection;
}

Result<std::unique_ptr<Projection>> Projection::in_memory() { return open("", std::nullopt); }

Result<void> Projection::connect() {
  database_.reset();
  database_ = path_.empty() ? TRY(Database::in_memory()) : TRY(Database::open(path_, key_));
  return {};
}

Result<void> Projection::prepare() {
  TRY(connect());
  std::int64_t found = 0;
  {
    auto find = TRY(database_->prepare("SELECT count(*) FROM sqlite_master WHERE name = 'meta'"));
    TRY(find.step());
    found = find.integer(0);
  }
  if (found == 0) return start_anew();
  return load_meta();
}

Result<void> Projection::start_anew() {
  if (!path_.empty()) {
    database_.reset();
    for (const char* suffix : {"", "-wal", "-shm"}) TRY(real_disk().remove(path_ + suffix));
  }
  TRY(connect());
  for (const Migration& migration : migrations()) TRY(database_->run(std::string(migration.sql)));
  applied_ = 0;
  applied_root_.clear();
  total_ = {};
  return {};
}

Result<void> Projection::load_meta() { return TRY(read_meta()) == kSchemaVersion ? Result<void>{} : start_anew(); }

// Returns the schema version (0 for none).
Result<int> Projection::read_meta() {
  int version = 0;
  {
    auto read = TRY(database_->prepare("SELECT name, value FROM meta"));
    while (TRY(read.step())) {
      const std::string name = read.text(0);
      const std::string value = read.text(1);
      if (name == "schema") version = std::stoi(value);
      if (name == "applied") applied_ = std::stoull(value);
      if (name == "root") applied_root_ = value;
      if (name == "closed") total_.closed = std::stoull(value);
      if (name == "unknown") total_.unknown = std::stoull(value);
      if (name == "unknown_type") total_.unknown_type = value;
    }
  }
  total_.entries = applied_ - total_.closed;
  return version;
}

Result<void> Projection::save_meta(const Hash& root) {
  auto write = TRY(database_->prepare("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)"));
  applied_root_ = base64url(root);
  const std::pair<std::string, std::string> rows[] = {{"schema", std::to_string(kSchemaVersion)}, {"applied", std::to_string(applied_)},       {"root", applied_root_},
                                                      {"closed", std::to_string(total_.closed)},  {"unknown", std::to_string(total_.unknown)}, {"unknown_type", total_.unknown_type}};
  for (const auto& [name, value] : rows) {
    write.bind(1, name).bind(2, value);
    TRY(write.run());
  }
  return {};
}

Result<ApplyReport> Projection::apply(const seal::Store& store, bool check_signatures) {
  const seal::Journal& journal = store.journal();
  // What was applied must be a prefix of this journal; else everything is built anew.
  if (applied_ > journal.size() || (applied_ > 0 && base64url(TRY(journal.root_at(applied_))) != applied_root_)) TRY(start_anew());
  ApplyReport report;
  if (applied_ == journal.size()) return report;
  // A whole build writes each page once: no write-ahead log until it stands, and room to sort the indexes in memory. If it is cut off, it is made anew.
  const bool bulk = applied_ == 0 && !path_.empty() && journal.size() > kBulkEntries;
  if (bulk) (void)database_->run("PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA cache_size=-1048576");  // in use by another process: then the slow way
  auto transaction = TRY(Transaction::begin(*database_));
  // Another process may have applied some of the tail meanwhile; now nobody else can.
  TRY(read_meta());
  if (applied_ >= journal.size()) return report;
  const bool from_start = applied_ == 0;
  {
    Inserts inserts{TRY(database_->prepare("INSERT INTO submission (place, actor, act, time, compartment, tier) VALUES (?, ?, ?, ?, ?, ?)")),
                    TRY(database_->prepare("INSERT INTO thing (place, submission, id, kind, type, tier, label, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")),
                    TRY(database_->prepare("INSERT INTO edge (key, relation, target, tier) VALUES (?, ?, ?, ?)")), TRY(database_->prepare("INSERT OR IGNORE INTO supersession (target, by_entry, tier) VALUES (?, ?, ?)"))};
    const auto add = [&](Opened& opened) { return insert(inserts, opened, report); };
    if (bulk) {
      TRY(walk_ahead(store, applied_, check_signatures, add));
    } else {
      TRY(walk(store, applied_, [&](Sealed& submission) -> Result<void> {
        Opened opened = TRY(parse(submission, check_signatures));
        return add(opened);
      }));
    }
  }
  applied_ = journal.size();
  total_.entries += report.entries;
  total_.closed += report.closed;
  total_.unknown += report.unknown;
  if (!report.unknown_type.empty()) total_.unknown_type = report.unknown_type;
  if (from_start) TRY(database_->run(std::string(index_sql())));
  TRY(save_meta(TRY(journal.root())));
  TRY(transaction.commit());
  if (bulk) TRY(database_->run("PRAGMA synchronous=NORMAL; PRAGMA journal_mode=WAL; PRAGMA cache_size=-65536"));
  return report;
}

// Walks the log from `from` and hands on each submission, unsealed.
Result<void> Projection::walk(const seal::Store& store, std::uint64_t from, const std::function<Result<void>(Sealed&)>& take) {
  Pending pending{from, {}, {}};
  TRY(store.journal().for_each(from, [&](std::uint64_t index, ByteView entry) -> Result<void> {
    auto form = seal::parse_form(entry);
    if (!form) return damaged(index, "is malformed: " + form.error().message);
    pending.entries.push_back(to_bytes(entry));
    pending.forms.push_back(*form);
    if (!seal::closes_submission(entry, *form)) return {};
    Sealed submission = TRY(unseal(store, pending));
    TRY(take(submission));
    pending = {index + 1, {}, {}};
    return {};
  }));
  if (!pending.entries.empty()) return damaged(pending.first, "begins a submission that is never closed");
  return {};
}

// The same on two cores: one thread unseals (it alone touches the store), this one adds rows, and whichever has time parses: a submission
// is parsed before it is handed over while the other side is busy, and after it while that side would wait.
Result<void> Projection::walk_ahead(const seal::Store& store, std::uint64_t from, bool check_signatures, const std::function<Result<void>(Opened&)>& take) {
  constexpr std::size_t kAhead = 256;  // submissions
  constexpr std::size_t kHungry = 4;
  struct Item {
    Sealed sealed;
    std::optional<Opened> opened;
  };
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Item> ready;
  bool done = false, stopped = false;
  Result<void> opening;
  std::thread opener([&] {
    auto result = walk(store, from, [&](Sealed& submission) -> Result<void> {
      bool hungry = false;
      {
        const std::lock_guard<std::mutex> lock(mutex);
        hungry = ready.size() < kHungry;
      }
      Item item{std::move(submission), std::nullopt};
      if (!hungry) item.opened = TRY(parse(item.sealed, check_signatures));
      std::unique_lock<std::mutex> lock(mutex);
      changed.wait(lock, [&] { return ready.size() < kAhead || stopped; });
      if (stopped) return fail(ErrorCode::interrupted, "Adding rows failed.");
      ready.push_back(std::move(item));
      changed.notify_all();
      return {};
    });
    const std::lock_guard<std::mutex> lock(mutex);
    opening = std::move(result);
    done = true;
    changed.notify_all();
  });
  Result<void> adding;
  while (adding) {
    Item next;
    {
      std::unique_lock<std::mutex> lock(mutex);
      changed.wait(lock, [&] { return !ready.empty() || done; });
      if (ready.empty()) break;
      next = std::move(ready.front());
      ready.pop_front();
      changed.notify_all();
    }
    if (!next.opened) {
      auto parsed = parse(next.sealed, check_signatures);
      if (!parsed) {
        adding = tl::unexpected(parsed.error());
        break;
      }
      next.opened = *std::move(parsed);
    }
    adding = take(*next.opened);
  }
  {
    const std::lock_guard<std::mutex> lock(mutex);
    stopped = true;
    changed.notify_all();
  }
  opener.join();
  if (!adding) return adding;
  return opening;
}

Result<Projection::Sealed> Projection::unseal(const seal::Store& store, const Pending& pending) {
  Sealed out;
  out.sealed = pending.forms.back().sealed;
  out.first = pending.first;
  out.count = pending.entries.size();
  out.case_id = store.case_id();
  out.origin = store.journal().log().name;
  if (out.sealed) {
    if (!store.unlocked()) {
      out.closed = true;
      return out;
    }
    auto plaintext = store.get(*pending.forms.back().segment, false);
    if (!plaintext) {
      // No key for this compartment, or shredded: a smaller projection, not a fault.
      if (plaintext.error().code == ErrorCode::refused || plaintext.error().code == ErrorCode::not_found) {
        out.closed = true;
        return out;
      }
      return damaged(pending.first, "can't be opened: " + plaintext.error().message);
    }
    out.records = TRY(seal::decode_segment(*plaintext));
    if (out.records.size() != pending.entries.size()) return damaged(pending.first, "belongs to a segment with another number of records");
  } else {
    out.records.resize(pending.entries.size());
    for (std::size_t i = 0; i < out.records.size(); ++i) out.records[i].body = std::string(text_of(pending.entries[i]));
  }
  out.leaves.reserve(pending.entries.size());
  for (std::size_t i = 0; i < out.records.size(); ++i) {
    const std::uint64_t index = pending.first + i;
    if (pending.forms[i].sealed != out.sealed) return damaged(index, "mixes tiers in one submission");
    if (out.sealed && seal::commitment(seal::kBodyLabel, out.records[i].salt, view(out.records[i].body)) != pending.forms[i].commitment) return damaged(index, "does not fit the body in its segment");
    out.leaves.push_back(TRY(store.journal().leaf(index)));
  }
  return out;
}

Result<Projection::Opened> Projection::parse(const Sealed& pending, bool check_signatures) {
  Opened out;
  out.entries = pending.count;
  if (pending.closed) {
    out.closed = true;
    return out;
  }
  const auto& records = pending.records;
  const auto& leaves = pending.leaves;
  const std::string tier = pending.sealed ? "case" : "open";
  std::vector<json::value> bodies;
  bodies.reserve(records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    auto body = parse_canonical(records[i].body);
    if (!body) return damaged(pending.first + i, "has a body that is not canonical");
    bodies.push_back(*std::move(body));
  }
  const seal::Closing closing = TRY(seal::parse_closing(bodies.back().get_object()));
  const std::span<const Hash> own(leaves.data(), leaves.size() - 1);
  if (closing.count != own.size()) return damaged(pending.first, "belongs to a submission of another length");
  if (check_signatures) {
    if (closing.root != seal::merkle_root(own)) return damaged(pending.first, "does not fit its submission's root");
    if (!seal::verify_signature(closing.actor, view(closing.signed_bytes), closing.signature)) return damaged(pending.first, "belongs to a submission whose signature is not its actor's");
  }
  out.closing_place = pending.first + bodies.size() - 1;
  out.tier = tier;
  out.actor = base64url(closing.actor);
  out.act = closing.act;
  out.time = closing.time;
  out.compartment = closing.compartment;
  out.rows.reserve(own.size());
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    const std::uint64_t index = pending.first + i;
    auto body_view = seal::view_body(bodies[i], pending.case_id, pending.origin);
    if (!body_view) return damaged(index, "is not of this case: " + body_view.error().message);
    const std::string type(body_view->type);
    if (i + 1 == bodies.size()) {
      if (type != kClosingType) return damaged(index, "closes a submission but is not a closing entry");
      continue;
    }
    json::object& data = bodies[i].get_object().at("d").get_object();  // in place: a copy of every body is felt in a rebuild
    const auto spec = model::upcast(type, data);
    if (!spec) {
      ++out.unknown;
      out.unknown_type = type;
      continue;
    }
    if (auto fits = model::check(**spec, data); !fits) return damaged(index, "does not fit its type: " + fits.error().message);
    for (const auto& [key, opening] : records[i].openings) {
      const auto* bound = get_object(data, key);
      if (bound == nullptr || string_or_empty(*bound, "c") != base64url(seal::value_commitment(key, opening.salt, view(opening.value)))) return damaged(index, "has a protected value (" + key + ") that does not fit its commitment");
      data[key] = opening.value;
    }
    Row row;
    row.place = index;
    row.spec = *spec;
    row.type = type;
    row.id = model::make_id((*spec)->kind, leaves[i]);
    if (const auto* label = (*spec)->label.empty() ? nullptr : data.if_contains((*spec)->label)) {
      row.has_label = true;
      row.label = label->is_string() ? std::string(label->get_string()) : json::serialize(*label);
    }
    // A body is canonical, so its data stands in it word for word; only opened values make it another text.
    row.data = records[i].openings.empty() && (*spec)->type == type ? data_of(records[i].body, data) : canonical(data);
    row.edges = model::edges_of(**spec, data);
    if (body_view->supersedes != nullptr)
      for (const auto& target : *body_view->supersedes) {
        if (!target.is_string()) return damaged(index, "supersedes something that is not an id");
        row.supersedes.emplace_back(target.get_string());
      }
    out.rows.push_back(std::move(row));
  }
  return out;
}

Result<void> Projection::insert(Inserts& inserts, const Opened& opened, ApplyReport& report) {
  if (opened.closed) {
    report.closed += opened.entries;
    return {};
  }
  report.entries += opened.entries;
  report.unknown += opened.unknown;
  if (!opened.unknown_type.empty()) report.unknown_type = opened.unknown_type;
  const auto closing_place = static_cast<std::int64_t>(opened.closing_place);
  inserts.submission.bind(1, closing_place).bind(2, opened.actor).bind(3, opened.act).bind(4, opened.time).bind(5, opened.compartment).bind(6, opened.tier);
  TRY(inserts.submission.run());
  for (const Row& row : opened.rows) {
    const auto place = static_cast<std::int64_t>(row.place);
    inserts.thing.bind(1, place).bind(2, closing_place).bind(3, row.id).bind(4, row.spec->kind).bind(5, row.type).bind(6, opened.tier).bind(8, row.data);
    if (row.has_label)
      inserts.thing.bind(7, row.label);
    else
      inserts.thing.bind_null(7);
    TRY(inserts.thing.run());
    std::int64_t number = 0;
    for (const model::Edge& edge : row.edges) {
      inserts.edge.bind(1, place * kEdgesPerEntry + number++).bind(2, edge.relation).bind(3, edge.target).bind(4, opened.tier);
      TRY(inserts.edge.run());
    }
    for (const auto& target : row.supersedes) {
      inserts.supersession.bind(1, target).bind(2, row.id).bind(3, opened.tier);
      TRY(inserts.supersession.run());
    }
  }
  return {};
}

Result<void> Projection::dump(std::string_view tier, const std::function<void(const std::string&)>& line) {
  const auto where = [&](const char* table) { return tier.empty() ? std::string() : std::string(" WHERE ") + table + ".tier = '" + (tier == "open" ? "open" : tier == "person" ? "person" : "case") + "'"; };
  {
    auto read = TRY(database_->prepare("SELECT thing.id, edge.key % 4096, edge.relation, edge.target, edge.tier FROM edge JOIN thing ON thing.place = edge.key / 4096" + where("edge") + " ORDER BY thing.id, edge.key"));
    while (TRY(read.step())) line(canonical(json::object{{"t", "edge"}, {"source", read.text(0)}, {"number", read.integer(1)}, {"relation", read.text(2)}, {"target", read.text(3)}, {"tier", read.text(4)}}));
  }
  {
    auto read = TRY(database_->prepare("SELECT target, by_entry, tier FROM supersession" + where("supersession") + " ORDER BY target, by_entry"));
    while (TRY(read.step())) line(canonical(json::object{{"t", "supersession"}, {"target", read.text(0)}, {"by_entry", read.text(1)}, {"tier", read.text(2)}}));
  }
  {
    auto read = TRY(database_->prepare("SELECT thing.id, kind, type, thing.tier, compartment, label, actor, act, time, data FROM thing JOIN submission ON submission.place = thing.submission" + where("thing") + " ORDER BY thing.id"));
    while (TRY(read.step())) {
      json::object row{{"t", "thing"},          {"id", read.text(0)},
                       {"kind", read.text(1)},  {"type", read.text(2)},
                       {"tier", read.text(3)},  {"compartment", read.text(4)},
                       {"actor", read.text(6)}, {"act", read.text(7)},
                       {"time", read.text(8)},  {"data", TRY(parse_json(read.text_view(9)))}};
      if (!read.is_null(5)) row["label"] = read.text(5);
      line(canonical(row));
    }
  }
  return {};
}

}  // namespace oyer::casefile
