// SPDX-License-Identifier: GPL-3.0-or-later
// The append-only log on disk: docs/formats/journal.md. One writer; a Journal is not thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/disk.h"
#include "seal/entry_batch.h"
#include "seal/merkle.h"
#include "seal/policy.h"

namespace oyer::seal {

inline constexpr std::uint64_t kTileWidth = 256;

// Path of tile or bundle `index` below tile/<level>/ or tile/entries/: 1234067 is x001/x234/067; `width` 0 or 256 is a full one.
std::string tile_path(std::uint64_t index, unsigned width = 0);

class Journal {
 public:
  // Makes journal/ with log.vkey, policy, and an empty write-ahead file.
  static Result<void> create(Disk& disk, const std::string& directory, const VerifierKey& log);

  // Opens; a writer also cuts a torn tail. Errors: not_found; damaged, naming file and offset.
  static Result<std::unique_ptr<Journal>> open(Disk& disk, const std::string& directory, bool writable);

  const VerifierKey& log() const { return log_; }
  std::uint64_t size() const { return size_; }
  Result<Hash> root() const;
  Result<Hash> root_at(std::uint64_t size) const;

  // Appends whole submissions; durable when it returns. Returns the index of the first entry. After a failure the journal refuses everything.
  Result<std::uint64_t> append(std::span<const Bytes> entries);
  Result<std::uint64_t> append_batch(const EntryBatch& entries);

  Result<Bytes> entry(std::uint64_t index) const;
  using Visitor = std::function<Result<void>(std::uint64_t index, ByteView entry)>;
  Result<void> for_each(std::uint64_t from, const Visitor& visit) const;
  Result<Hash> leaf(std::uint64_t index) const { return subtree(0, index); }

  Result<std::vector<Hash>> prove_inclusion(std::uint64_t index, std::uint64_t size) const;
  Result<std::vector<Hash>> prove_consistency(std::uint64_t old_size, std::uint64_t new_size) const;

  // Publishes tiles, recomputes from disk what is new, signs and writes the checkpoint.
  Result<Checkpoint> publish(const SigningKey& key);
  // The newest signed checkpoint (checked, cosignatures too), its note, or not_found when there is none yet.
  Result<Checkpoint> checkpoint() const;
  Result<WitnessedCheckpoint> witnessed_checkpoint() const;
  // Who must see this log's checkpoints. A new policy is durable when this returns; it must name this log.
  const Policy& policy() const { return policy_; }
  Result<void> set_policy(Policy policy);
  // Puts a witness's lines into the newest checkpoint, durably. Lines that do not verify are left out.
  Result<WitnessedCheckpoint> add_cosignatures(std::string_view lines);
  Result<std::string> checkpoint_note() const;

 private:
  Journal(Disk& disk, std::string directory, VerifierKey log) : disk_(disk), directory_(std::move(directory)), log_(std::move(log)) {}
  Result<void> read_wal(bool writable);
  Result<void> restore_edges();
  Result<void> check_against_checkpoint(std::uint64_t wal_end) const;
  Result<void> add_leaf(const Hash& leaf);
  Result<Hash> subtree(unsigned level, std::uint64_t index) const;
  Result<Hash> tile_hash(unsigned tile_level, std::uint64_t index) const;
  Result<const std::vector<Hash>*> tile(unsigned tile_level, std::uint64_t number) const;
  Result<const std::vector<Bytes>*> bundle(std::uint64_t number) const;
  Result<void> write_tiles();
  Result<void> rotate_wal();
  Result<void> recheck_wal() const;

  Disk& disk_;
  std::string directory_;
  VerifierKey log_;
  Policy policy_;
  std::uint64_t size_ = 0;
  std::uint64_t first_ = 0;  // index of the write-ahead file's first entry; a multiple of 256
  EntryBatch tail_;          // entries from first_ on
  std::unique_ptr<AppendFile> wal_;
  bool broken_ = false;
  std::vector<std::vector<Hash>> edges_;                                     // per tile level: hashes of its rightmost, partial tile
  std::map<std::pair<unsigned, std::uint64_t>, std::vector<Hash>> pending_;  // full tiles not yet on disk
  std::uint64_t published_ = 0;                                              // size for which tiles are on disk
  mutable std::map<std::pair<unsigned, std::uint64_t>, std::vector<Hash>> tile_cache_;
  mutable std::uint64_t cached_bundle_ = ~std::uint64_t{0};
  mutable std::vector<Bytes> bundle_cache_;
};

// Parses an entry bundle of exactly `count` entries. Error: damaged. The first gives views of `bytes`.
Result<std::vector<ByteView>> view_bundle(ByteView bytes, std::size_t count);
Result<std::vector<Bytes>> parse_bundle(ByteView bytes, std::size_t count);

}  // namespace oyer::seal
