// SPDX-License-Identifier: GPL-3.0-or-later
// Reed-Solomon parity over stored files, and healing by it: docs/formats/blob.md, "Parity". Apart from intake: nothing waits for it, and
// deleting it loses nothing but the chance to heal. Memory: k + m shards (at most 23 MiB) and 37 bytes a shard of a set's header.
// Both hold `parity/lock`: one of them at a time. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/disk.h"
#include "seal/upkeep/stored_files.h"

namespace oyer::seal {

struct ParityOptions {
  std::uint64_t largest_set = std::uint64_t{16} << 30;  // bytes covered by one set
  std::uint64_t least_new = 1;                          // fewer new bytes than this are left for a later set
  std::uint32_t shard_size = 0;                         // 0: chosen; else a power of two from 4 KiB to 1 MiB
  std::uint16_t k = 20, m = 3;
  Paced paced = [](std::uint64_t) { return Result<void>{}; };  // after every read
};

struct ParityReport {
  std::vector<std::string> sets;      // written now, paths below blobs/
  std::uint64_t covered_bytes = 0;    // by them
  std::uint64_t parity_bytes = 0;     // their files, whole
  std::vector<std::string> problems;  // sentences: what was left out because it is damaged, sets that can't be read
};

// Covers what no readable set covers yet and what is sound. Safe beside a writer. A crash leaves the sets that were finished.
Result<ParityReport> write_parity(Disk& disk, const std::string& blobs, const ParityOptions& options);

struct Healed {
  std::string path;          // below blobs/
  std::uint64_t shards = 0;  // that were computed
  std::string original;      // where the damaged file was kept; empty if it was missing
};

struct HealReport {
  std::vector<Healed> healed;
  std::vector<std::string> rewritten_sets;  // paths below blobs/
  std::vector<std::string> not_healed;      // sentences that name file, set and group
};

// Heals every stored file and every set that is damaged and can be healed. The caller is the one writer of the case and has no BlobStore
// open for writing: a file that is being appended to must not be replaced. Errors: only those that stop everything (a full disk, `paced`).
Result<HealReport> heal(Disk& disk, const std::string& blobs, const Paced& paced);

}  // namespace oyer::seal
