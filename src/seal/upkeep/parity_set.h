// SPDX-License-Identifier: GPL-3.0-or-later
// One parity set: its header as docs/formats/blob.md, "Parity", lays it out, its shards, and the code over them (ISA-L).
// A set is derived and trusted with nothing: its header must fit its own hash and describe itself without contradiction, and only paths of
// packs and large files are taken from it. Not thread-safe.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/disk.h"
#include "seal/upkeep/stored_files.h"

namespace oyer::seal {

struct ParityRange {
  std::string path;  // below blobs/
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  // at least 1
  std::uint64_t first_shard = 0;
};

// What a data shard holds of a file; the rest of it is zeros.
struct ShardPlace {
  std::size_t range = 0;
  std::uint64_t offset = 0;  // in the file
  std::size_t length = 0;
};

class ParitySet {
 public:
  static constexpr std::uint32_t kSmallestShard = 4096;
  static constexpr std::uint32_t kLargestShard = 1U << 20;

  // Cuts the ranges into shards; hashes are zeros. Paths, lengths and counts must be within bounds (they come from a listing).
  static ParitySet plan(std::vector<ParityRange> ranges, std::uint32_t shard_size, std::uint16_t data_per_group, std::uint16_t parity_per_group);
  // The largest size with which there are about a thousand shards or more and little padding.
  static std::uint32_t fitting_shard_size(const std::vector<ParityRange>& ranges);
  // Errors: damaged (neither copy of the header fits).
  static Result<ParitySet> read(const Disk& disk, const std::string& path);

  Bytes header() const;
  std::uint64_t groups() const { return (data_hashes.size() + k - 1) / k; }
  ShardPlace place(std::uint64_t shard) const;
  std::uint64_t group_of(std::uint64_t shard) const { return shard % groups(); }
  std::uint64_t offset_of_parity(std::uint64_t index) const;  // in the set's file
  std::uint64_t file_size() const;

  std::uint32_t shard_size = 0;
  std::uint16_t k = 20, m = 3;
  std::vector<ParityRange> ranges;
  std::vector<Hash> data_hashes, parity_hashes;
  std::string header_fault;  // a sentence, if one of the two copies does not fit

 private:
  static std::optional<ParitySet> parse(ByteView header);
};

// Reads shards of the stored files; keeps some files open.
class ShardReader {
 public:
  ShardReader(const Disk& disk, std::string blobs, const Paced& paced) : disk_(disk), blobs_(std::move(blobs)), paced_(paced) {}
  // The shard padded, whether or not it is right; nothing if the file is missing, can't be opened or is too short. Errors: only from `paced`.
  Result<std::optional<Bytes>> read(const ParitySet& set, std::uint64_t shard);
  Result<std::optional<Bytes>> read_parity(const ParitySet& set, const std::string& set_path, std::uint64_t index);
  // Drops what is held open: after a file was replaced.
  void forget() { open_.clear(); }
  // Nothing if it can't be opened.
  const ReadFile* file(const std::string& path);

 private:
  const Disk& disk_;
  std::string blobs_;
  const Paced& paced_;
  std::map<std::string, std::unique_ptr<ReadFile>> open_;
};

// k data shards to m parity shards, and back.
class ReedSolomon {
 public:
  ReedSolomon(std::size_t k, std::size_t m);
  // `data` k shards of `length` bytes (a null pointer counts as zeros), `parity` m of them, written.
  void encode(std::size_t length, const std::vector<const std::uint8_t*>& data, std::vector<Bytes>& parity) const;
  // `sources`: k sound shards with their numbers (from k on: parity), in ascending order. Returns data shard `wanted`.
  std::optional<Bytes> decode(std::size_t length, const std::vector<std::pair<std::size_t, const std::uint8_t*>>& sources, std::size_t wanted) const;

 private:
  std::size_t k_, m_;
  std::vector<std::uint8_t> matrix_, tables_;
};

}  // namespace oyer::seal
