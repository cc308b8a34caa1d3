// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/witness.h"

#include <algorithm>

#include "seal/hash.h"
#include "seal/merkle.h"

namespace oyer::seal {
namespace {

constexpr std::size_t kLargestRequest = 1U << 16;
constexpr std::size_t kMostHashes = 63;
constexpr std::size_t kMostConflicts = 1000;  // a log that misbehaves must not fill the disk

struct AddRequest {
  std::uint64_t old_size = 0;
  std::vector<Hash> proof;
  std::string note;
};

std::optional<std::uint64_t> decimal(std::string_view text) {
  if (text.empty() || text.size() > 18 || (text.size() > 1 && text[0] == '0') || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  return std::stoull(std::string(text));
}

std::optional<AddRequest> parse_request(std::string_view body) {
  AddRequest out;
  if (body.size() > kLargestRequest || !body.starts_with("old ")) return std::nullopt;
  std::size_t end = body.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const auto old_size = decimal(body.substr(4, end - 4));
  if (!old_size) return std::nullopt;
  out.old_size = *old_size;
  body.remove_prefix(end + 1);
  while (true) {
    end = body.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = body.substr(0, end);
    body.remove_prefix(end + 1);
    if (line.empty()) break;
    const auto bytes = from_base64(line);
    const auto hash = bytes ? to_hash(*bytes) : std::nullopt;
    if (!hash || out.proof.size() >= kMostHashes) return std::nullopt;
    out.proof.push_back(*hash);
  }
  out.note = std::string(body);
  return out;
}

// keys: the origin on the first line, then verifier keys.
struct Trusted {
  std::string origin;
  std::vector<VerifierKey> keys;
};

Result<Trusted> read_trusted(Disk& disk, const std::string& folder) {
  const Bytes bytes = TRY(disk.read_all(folder + "/keys"));
  std::string_view rest = text_of(bytes);
  Trusted out;
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos || end == 0) return fail(ErrorCode::damaged, folder + "/keys does not begin with an origin.", "Trust the log anew with `oyer witness trust`.");
  out.origin = std::string(rest.substr(0, end));
  rest.remove_prefix(end + 1);
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    auto key = VerifierKey::parse(line);
    if (!key) return fail_at(folder + "/keys", Error{ErrorCode::damaged, key.error().message, "Trust the log anew with `oyer witness trust`."});
    out.keys.push_back(*std::move(key));
  }
  return out;
}

}  // namespace

std::string add_checkpoint_body(std::uint64_t old_size, const std::vector<Hash>& proof, const std::string& note) {
  std::string out = "old " + std::to_string(old_size) + "\n";
  for (const Hash& hash : proof) out += base64(hash) + "\n";
  return out + "\n" + note;
}

Result<VerifierKey> Witness::create(Disk& disk, const std::string& directory, const std::string& name, Random& random) {
  const auto odd = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || c == '+'; };
  if (name.empty() || std::any_of(name.begin(), name.end(), odd)) return fail(ErrorCode::bad_input, "A witness's name has no blanks and no plus sign.", "For example: --name witness.example.org/oyer");
  if (disk.exists(directory + "/witness.key")) return fail(ErrorCode::bad_input, "There is a witness at " + directory + " already.", "Choose a new folder.");
  Hash seed;
  random.fill(seed);
  const SigningKey key(seed);
  const VerifierKey vkey{name, key.public_key(), KeyType::witness};
  TRY(disk.make_directories(directory + "/logs"));
  TRY(disk.write_atomic(directory + "/witness.vkey", view(vkey.text() + "\n")));
  TRY(disk.write_atomic(directory + "/witness.key", seed, 0600));
  wipe(seed);
  return vkey;
}

Result<std::unique_ptr<Witness>> Witness::open(Disk& disk, const std::string& directory, Clock& clock) {
  if (!disk.exists(directory + "/witness.key")) return fail(ErrorCode::not_found, "There is no witness at " + directory + ".", "Make one with `oyer witness new`.");
  auto lock = TRY(disk.lock(directory + "/lock"));
  Bytes seed_bytes = TRY(disk.read_all(directory + "/witness.key"));
  const auto seed = to_hash(seed_bytes);
  wipe(seed_bytes);
  const auto vkey = VerifierKey::parse_witness(text_of(TRY(disk.read_all(directory + "/witness.vkey"))));
  if (!seed || !vkey || SigningKey(*seed).public_key() != vkey->key) return fail(ErrorCode::damaged, directory + ": witness.key and witness.vkey do not belong together.", "Restore both from a backup; a new witness needs a new name.");
  std::unique_ptr<Witness> out(new Witness(disk, directory, clock, SigningKey(*seed), *vkey));
  out->lock_ = std::move(lock);
  return out;
}

Result<void> Witness::trust(Disk& disk, const std::string& directory, const VerifierKey& log, const std::string& origin) {
  if (!disk.exists(directory + "/witness.key")) return fail(ErrorCode::not_found, "There is no witness at " + directory + ".", "Make one with `oyer witness new`.");
  if (origin.empty() || origin.find('\n') != std::string::npos) return fail(ErrorCode::bad_input, "An origin is one line and not empty.");
  const std::string folder = directory + "/logs/" + hex(sha256(view(origin)));
  std::string text = origin + "\n";
  if (disk.exists(folder + "/keys")) {
    const Trusted before = TRY(read_trusted(disk, folder));
    for (const auto& key : before.keys) {
      if (key.key == log.key && key.name == log.name) return {};
      text += key.text() + "\n";
    }
  }
  TRY(disk.make_directories(folder));
  return disk.write_atomic(folder + "/keys", view(text + log.text() + "\n"));
}

std::string Witness::folder_of(std::string_view origin) const { return directory_ + "/logs/" + hex(sha256(view(origin))); }

namespace {

// One file for each checkpoint's text: a signature made anew over the same text is no further evidence.
std::string conflict_path(const std::string& folder, const std::string& text) { return folder + "/conflicts/" + hex(sha256(view(text))).substr(0, 32); }

}  // namespace

Result<void> Witness::keep_conflict(const std::string& folder, const std::string& text, const std::string& note) {
  TRY(disk_.make_directories(folder + "/conflicts"));
  const std::string path = conflict_path(folder, text);
  if (disk_.exists(path) || TRY(disk_.list(folder + "/conflicts")).size() >= kMostConflicts) return {};
  return disk_.write_atomic(path, view(note));
}

// Only a file that is certainly not there means that nothing was cosigned, and only what bears our own cosignature is believed: a
// reading error or a flipped digit must not let a log go back.
Result<Checkpoint> Witness::newest_cosigned(const std::string& folder, const std::string& origin) const {
  const auto bytes = disk_.read_all(folder + "/checkpoint");
  if (!bytes && bytes.error().code == ErrorCode::not_found) return Checkpoint{origin, 0, empty_root()};
  if (!bytes) return tl::unexpected(bytes.error());
  const Note note = TRY(Note::parse(text_of(*bytes)));
  Checkpoint checkpoint = TRY(parse_checkpoint(note.text, true));
  const bool is_ours = std::any_of(note.lines.begin(), note.lines.end(), [&](const Note::Line& line) { return verify_cosignature(line, note.text, vkey_).has_value(); });
  if (!is_ours || checkpoint.origin != origin) return fail(ErrorCode::damaged, folder + "/checkpoint does not bear this witness's cosignature.", "Restore it from a backup that is not older.");
  return checkpoint;
}

Witness::Answer Witness::add_checkpoint(std::string_view body) {
  const auto refuse = [](unsigned status, const std::string& why) { return Answer{status, "text/plain; charset=utf-8", why + "\n"}; };
  const auto request = parse_request(body);
  if (!request) return refuse(400, "bad request: not a size line, proof lines, an empty line and a checkpoint");
  const auto note = Note::parse(request->note);
  const auto checkpoint = note ? parse_checkpoint(note->text, true) : tl::unexpected(note.error());
  if (!checkpoint) return refuse(400, "bad request: " + checkpoint.error().message);
  const std::string folder = folder_of(checkpoint->origin);
  const std::lock_guard<std::mutex> hold(mutex_);
  if (broken_) return refuse(500, "the witness could not write to its disk and has stopped");
  if (!disk_.exists(folder + "/keys")) return refuse(404, "unknown log: this witness does not serve the origin " + checkpoint->origin);
  const auto trusted = read_trusted(disk_, folder);
  if (!trusted) return refuse(500, trusted.error().message);
  const auto is_signed =
      std::any_of(note->lines.begin(), note->lines.end(), [&](const Note::Line& line) { return std::any_of(trusted->keys.begin(), trusted->keys.end(), [&](const VerifierKey& key) { return verify_line(line, note->text, key); }); });
  if (!is_signed) return refuse(403, "invalid signature: no line is by a trusted key of the log");
  if (request->old_size > checkpoint->size) return refuse(400, "bad request: the old size is larger than the checkpoint's");
  // From here on the log itself has signed what is asked: what does not fit is evidence. Only the log's own lines count and are kept:
  // whatever others put beside them would make of one checkpoint as many files as they like.
  std::string own_note = note->text + "\n";
  for (const auto& own : note->lines)
    if (std::any_of(trusted->keys.begin(), trusted->keys.end(), [&](const VerifierKey& key) { return verify_line(own, note->text, key); })) own_note += own.text + "\n";
  const auto kept = newest_cosigned(folder, checkpoint->origin);
  if (!kept) return refuse(500, "the witness's own record of this log can't be read or is damaged; its operator must look at it");
  const Checkpoint& before = *kept;
  const auto keep = [&] {
    if (!keep_conflict(folder, note->text, own_note)) broken_ = true;
  };
  // Two roots for one size are proof by themselves, whatever old size came with them.
  const bool other_root = checkpoint->size == before.size && checkpoint->root != before.root;
  if (other_root) keep();
  if (request->old_size != before.size) return Answer{409, "text/x.tlog.size", std::to_string(before.size) + "\n"};
  if (other_root) return refuse(409, "conflict: this log has signed another root for the same size");
  if (request->old_size == 0 && !request->proof.empty()) return refuse(422, "the consistency proof must be empty where the old size is zero");
  const bool grows = request->old_size == 0 ? checkpoint->size > 0 || checkpoint->root == empty_root() : verify_consistency(request->old_size, checkpoint->size, before.root, checkpoint->root, request->proof);
  if (!grows) {
    keep();
    return refuse(422, "the consistency proof does not lead from the last cosigned checkpoint to this one");
  }
  const std::string line = cosign(note->text, vkey_.name, key_, static_cast<std::uint64_t>(std::max<std::int64_t>(0, clock_.now())));
  // A checkpoint that came with a wrong proof before, and now with the right one, was never a conflict.
  const std::string unproved = conflict_path(folder, note->text);
  if (!disk_.write_atomic(folder + "/checkpoint", view(own_note + line)) || (disk_.exists(unproved) && !disk_.remove(unproved))) {
    broken_ = true;
    return refuse(500, "the witness could not write to its disk and has stopped");
  }
  return {200, "text/plain; charset=utf-8", line};
}

Witness::Answer Witness::newest(std::string_view origin_hash) const {
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (origin_hash.size() != 64 || !std::all_of(origin_hash.begin(), origin_hash.end(), is_hex)) return {404, "text/plain; charset=utf-8", "no such log\n"};
  const std::lock_guard<std::mutex> hold(mutex_);
  const auto bytes = disk_.read_all(directory_ + "/logs/" + std::string(origin_hash) + "/checkpoint");
  if (!bytes) return {404, "text/plain; charset=utf-8", "no checkpoint of this log was cosigned\n"};
  return {200, "text/plain; charset=utf-8", std::string(text_of(*bytes))};
}

Result<std::vector<Witness::Log>> Witness::logs() const {
  const std::lock_guard<std::mutex> hold(mutex_);
  std::vector<Log> out;
  for (const auto& name : TRY(disk_.list(directory_ + "/logs"))) {
    const std::string folder = directory_ + "/logs/" + name;
    Log log;
    log.origin = TRY(read_trusted(disk_, folder)).origin;
    if (const auto bytes = disk_.read_all(folder + "/checkpoint")) {
      const auto note = Note::parse(text_of(*bytes));
      if (auto checkpoint = note ? parse_checkpoint(note->text, true) : tl::unexpected(note.error())) log.newest = *std::move(checkpoint);
    }
    if (const auto conflicts = disk_.list(folder + "/conflicts")) log.conflicts = conflicts->size();
    out.push_back(std::move(log));
  }
  return out;
}

}  // namespace oyer::seal
