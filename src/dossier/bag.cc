// SPDX-License-Identifier: GPL-3.0-or-later
#include "dossier/bag.h"

#include "seal/hash.h"

namespace oyer::dossier {

Result<BagWriter> BagWriter::create(Disk& disk, const std::string& directory) {
  if (disk.exists(directory)) {
    const auto names = disk.list(directory);
    if (!names || !names->empty()) return fail(ErrorCode::bad_input, directory + " exists and is not an empty folder.", "Choose a new folder with -o.");
  }
  TRY(disk.make_directories(directory));
  return BagWriter(disk, directory);
}

Result<void> BagWriter::add(const std::string& path, ByteView bytes) {
  const std::string full = directory_ + "/" + path;
  TRY(disk_->make_directories(full.substr(0, full.find_last_of('/'))));
  TRY(disk_->write_atomic(full, bytes));
  files_[path] = {hex(seal::sha256(bytes)), hex(seal::sha512(bytes))};
  if (path.starts_with("data/")) {
    payload_bytes_ += bytes.size();
    ++payload_files_;
  }
  return {};
}

Result<std::string> BagWriter::finish(const BagInfo& info) {
  TRY(add("bagit.txt", view("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")));
  std::string lines;
  for (const auto& [label, value] : std::initializer_list<std::pair<std::string, std::string>>{{"Bag-Software-Agent", info.software},
                                                                                               {"Bagging-Date", info.date},
                                                                                               {"Payload-Oxum", std::to_string(payload_bytes_) + "." + std::to_string(payload_files_)},
                                                                                               {"External-Description", info.description},
                                                                                               {"Oyer-Edition", info.edition}})
    lines += label + ": " + value + "\n";
  TRY(add("bag-info.txt", view(lines)));
  // std::map is in byte order, which is the canonical order of the lines.
  std::string manifest256, manifest512;
  for (const auto& [path, digests] : files_) {
    if (!path.starts_with("data/")) continue;
    manifest256 += digests.sha256 + "  " + path + "\n";
    manifest512 += digests.sha512 + "  " + path + "\n";
  }
  TRY(add("manifest-sha256.txt", view(manifest256)));
  TRY(add("manifest-sha512.txt", view(manifest512)));
  std::string tag256, tag512;
  for (const auto& [path, digests] : files_) {
    if (path.starts_with("data/")) continue;
    tag256 += digests.sha256 + "  " + path + "\n";
    tag512 += digests.sha512 + "  " + path + "\n";
  }
  TRY(disk_->write_atomic(directory_ + "/tagmanifest-sha256.txt", view(tag256)));
  TRY(disk_->write_atomic(directory_ + "/tagmanifest-sha512.txt", view(tag512)));
  return hex(seal::sha256(view(tag256)));
}

}  // namespace oyer::dossier
