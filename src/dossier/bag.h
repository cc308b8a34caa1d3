// SPDX-License-Identifier: GPL-3.0-or-later
// Writing a BagIt 1.0 bag (RFC 8493) in the one form of docs/formats/dossier.md.
#pragma once

#include <map>
#include <string>

#include "base/disk.h"

namespace oyer::dossier {

// What bag-info.txt says; single lines, not empty.
struct BagInfo {
  std::string software;
  std::string date;  // YYYY-MM-DD
  std::string description;
  std::string edition;
};

class BagWriter {
 public:
  // `directory` must not exist or be empty. Error: bad_input.
  static Result<BagWriter> create(Disk& disk, const std::string& directory);

  // A file below the bag, e.g. "data/x.pdf" or "proof/policy".
  Result<void> add(const std::string& path, ByteView bytes);

  // Writes bagit.txt, bag-info.txt and all manifests. Returns the hex SHA-256 of tagmanifest-sha256.txt, which names the whole bag.
  Result<std::string> finish(const BagInfo& info);

 private:
  BagWriter(Disk& disk, std::string directory) : disk_(&disk), directory_(std::move(directory)) {}
  struct Digests {
    std::string sha256, sha512;
  };
  Disk* disk_;
  std::string directory_;
  std::map<std::string, Digests> files_;
  std::uint64_t payload_bytes_ = 0;
  std::uint64_t payload_files_ = 0;
};

}  // namespace oyer::dossier
