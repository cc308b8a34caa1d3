// SPDX-License-Identifier: GPL-3.0-or-later
// The age headers of sealed blobs, in two copies: docs/formats/vault.md, "Headers". One writer; not thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/disk.h"

namespace oyer::seal {

using Hint = std::array<std::uint8_t, 16>;

struct HeaderRecord {
  Hint hint{};
  std::string header;
};

class HeaderStore {
 public:
  static Result<void> create(Disk& disk, const std::string& directory);
  // Reads both copies; a record that is sound in one of them is taken from it (and the other mended when writable).
  static Result<std::unique_ptr<HeaderStore>> open(Disk& disk, const std::string& directory, bool writable);

  Result<void> put(const Hash& address, const Hint& hint, std::string_view header);
  Result<void> sync();
  // Error: not_found when there is no header (shredded, or the vault is another one).
  Result<HeaderRecord> get(const Hash& address) const;
  bool contains(const Hash& address) const { return records_.contains(address); }
  std::size_t size() const { return records_.size(); }
  // Sentences about what does not fit in either copy, found when opening.
  const std::vector<std::string>& faults() const { return faults_; }

 private:
  HeaderStore(Disk& disk, std::string directory) : disk_(disk), directory_(std::move(directory)) {}
  Result<void> load(bool writable);

  Disk& disk_;
  std::string directory_;
  std::unique_ptr<AppendFile> files_[2];
  bool dirty_ = false;
  bool broken_ = false;
  Bytes buffer_;  // records for both copies, written by `sync`
  std::unordered_map<Hash, HeaderRecord, HashOfHash> records_;
  std::vector<std::string> faults_;
};

}  // namespace oyer::seal
