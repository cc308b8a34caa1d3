// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/upkeep/stored_files.h"

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "seal/hash.h"

namespace oyer::seal {
namespace {

constexpr std::string_view kFileMagic{"oyer-pack/1\n\0\0\0\0", 16};
constexpr std::string_view kRecordMagic = "OYPR";
constexpr std::size_t kRecordHead = 40;
constexpr std::size_t kLargestPacked = 65536;
constexpr std::size_t kWindow = 1U << 20;
constexpr std::size_t kSector = 4096;

bool all_of(std::string_view text, std::string_view allowed) { return text.find_first_not_of(allowed) == std::string_view::npos; }
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kHexDigits = "0123456789abcdef";

bool is_numbered(std::string_view path, std::string_view folder, std::string_view ending) {
  return path.size() == folder.size() + 6 + ending.size() && path.starts_with(folder) && path.ends_with(ending) && all_of(path.substr(folder.size(), 6), kDigits);
}

bool is_link(const std::string& path) {  // asks the machine: a disk in memory has no links
  std::error_code ignored;
  return std::filesystem::is_symlink(std::filesystem::symlink_status(path, ignored));
}

// A view that moves forward over a file.
class Window {
 public:
  Window(const ReadFile& file, const Paced& paced) : file_(file), paced_(paced) {}
  // At least `length` bytes from `at`, fewer only at the end of the file.
  Result<ByteView> at(std::uint64_t at, std::size_t length) {
    length = static_cast<std::size_t>(std::min<std::uint64_t>(length, file_.size() - at));
    if (at < start_ || at + length > start_ + bytes_.size()) {
      const std::uint64_t known = std::max(start_ + bytes_.size(), at);
      start_ = at;
      bytes_ = read_around_holes(file_, at, static_cast<std::size_t>(std::min<std::uint64_t>(kWindow, file_.size() - at)));
      if (start_ + bytes_.size() > known) TRY(paced_(start_ + bytes_.size() - known));
    }
    return ByteView(bytes_).subspan(static_cast<std::size_t>(at - start_));
  }

 private:
  const ReadFile& file_;
  const Paced& paced_;
  std::uint64_t start_ = 0;
  Bytes bytes_;
};

// The length of the record at `at`, 0 if there is no sound one.
Result<std::size_t> sound_record(Window& window, std::uint64_t at) {
  const ByteView head = TRY(window.at(at, kRecordHead));
  if (head.size() < kRecordHead || text_of(head.first(4)) != kRecordMagic) return 0;
  const std::size_t length = get_u32(&head[4]);
  if (length > kLargestPacked) return 0;
  const ByteView record = TRY(window.at(at, kRecordHead + length));
  if (record.size() < kRecordHead + length) return 0;
  if (!std::ranges::equal(sha256(record.subspan(kRecordHead, length)), record.subspan(8, 32))) return 0;
  return kRecordHead + length;
}

void add_span(std::vector<Span>& spans, Span span) {
  if (!spans.empty() && spans.back().to == span.from)
    spans.back().to = span.to;
  else
    spans.push_back(span);
}

}  // namespace

bool is_pack_path(const std::string& path) { return is_numbered(path, "packs/", ".pack"); }
bool is_set_path(const std::string& path) { return is_numbered(path, "parity/", ".par"); }
bool is_large_path(const std::string& path) { return path.size() == 67 && path[2] == '/' && path.compare(0, 2, path, 3, 2) == 0 && all_of(std::string_view(path).substr(3), kHexDigits); }

Result<StoredFiles> list_stored_files(const Disk& disk, const std::string& blobs) {
  StoredFiles out;
  const auto foreign = [&](const std::string& path, const std::string& what) { out.foreign.push_back(blobs + "/" + path + " " + what); };
  for (const std::string& folder : TRY(disk.list(blobs))) {
    if (is_link(blobs + "/" + folder)) {
      foreign(folder, "is a symbolic link; links are never followed here.");
      continue;
    }
    if (folder == "tmp" || folder == "damaged" || folder == "checked" || folder == "checked.tmp") continue;  // docs/formats/blob.md
    if (folder != "packs" && folder != "parity" && !(folder.size() == 2 && all_of(folder, kHexDigits))) {
      foreign(folder, "does not belong to the store.");
      continue;
    }
    const auto names = disk.list(blobs + "/" + folder);
    if (!names) {
      out.foreign.push_back(names.error().text());
      continue;
    }
    for (const std::string& name : *names) {
      const std::string path = folder + "/" + name;
      if (is_link(blobs + "/" + path))
        foreign(path, "is a symbolic link; links are never followed here.");
      else if (is_pack_path(path))
        out.packs.push_back(path);
      else if (is_set_path(path))
        out.sets.push_back(path);
      else if (is_large_path(path))
        out.large.push_back(path);
      else if (folder != "parity" || (name != "lock" && !(name.ends_with(".tmp") && is_set_path(path.substr(0, path.size() - 4)))))
        foreign(path, "does not belong to the store.");
    }
  }
  return out;
}

Result<FileCheck> check_pack(const ReadFile& file, std::uint64_t from, const Paced& paced) {
  FileCheck out;
  out.size = file.size();
  Window window(file, paced);
  std::uint64_t at = from;
  if (from == 0) {
    at = kFileMagic.size();
    const ByteView head = TRY(window.at(0, kFileMagic.size()));
    const bool headed = head.size() >= kFileMagic.size() && text_of(head.first(kFileMagic.size())) == kFileMagic;
    (headed ? out.sound : out.bad).push_back({0, std::min<std::uint64_t>(kFileMagic.size(), out.size)});
    if (out.size == 0) out.bad = {{0, 0}};
  }
  while (at < out.size) {
    if (const std::size_t length = TRY(sound_record(window, at)); length != 0) {
      add_span(out.sound, {at, at + length});
      ++out.records;
      at += length;
      continue;
    }
    // Records behind a broken one are found by their magic and hash.
    std::uint64_t next = at + 1;
    while (next < out.size) {
      const ByteView rest = TRY(window.at(next, 1));
      const void* found = std::memchr(rest.data(), kRecordMagic[0], rest.size());
      if (found == nullptr) {
        next += rest.size();
        continue;
      }
      next += static_cast<std::uint64_t>(static_cast<const std::uint8_t*>(found) - rest.data());
      if (TRY(sound_record(window, next)) != 0) break;
      ++next;
    }
    add_span(out.bad, {at, std::min(next, out.size)});
    at = next;
  }
  return out;
}

Result<FileCheck> check_large(const ReadFile& file, const std::string& name, const Paced& paced) {
  FileCheck out;
  out.size = file.size();
  Sha256 hash;
  bool holes = false;
  for (std::uint64_t at = 0; at < out.size && !holes;) {
    std::vector<Span> unreadable;
    const Bytes piece = read_around_holes(file, at, static_cast<std::size_t>(std::min<std::uint64_t>(kWindow, out.size - at)), &unreadable);
    holes = !unreadable.empty();
    hash.update(piece);
    at += piece.size();
    TRY(paced(piece.size()));
  }
  if (!holes && hex(hash.finish()) == name) {
    out.sound = {{0, out.size}};
    out.records = 1;
  } else {
    out.bad = {{0, out.size}};
  }
  return out;
}

Bytes read_around_holes(const ReadFile& file, std::uint64_t offset, std::size_t length, std::vector<Span>* holes) {
  auto whole = file.read(offset, length);
  if (whole && whole->size() == length) return *std::move(whole);
  Bytes out(length);
  for (std::size_t at = 0; at < length; at += kSector) {
    const std::size_t wanted = std::min(kSector, length - at);
    const auto piece = file.read(offset + at, wanted);
    const std::size_t got = piece ? piece->size() : 0;
    if (got != 0) std::copy(piece->begin(), piece->end(), out.begin() + static_cast<std::ptrdiff_t>(at));
    if (got < wanted && holes != nullptr) add_span(*holes, {offset + at + got, offset + at + wanted});
  }
  return out;
}

}  // namespace oyer::seal
