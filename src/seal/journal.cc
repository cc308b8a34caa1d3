// SPDX-License-Identifier: GPL-3.0-or-later
// The idea: the write-ahead file is the truth for the newest entries, full bundles are the truth for the older ones, and everything
// else (hash tiles, partial tiles) can be computed again from them. Per tile level, the hashes of the rightmost partial tile are kept
// in memory (the "edges"), so that appending costs one hash per entry and one per full tile.
#include "seal/journal.h"

#include <algorithm>

#include "seal/checkpoint_audit.h"
#include "seal/wal.h"

namespace oyer::seal {
namespace {

constexpr std::uint64_t kFlushEntries = 65536;  // a tail of this many entries is moved into tiles
constexpr std::size_t kCachedTiles = 1024;

Bytes join(std::span<const Hash> hashes) {
  Bytes out;
  out.reserve(hashes.size() * 32);
  for (const Hash& hash : hashes) append(out, hash);
  return out;
}

}  // namespace

std::string tile_path(std::uint64_t index, unsigned width) {
  const auto three = [](std::uint64_t n) {
    std::string digits = std::to_string(n);
    return std::string(3 - digits.size(), '0') + digits;
  };
  std::string path = three(index % 1000);
  for (std::uint64_t rest = index / 1000; rest > 0; rest /= 1000) path = "x" + three(rest % 1000) + "/" + path;
  if (width != 0 && width != kTileWidth) path += ".p/" + std::to_string(width);
  return path;
}

Result<std::vector<ByteView>> view_bundle(ByteView bytes, std::size_t count) {
  std::vector<ByteView> entries;
  entries.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (bytes.size() < 2 || bytes.size() - 2 < get_u16(bytes.data()) || get_u16(bytes.data()) == 0) return fail(ErrorCode::damaged, "An entry bundle ends within its entry " + std::to_string(i) + ".", "Restore the file from a backup.");
    const std::size_t n = get_u16(bytes.data());
    entries.push_back(bytes.subspan(2, n));
    bytes = bytes.subspan(2 + n);
  }
  if (!bytes.empty()) return fail(ErrorCode::damaged, "An entry bundle has bytes after its last entry.", "Restore the file from a backup.");
  return entries;
}

Result<std::vector<Bytes>> parse_bundle(ByteView bytes, std::size_t count) {
  std::vector<Bytes> entries;
  entries.reserve(count);
  for (const auto views = TRY(view_bundle(bytes, count)); const ByteView entry : views) entries.push_back(to_bytes(entry));
  return entries;
}

Result<void> Journal::create(Disk& disk, const std::string& directory, const VerifierKey& log) {
  TRY(disk.make_directories(directory));
  TRY(disk.write_atomic(directory + "/log.vkey", view(log.text() + "\n")));
  TRY(disk.write_atomic(directory + "/policy", view("log " + log.text() + "\nquorum none\n")));
  return disk.write_atomic(directory + "/wal", wal_header(0));
}

Result<std::unique_ptr<Journal>> Journal::open(Disk& disk, const std::string& directory, bool writable) {
  const Bytes key = TRY(disk.read_all(directory + "/log.vkey"));
  auto log = VerifierKey::parse(text_of(key));
  if (!log) return fail(ErrorCode::damaged, "The file journal/log.vkey is damaged: " + log.error().message, "Restore it from a backup or a dossier's policy.");
  std::unique_ptr<Journal> journal(new Journal(disk, directory, *std::move(log)));
  journal->policy_ = TRY(read_policy(disk, directory, journal->log_));
  TRY(journal->read_wal(writable));
  return journal;
}

Result<void> Journal::read_wal(bool writable) {
  const Bytes bytes = TRY(disk_.read_all(directory_ + "/wal"));
  WalContent content = TRY(parse_wal(bytes));
  first_ = size_ = published_ = content.first;
  TRY(restore_edges());
  tail_ = std::move(content.entries);
  for (std::size_t i = 0; i < tail_.size(); ++i) TRY(add_leaf(leaf_hash(tail_[i])));
  if (writable) TRY(check_against_checkpoint(content.valid_bytes));  // before a tail is cut
  if (writable) wal_ = TRY(disk_.append(directory_ + "/wal", content.valid_bytes));
  return {};
}

// What the log has signed must be there: otherwise what looks like a torn tail (or a whole log) is acknowledged entries lost or changed.
Result<void> Journal::check_against_checkpoint(std::uint64_t wal_end) const {
  const auto signed_one = checkpoint();
  if (!signed_one && signed_one.error().code == ErrorCode::not_found) return {};
  if (!signed_one) return fail(ErrorCode::damaged, "The file journal/checkpoint is damaged: " + signed_one.error().message, "Restore it from a backup or a dossier before writing to this case.");
  if (signed_one->size > size_)
    return fail(ErrorCode::damaged, "The checkpoint covers " + std::to_string(signed_one->size) + " entries, but only " + std::to_string(size_) + " are whole: journal/wal is damaged at offset " + std::to_string(wal_end) + ".",
                "Do not write to this case; restore journal/wal from a backup.");
  if (TRY(root_at(signed_one->size)) != signed_one->root)
    return fail(ErrorCode::damaged, "The journal's entries or tiles do not have the root that the checkpoint of size " + std::to_string(signed_one->size) + " signs.", "Do not write to this case; run `oyer verify` to see what is touched.");
  return {};
}

// The upper levels' partial tiles at size first_, computed from the full tiles below them.
Result<void> Journal::restore_edges() {
  edges_.assign(1, {});
  std::uint64_t full = first_ / kTileWidth;  // full tiles of the level below
  for (unsigned level = 1; full > 0; ++level, full /= kTileWidth) {
    edges_.emplace_back();
    for (std::uint64_t i = full / kTileWidth * kTileWidth; i < full; ++i) edges_[level].push_back(merkle_root(*TRY(tile(level - 1, i))));
  }
  return {};
}

Result<void> Journal::add_leaf(const Hash& leaf) {
  Hash hash = leaf;
  for (unsigned level = 0;; ++level) {
    if (edges_.size() <= level) edges_.emplace_back();
    edges_[level].push_back(hash);
    if (edges_[level].size() < kTileWidth) break;
    hash = merkle_root(edges_[level]);
    const std::uint64_t number = (size_ >> (8 * (level + 1)));
    pending_[{level, number}] = std::move(edges_[level]);
    edges_[level].clear();
  }
  ++size_;
  return {};
}

Result<std::uint64_t> Journal::append(std::span<const Bytes> entries) { return append_batch(TRY(EntryBatch::of(entries))); }

Result<std::uint64_t> Journal::append_batch(const EntryBatch& entries) {
  if (wal_ == nullptr || broken_) return fail(ErrorCode::damaged, "The journal is not open for writing.", "Close the case and open it again.");
  if (entries.empty()) return size_;
  const std::uint64_t first = size_;
  auto written = wal_->write(wal_batch(first, entries.size(), entries.framed()));
  if (written) written = wal_->sync();
  if (!written) {
    broken_ = true;
    return tl::unexpected(written.error());
  }
  // Hashed here and not taken from whoever built them: what the log will sign is what the log has seen.
  for (std::size_t i = 0; i < entries.size(); ++i) TRY(add_leaf(leaf_hash(entries[i])));
  tail_.append(entries);
  if (tail_.size() >= kFlushEntries) {
    broken_ = true;  // until all stands: a failed write is never retried
    TRY(write_tiles());
    TRY(rotate_wal());
    broken_ = false;
  }
  return first;
}

Result<const std::vector<Hash>*> Journal::tile(unsigned tile_level, std::uint64_t number) const {
  const std::pair<unsigned, std::uint64_t> key{tile_level, number};
  if (const auto it = pending_.find(key); it != pending_.end()) return &it->second;
  if (const auto it = tile_cache_.find(key); it != tile_cache_.end()) return &it->second;
  const std::string path = directory_ + "/tile/" + std::to_string(tile_level) + "/" + tile_path(number);
  const Bytes bytes = TRY(disk_.read_all(path));
  if (bytes.size() != kTileWidth * 32) return fail(ErrorCode::damaged, path + " is not 8,192 bytes long.", "Run `oyer verify` to see what else is touched; restore it from a backup.");
  std::vector<Hash> hashes(kTileWidth);
  for (std::size_t i = 0; i < kTileWidth; ++i) std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(i * 32), 32, hashes[i].begin());
  if (tile_cache_.size() >= kCachedTiles) tile_cache_.clear();
  return &(tile_cache_[key] = std::move(hashes));
}

// Hash `index` at level 8 * tile_level.
Result<Hash> Journal::tile_hash(unsigned tile_level, std::uint64_t index) const {
  const std::uint64_t number = index / kTileWidth;
  const std::uint64_t full_tiles = size_ >> std::min(63U, 8 * (tile_level + 1));
  if (number < full_tiles) return (*TRY(tile(tile_level, number)))[index % kTileWidth];
  if (tile_level >= edges_.size() || index % kTileWidth >= edges_[tile_level].size()) return fail(ErrorCode::internal, "A hash beyond the log was asked for.");
  return edges_[tile_level][index % kTileWidth];
}

Result<Hash> Journal::subtree(unsigned level, std::uint64_t index) const {
  const unsigned inside = level % 8;
  if (inside == 0) return tile_hash(level / 8, index);
  std::vector<Hash> hashes;
  for (std::uint64_t i = index << inside; i < (index + 1) << inside; ++i) hashes.push_back(TRY(tile_hash(level / 8, i)));
  return merkle_root(hashes);
}

Result<Hash> Journal::root_at(std::uint64_t size) const {
  if (size > size_) return fail(ErrorCode::not_found, "The log has " + std::to_string(size_) + " entries, not " + std::to_string(size) + ".");
  return root_of(size, [this](unsigned level, std::uint64_t index) { return subtree(level, index); });
}

Result<Hash> Journal::root() const { return root_at(size_); }

Result<std::vector<Hash>> Journal::prove_inclusion(std::uint64_t index, std::uint64_t size) const {
  return inclusion_proof(index, size, [this](unsigned level, std::uint64_t i) { return subtree(level, i); });
}

Result<std::vector<Hash>> Journal::prove_consistency(std::uint64_t old_size, std::uint64_t new_size) const {
  return consistency_proof(old_size, new_size, [this](unsigned level, std::uint64_t i) { return subtree(level, i); });
}

Result<const std::vector<Bytes>*> Journal::bundle(std::uint64_t number) const {
  if (cached_bundle_ != number) {
    const std::string path = directory_ + "/tile/entries/" + tile_path(number);
    const Bytes bytes = TRY(disk_.read_all(path));
    auto entries = parse_bundle(bytes, kTileWidth);
    if (!entries) return fail_at(path, entries.error());
    bundle_cache_ = *std::move(entries);
    cached_bundle_ = number;
  }
  return &bundle_cache_;
}

Result<Bytes> Journal::entry(std::uint64_t index) const {
  if (index >= size_) return fail(ErrorCode::not_found, "The log has " + std::to_string(size_) + " entries; there is no entry " + std::to_string(index) + ".");
  if (index >= first_) return to_bytes(tail_[index - first_]);
  return (*TRY(bundle(index / kTileWidth)))[index % kTileWidth];
}

Result<void> Journal::for_each(std::uint64_t from, const Visitor& visit) const {
  for (std::uint64_t i = from; i < size_; ++i) {
    if (i >= first_)
      TRY(visit(i, tail_[i - first_]));
    else
      TRY(visit(i, (*TRY(bundle(i / kTileWidth)))[i % kTileWidth]));
  }
  return {};
}

Result<void> Journal::write_tiles() {
  const std::string tiles = directory_ + "/tile/";
  for (const auto& [key, hashes] : pending_) TRY(disk_.write_derived(tiles + std::to_string(key.first) + "/" + tile_path(key.second), join(hashes)));
  for (std::uint64_t start = first_; start < size_; start += kTileWidth) {
    const std::uint64_t width = std::min(kTileWidth, size_ - start);
    if (start + width <= published_) continue;
    TRY(disk_.write_derived(tiles + "entries/" + tile_path(start / kTileWidth, static_cast<unsigned>(width)), tail_.framed(start - first_, width)));
  }
  for (unsigned level = 0; level < edges_.size(); ++level) {
    if (edges_[level].empty()) continue;
    const std::uint64_t number = size_ >> (8 * (level + 1));
    TRY(disk_.write_derived(tiles + std::to_string(level) + "/" + tile_path(number, static_cast<unsigned>(edges_[level].size())), join(edges_[level])));
  }
  TRY(disk_.sync_everything(directory_));
  pending_.clear();
  published_ = size_;
  return {};
}

// Entries in full, durable bundles leave the write-ahead file. The caller marks the journal broken until this has succeeded.
Result<void> Journal::rotate_wal() {
  const std::uint64_t first = published_ / kTileWidth * kTileWidth;
  if (first == first_) return {};
  Bytes bytes = wal_header(first);
  const std::size_t rest = static_cast<std::size_t>(size_ - first);
  if (rest != 0) oyer::append(bytes, wal_batch(first, rest, tail_.framed(first - first_, rest)));
  wal_.reset();
  TRY(disk_.write_atomic(directory_ + "/wal", bytes));
  wal_ = TRY(disk_.append(directory_ + "/wal", bytes.size()));
  tail_.drop_front(first - first_);
  first_ = first;
  return {};
}

// What is about to be signed is hashed again from the disk: one flipped bit between memory and disk must not be signed over.
Result<void> Journal::recheck_wal() const {
  const Bytes bytes = TRY(disk_.read_all(directory_ + "/wal"));
  const WalContent content = TRY(parse_wal(bytes));
  if (content.first != first_ || content.first + content.entries.size() != size_)
    return fail(ErrorCode::damaged, "The file journal/wal on disk does not hold what was written to it.", "Do not go on with this disk; run `oyer verify` on a copy.");
  for (std::size_t i = 0; i < content.entries.size(); ++i) {
    const Hash expected = TRY(leaf(first_ + i));
    if (leaf_hash(content.entries[i]) != expected) return fail(ErrorCode::damaged, "Entry " + std::to_string(first_ + i) + " reads back from journal/wal otherwise than it was written.", "Do not go on with this disk.");
  }
  return {};
}

Result<Checkpoint> Journal::publish(const SigningKey& key) {
  if (wal_ == nullptr || broken_) return fail(ErrorCode::damaged, "The journal is not open for writing.", "Close the case and open it again.");
  broken_ = true;  // until all stands: a failed write is never retried
  TRY(recheck_wal());
  TRY(write_tiles());
  const Checkpoint checkpoint{log_.name, size_, TRY(root())};
  TRY(disk_.write_atomic(directory_ + "/checkpoint", view(sign_note(checkpoint.text(), log_.name, key))));
  TRY(rotate_wal());
  broken_ = false;
  return checkpoint;
}

Result<std::string> Journal::checkpoint_note() const { return std::string(text_of(TRY(disk_.read_all(directory_ + "/checkpoint")))); }

Result<Checkpoint> Journal::checkpoint() const { return TRY(witnessed_checkpoint()).checkpoint; }

Result<WitnessedCheckpoint> Journal::witnessed_checkpoint() const { return open_witnessed(TRY(checkpoint_note()), policy_); }

Result<void> Journal::set_policy(Policy policy) {
  if (wal_ == nullptr) return fail(ErrorCode::refused, "The journal is open for reading only.");
  if (policy.logs.size() != 1 || policy.logs[0].name != log_.name || policy.logs[0].key != log_.key) return fail(ErrorCode::internal, "A policy for another log was to be set.");
  TRY(disk_.write_atomic(directory_ + "/policy", view(policy.text())));
  policy_ = std::move(policy);
  return {};
}

Result<WitnessedCheckpoint> Journal::add_cosignatures(std::string_view lines) {
  if (wal_ == nullptr) return fail(ErrorCode::refused, "The journal is open for reading only.");
  const std::string note = TRY(with_cosignatures(TRY(checkpoint_note()), lines, policy_));
  TRY(disk_.write_atomic(directory_ + "/checkpoint", view(note)));
  return open_witnessed(note, policy_);
}

}  // namespace oyer::seal
