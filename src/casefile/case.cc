// SPDX-License-Identifier: GPL-3.0-or-later
#include "casefile/case.h"

#include <algorithm>
#include <filesystem>

#include "model/id.h"
#include "model/types.h"

namespace oyer::casefile {
namespace {

constexpr std::string_view kProgram = "oyer 0.1.0";

std::string toml(const std::string& id, bool open) { return "version = 1\nid = \"" + id + "\"\nbackend = \"embedded\"\ntier = \"" + (open ? "open" : "case") + "\"\n"; }

// "@handle" becomes the id that the handle got; other strings stay.
void replace_handles(json::value& value, const std::map<std::string, std::string>& ids) {
  if (value.is_string()) {
    const std::string text(value.get_string());
    if (text.size() > 1 && text[0] == '@')
      if (const auto it = ids.find(text.substr(1)); it != ids.end()) value = it->second;
  } else if (value.is_array()) {
    for (auto& item : value.get_array()) replace_handles(item, ids);
  } else if (value.is_object()) {
    for (auto& member : value.get_object()) replace_handles(member.value(), ids);
  }
}

}  // namespace

Result<CaseInfo> read_case_info(Disk& disk, const std::string& directory) {
  auto bytes = disk.read_all(directory + "/case.toml");
  if (!bytes) return fail(ErrorCode::not_found, "There is no case at " + directory + ".", "Give its folder with -C, or make one with `oyer init`.");
  CaseInfo info;
  info.directory = directory;
  std::string_view rest = text_of(*bytes);
  std::string version, backend;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const std::size_t equals = line.find(" = ");
    if (equals == std::string_view::npos) continue;
    std::string value(line.substr(equals + 3));
    value.erase(std::remove(value.begin(), value.end(), '"'), value.end());
    const std::string_view key = line.substr(0, equals);
    if (key == "version") version = value;
    if (key == "id") info.id = value;
    if (key == "backend") backend = value;
    if (key == "tier") info.open = value == "open";
  }
  if (version != "1") return fail(ErrorCode::bad_input, directory + "/case.toml names version “" + version + "”, which this Oyer does not know.", "Use the newer Oyer that wrote it.");
  const auto id = from_base64url(info.id);
  // The file has one form: a flipped bit in it shows.
  if (!id || id->size() != 16 || backend != "embedded" || text_of(*bytes) != toml(info.id, info.open)) return fail(ErrorCode::damaged, directory + "/case.toml is damaged.", "Restore it from a backup.");
  return info;
}

Result<std::string> find_case(Disk& disk, const std::string& start) {
  std::filesystem::path at = std::filesystem::absolute(start).lexically_normal();
  while (true) {
    if (disk.exists((at / "case.toml").string())) return at.string();
    if (at == at.parent_path()) break;
    at = at.parent_path();
  }
  return fail(ErrorCode::not_found, "There is no case here or above (" + start + ").", "Give its folder with -C, set OYER_CASE, or make one with `oyer init`.");
}

Result<CaseKeys> Case::create(Disk& disk, const std::string& directory, const NewCase& options) {
  if (disk.exists(directory)) {
    const auto names = disk.list(directory);
    if (!names || !names->empty()) return fail(ErrorCode::bad_input, directory + " exists and is not an empty folder.", "Choose a new folder.");
  }
  Random& random = system_random();
  TRY(disk.make_directories(directory));
  const std::string id = base64url(random_bytes(random, 16));
  Hash seed;
  random.fill(seed);
  const seal::SigningKey log(seed);
  random.fill(seed);
  const seal::SigningKey actor(seed);
  const seal::VerifierKey log_name{"log.oyer.invalid/" + base32(random_bytes(random, 16)), log.public_key()};
  CaseKeys keys;
  keys.actor = actor;
  if (options.open) {
    TRY(seal::Vault::create_open(disk, directory + "/vault", log));
  } else {
    keys.custodian = TRY(seal::Vault::create(disk, directory + "/vault", options.custodian, options.secret, log, options.work_factor, random));
  }
  TRY(seal::save_actor_key(disk, seal::actor_key_path(options.config_directory, id), actor, options.open ? std::nullopt : std::optional(options.secret), random));
  TRY(seal::BlobStore::create(disk, directory + "/blobs"));
  TRY(seal::Journal::create(disk, directory + "/journal", log_name));
  TRY(disk.make_directories(directory + "/state"));
  TRY(disk.make_directories(directory + "/derived"));
  auto made = TRY(open_as(disk, CaseInfo{directory, id, options.open}, keys, true));
  std::vector<Draft> drafts;
  drafts.push_back({"case.open/1", {{"title", options.title}, {"kind", options.kind}, {"by", kProgram}}, {}, {}, ""});
  drafts.push_back({"key.enrol/1", {{"key", base64url(actor.public_key())}, {"name", options.custodian}, {"purposes", json::array{"all"}}}, {}, {}, ""});
  if (!options.open) drafts.push_back({"compartment.add/1", {{"name", "base"}, {"recipient", seal::age::recipient_text(made->store().keys().base().recipient())}}, {}, {}, ""});
  TRY(made->append("open", std::move(drafts), options.open));
  TRY(made->publish());
  // Last: a folder without case.toml is no case, so an interrupted init leaves none half-made.
  TRY(disk.write_atomic(directory + "/case.toml", view(toml(id, options.open))));
  return keys;
}

Result<std::unique_ptr<Case>> Case::open(Disk& disk, const std::string& directory, const std::optional<CaseKeys>& keys, bool writable) {
  auto out = TRY(open_as(disk, TRY(read_case_info(disk, directory)), keys, writable));
  // case.toml is written after the first checkpoint: a case without one has lost it, and signing anew what is there would hide what else is gone.
  if (writable && !disk.exists(directory + "/journal/checkpoint"))
    return fail(ErrorCode::damaged, "The file journal/checkpoint is missing, so nobody can tell whether the newest entries are all here.", "Do not write to this case; restore journal/checkpoint from a backup.");
  return out;
}

Result<std::unique_ptr<Case>> Case::open_as(Disk& disk, CaseInfo info, const std::optional<CaseKeys>& keys, bool writable) {
  std::unique_ptr<Case> out(new Case(disk));
  const std::string directory = info.directory;
  out->info_ = std::move(info);
  if (writable) out->lock_ = TRY(disk.lock(directory + "/lock"));
  out->store_ = TRY(seal::Store::open(disk, directory, out->info_.id, writable));
  if (keys && keys->custodian) {
    out->store_->unlock(TRY(seal::Vault::compartments(disk, directory + "/vault", *keys->custodian)));
    const auto log = seal::Vault::log_key(disk, directory + "/vault", *keys->custodian);
    if (!log)
      out->faults_.push_back("vault/log.age can't be opened: " + log.error().message);
    else if (log->public_key() != out->store_->journal().log().key)
      out->faults_.push_back("vault/log.age does not hold the key that journal/log.vkey names.");
    else if (writable)
      out->store_->set_log_key(*log);
  } else if (out->info_.open && writable) {
    out->store_->set_log_key(TRY(seal::Vault::open_log_key(disk, directory + "/vault")));
  }
  if (keys) out->actor_ = keys->actor;
  const std::string path = directory + "/derived/projection.db";
  const auto make = [&]() -> Result<std::unique_ptr<Projection>> {
    if (!out->readable()) return Projection::in_memory();
    TRY(disk.make_directories(directory + "/derived"));
    std::optional<Hash> key;
    if (!out->info_.open) key = out->store_->derive("oyer/projection/1");
    return Projection::open(path, key);
  };
  auto projection = make();
  if (!projection && projection.error().code == ErrorCode::damaged && disk.exists(path)) {
    // Disposable: a damaged projection is made anew.
    for (const char* suffix : {"", "-wal", "-shm"}) (void)disk.remove(path + suffix);
    projection = make();
  }
  // Reading needs no writable disk: on a read-only or full one the projection is made in memory.
  const auto in_memory_will_do = [&](const Error& error) { return !writable && (error.code == ErrorCode::damaged || error.code == ErrorCode::refused); };
  if (!projection && in_memory_will_do(projection.error())) projection = Projection::in_memory();
  if (!projection) return tl::unexpected(projection.error());
  out->projection_ = *std::move(projection);
  if (auto applied = out->projection_->apply(*out->store_); !applied) {
    if (!in_memory_will_do(applied.error())) return tl::unexpected(applied.error());
    out->projection_ = TRY(Projection::in_memory());
    TRY(out->projection_->apply(*out->store_));
  }
  return out;
}

Result<std::vector<std::string>> Case::append(const std::string& purpose, std::vector<Draft> drafts, bool open_tier) {
  if (lock_ == nullptr) return fail(ErrorCode::refused, "The case was opened for reading only.");
  if (projection_->total().unknown > 0)
    return fail(ErrorCode::refused, "This case holds entries of a type that this Oyer does not know (“" + projection_->total().unknown_type + "”), so it is read-only here.", "Use the newer Oyer that wrote them.");
  if (!actor_) return fail(ErrorCode::refused, "No actor's key is at hand, so nothing can be signed.", "Run `oyer unlock`, give --key-file, or enrol a key on this machine with `oyer key enrol`.");
  // Only an enrolled key that was not revoked signs; the case's very first act enrols its own.
  {
    auto enrolled = TRY(database().prepare("SELECT type, data FROM thing WHERE type IN ('key.enrol/1', 'key.revoke/1') ORDER BY place"));
    const std::string mine = base64url(actor_->public_key());
    bool any = false, valid = false;
    while (TRY(enrolled.step())) {
      any = true;
      const auto data = TRY(parse_json(enrolled.text_view(1)));
      if (string_or_empty(data.get_object(), "key") == mine) valid = enrolled.text_view(0) == "key.enrol/1";
    }
    if (any && !valid) return fail(ErrorCode::refused, "The key on this machine (" + mine + ") is not enrolled in this case, or was revoked.", "Someone whose key is enrolled runs `oyer key enrol --name NAME --key " + mine + "`.");
  }
  if (info_.open) open_tier = true;
  if (!open_tier && !store_->unlocked()) return fail(ErrorCode::refused, "The case is locked.", "Run `oyer unlock`, or give --key-file.");
  std::string compartment = "open";
  if (!open_tier) {
    auto find = TRY(database().prepare("SELECT id FROM thing WHERE kind = 'bx' ORDER BY place LIMIT 1"));
    compartment = TRY(find.step()) ? find.text(0) : "base";
  }
  seal::SubmissionContext context{info_.id, store_->journal().log().name, compartment, purpose, random_bytes(system_random(), 16), system_clock().now(), open_tier, false};
  seal::SubmissionBuilder builder(std::move(context), system_random());
  std::map<std::string, std::string> handles;
  std::vector<std::string> ids;
  for (Draft& draft : drafts) {
    json::value data = std::move(draft.data);
    replace_handles(data, handles);
    for (auto& target : draft.supersedes)
      if (target.size() > 1 && target[0] == '@') target = handles[target.substr(1)];
    const model::TypeSpec* spec = model::find_type(draft.type);
    if (spec == nullptr) return fail(ErrorCode::internal, "There is no entry type “" + draft.type + "”.");
    json::object checked = data.get_object();
    for (const auto& [key, value] : draft.protect) checked[key] = value;
    TRY(model::check(*spec, checked));
    const Hash leaf = TRY(builder.add(draft.type, std::move(data.get_object()), draft.supersedes, draft.protect));
    ids.push_back(model::make_id(spec->kind, leaf));
    if (!draft.handle.empty()) handles[draft.handle] = ids.back();
  }
  const auto entries = TRY(builder.finish(*actor_, [this](ByteView plaintext) { return store_->seal_segment(plaintext); }));
  TRY(store_->append(entries));
  unpublished_ = true;
  TRY(projection_->apply(*store_));
  return ids;
}

Result<void> Case::publish() { return unpublished_ ? sign_checkpoint() : Result<void>{}; }

Result<void> Case::sign_checkpoint() {
  if (lock_ == nullptr) return fail(ErrorCode::refused, "The case was opened for reading only.");
  TRY(store_->publish());
  unpublished_ = false;
  return {};
}

}  // namespace oyer::casefile
