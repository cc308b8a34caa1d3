// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/header_store.h"

#include <algorithm>
#include <unordered_set>

#include "seal/hash.h"
#include "seal/record_file.h"

namespace oyer::seal {
namespace {

constexpr const char* kNames[2] = {"/headers-a", "/headers-b"};
constexpr std::size_t kFileHeader = 16;
constexpr std::size_t kHead = 56;  // magic, length, address, hint
constexpr std::size_t kCheck = 8;
constexpr std::size_t kLargestHeader = 1U << 20;

Bytes file_header() {
  Bytes out = to_bytes(std::string_view("oyer-headers/1\n"));
  out.resize(kFileHeader, 0);
  return out;
}

bool is_magic(ByteView bytes) { return text_of(bytes) == "OYHR" || text_of(bytes) == "OYHX"; }

std::optional<std::size_t> take_record(ByteView file, std::size_t at) {
  if (file.size() - at < kHead + kCheck || !is_magic(file.subspan(at, 4))) return std::nullopt;
  const std::size_t length = get_u32(&file[at + 4]);
  if (length > kLargestHeader || file.size() - at - kHead - kCheck < length) return std::nullopt;
  const Hash hash = sha256(file.subspan(at, kHead + length));
  if (!std::equal(hash.begin(), hash.begin() + kCheck, file.begin() + static_cast<std::ptrdiff_t>(at + kHead + length))) return std::nullopt;
  return kHead + length + kCheck;
}

Bytes record_bytes(const Hash& address, const Hint& hint, std::string_view header) {
  Bytes out = to_bytes(std::string_view("OYHR"));
  put_u32(out, static_cast<std::uint32_t>(header.size()));
  append(out, address);
  append(out, hint);
  append(out, view(header));
  append(out, ByteView(sha256(ByteView(out))).first(kCheck));
  return out;
}

}  // namespace

Result<void> HeaderStore::create(Disk& disk, const std::string& directory) {
  TRY(disk.make_directories(directory));
  for (const char* name : kNames) TRY(disk.write_atomic(directory + name, file_header(), 0600));
  return {};
}

Result<std::unique_ptr<HeaderStore>> HeaderStore::open(Disk& disk, const std::string& directory, bool writable) {
  std::unique_ptr<HeaderStore> store(new HeaderStore(disk, directory));
  TRY(store->load(writable));
  return store;
}

Result<void> HeaderStore::load(bool writable) {
  Bytes files[2];
  std::uint64_t keep[2];
  std::vector<Hash> order;
  std::unordered_set<Hash, HashOfHash> shredded;  // in either copy: a shred that was cut short is not undone
  for (int copy = 0; copy < 2; ++copy) {
    auto bytes = disk_.read_all(directory_ + kNames[copy]);
    if (bytes)
      files[copy] = *std::move(bytes);
    else if (bytes.error().code != ErrorCode::not_found)
      return tl::unexpected(bytes.error());
    const ByteView file(files[copy]);
    std::size_t at = kFileHeader;
    bool sound = file.size() >= kFileHeader && std::ranges::equal(file_header(), file.first(kFileHeader));
    if (!sound) faults_.push_back(std::string("vault") + kNames[copy] + " is missing or does not begin with its header (offset 0).");
    std::uint64_t end_of_sound = std::min<std::uint64_t>(kFileHeader, file.size());
    std::optional<std::size_t> broken;
    while (at < file.size()) {
      if (const auto length = take_record(file, at)) {
        if (broken) {
          faults_.push_back(std::string("vault") + kNames[copy] + " is damaged at offset " + std::to_string(*broken) + ".");
          sound = false;
          broken.reset();
        }
        Hash address;
        std::copy_n(file.begin() + static_cast<std::ptrdiff_t>(at + 8), 32, address.begin());
        if (text_of(file.subspan(at, 4)) == "OYHR") {
          HeaderRecord record;
          std::copy_n(file.begin() + static_cast<std::ptrdiff_t>(at + 40), 16, record.hint.begin());
          record.header = std::string(text_of(file.subspan(at + kHead, *length - kHead - kCheck)));
          if (records_.emplace(address, std::move(record)).second) order.push_back(address);
        } else {
          shredded.insert(address);
        }
        at += *length;
        end_of_sound = at;
        continue;
      }
      if (!broken) broken = at;
      ++at;
    }
    keep[copy] = end_of_sound;  // a torn tail behind it is cut
    if (!sound) keep[copy] = 0;
  }
  // One copy is sound further than the other. A power cut between the two syncs leaves that and a flipped bit in the newest record does:
  // nobody can tell them apart, so it is told while it stands. Nothing is lost either way; a writer mends it from the longer copy.
  for (int copy = 0; copy < 2; ++copy) {
    const std::uint64_t mine = keep[copy], other = keep[1 - copy];
    if (mine == 0 || other == 0 || mine >= other) continue;
    faults_.push_back(std::string("vault") + kNames[copy] + " is sound only up to offset " + std::to_string(mine) + ", but the other copy up to offset " + std::to_string(other) + ": damaged, or torn by a power cut.");
  }
  // Behind the newest sound record: what was never synced, or a newest record that is damaged in both copies.
  for (int copy = 0; copy < 2; ++copy)
    if (keep[copy] != 0 && keep[copy] < files[copy].size() && keep[copy] >= keep[1 - copy]) faults_.push_back(std::string("vault") + kNames[copy] + " has a torn end at offset " + std::to_string(keep[copy]) + ".");
  std::erase_if(order, [&](const Hash& address) { return shredded.contains(address); });
  for (const Hash& address : shredded) records_.erase(address);
  if (!writable) return {};
  const auto size_of_sound = [&](int copy) { return keep[copy]; };
  const bool mend = size_of_sound(0) != size_of_sound(1) || keep[0] == 0 || !std::equal(files[0].begin(), files[0].begin() + static_cast<std::ptrdiff_t>(keep[0]), files[1].begin());
  if (mend) {
    Bytes whole = file_header();
    for (const Hash& address : order) append(whole, record_bytes(address, records_.at(address).hint, records_.at(address).header));
    for (int copy = 0; copy < 2; ++copy) {
      TRY(disk_.write_atomic(directory_ + kNames[copy], whole, 0600));
      keep[copy] = whole.size();
    }
  }
  for (int copy = 0; copy < 2; ++copy) files_[copy] = TRY(disk_.append(directory_ + kNames[copy], keep[copy]));
  return {};
}

Result<void> HeaderStore::put(const Hash& address, const Hint& hint, std::string_view header) {
  if (files_[0] == nullptr) return fail(ErrorCode::refused, "The vault is open for reading only.");
  if (records_.contains(address)) return {};
  dirty_ = true;
  append(buffer_, record_bytes(address, hint, header));
  records_[address] = {hint, std::string(header)};
  return {};
}

Result<void> HeaderStore::sync() {
  if (!dirty_) return {};
  if (broken_) return fail(ErrorCode::damaged, "An earlier write to the vault's headers failed, so nothing more is written to them.", "Check the disk, then open the case again.");
  broken_ = true;  // until all stands: a failed write is never retried
  for (auto& file : files_) TRY(file->write(buffer_));
  for (auto& file : files_) TRY(file->sync());
  buffer_.clear();
  dirty_ = broken_ = false;
  return {};
}

Result<HeaderRecord> HeaderStore::get(const Hash& address) const {
  const auto it = records_.find(address);
  if (it == records_.end()) return fail(ErrorCode::not_found, "There is no key for the stored bytes " + hex(address).substr(0, 16) + "…: they were shredded, or this vault is not theirs.");
  return it->second;
}

}  // namespace oyer::seal
