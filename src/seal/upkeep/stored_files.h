// SPDX-License-Identifier: GPL-3.0-or-later
// The files below blobs/ as upkeep sees them: which there are, and whether their bytes fit their addresses (docs/formats/blob.md).
// Memory stays at about a mebibyte, however large the file. Unreadable sectors count as damage, not as an error. Stateless functions.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/disk.h"

namespace oyer::seal {

// The bytes from `from` up to, not including, `to`.
struct Span {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  bool operator==(const Span&) const = default;
};

// Told after so many bytes were read: for progress, a rate limit, or an error to stop.
using Paced = std::function<Result<void>(std::uint64_t)>;

bool is_pack_path(const std::string& path);   // packs/<6 digits>.pack
bool is_large_path(const std::string& path);  // <aa>/<64 hex digits>
bool is_set_path(const std::string& path);    // parity/<6 digits>.par

struct StoredFiles {
  std::vector<std::string> packs, large, sets;  // paths below blobs/, sorted
  std::vector<std::string> foreign;             // sentences: links, and names that do not belong here
};
// Error: only if blobs/ itself can't be listed.
Result<StoredFiles> list_stored_files(const Disk& disk, const std::string& blobs);

struct FileCheck {
  std::uint64_t size = 0;
  std::uint64_t records = 0;  // sound ones; a large file is one
  std::vector<Span> sound;    // runs of sound records (and the pack's header), joined
  std::vector<Span> bad;
};
// `from` is 0 or the start of a record.
Result<FileCheck> check_pack(const ReadFile& file, std::uint64_t from, const Paced& paced);
// `name` is the address in hex.
Result<FileCheck> check_large(const ReadFile& file, const std::string& name, const Paced& paced);

// `length` bytes at `offset`, zeros where sectors can't be read or the file has ended; `holes`, if given, hears where.
Bytes read_around_holes(const ReadFile& file, std::uint64_t offset, std::size_t length, std::vector<Span>* holes = nullptr);

}  // namespace oyer::seal
