// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/wal.h"

#include <algorithm>
#include <optional>

#include "seal/hash.h"

namespace oyer::seal {
namespace {

constexpr std::string_view kMagic = "oyer-wal/1\n";
constexpr std::string_view kBatchMagic = "OYWB";
constexpr std::size_t kBatchHead = 20;
constexpr std::size_t kHashSize = 32;

// The batch at `at`, appended to `entries`; its length, or nothing if it does not fit. `expected` is the index it must begin with.
std::optional<std::size_t> take_batch(ByteView bytes, std::size_t at, std::optional<std::uint64_t> expected, EntryBatch* entries) {
  if (bytes.size() - at < kBatchHead + kHashSize || text_of(bytes.subspan(at, 4)) != kBatchMagic) return std::nullopt;
  const std::uint64_t first = get_u64(&bytes[at + 4]);
  const std::uint32_t count = get_u32(&bytes[at + 12]);
  const std::uint32_t length = get_u32(&bytes[at + 16]);
  if ((expected && first != *expected) || count == 0 || bytes.size() - at - kBatchHead - kHashSize < length) return std::nullopt;
  const ByteView covered = bytes.subspan(at, kBatchHead + length);
  if (!std::ranges::equal(sha256(covered), bytes.subspan(at + covered.size(), kHashSize))) return std::nullopt;
  if (entries != nullptr) {
    const std::size_t before = entries->size();
    ByteView rest = covered.subspan(kBatchHead);
    for (std::uint32_t i = 0; i < count; ++i) {
      if (rest.size() < 2 || rest.size() - 2 < get_u16(rest.data()) || !entries->add(rest.subspan(2, get_u16(rest.data())))) {
        entries->truncate(before);
        return std::nullopt;
      }
      rest = rest.subspan(2 + std::size_t{get_u16(rest.data())});
    }
    if (!rest.empty()) {
      entries->truncate(before);
      return std::nullopt;
    }
  }
  return covered.size() + kHashSize;
}

}  // namespace

Bytes wal_header(std::uint64_t first) {
  Bytes out(kMagic.begin(), kMagic.end());
  out.resize(16, 0);
  put_u64(out, first);
  return out;
}

Bytes wal_batch(std::uint64_t first, std::size_t count, ByteView framed) {
  Bytes out;
  out.reserve(kBatchHead + framed.size() + kHashSize);
  append(out, view(kBatchMagic));
  put_u64(out, first);
  put_u32(out, static_cast<std::uint32_t>(count));
  put_u32(out, static_cast<std::uint32_t>(framed.size()));
  append(out, framed);
  append(out, sha256(ByteView(out)));
  return out;
}

Result<WalContent> parse_wal(ByteView bytes) {
  WalContent content;
  if (bytes.size() < kWalHeaderSize || !std::ranges::equal(bytes.first(16), ByteView(wal_header(0)).first(16)) || get_u64(&bytes[16]) % 256 != 0)
    return fail(ErrorCode::damaged, "The file journal/wal does not begin with its header (offset 0).", "Restore it from a backup; `oyer verify` says what else is whole.");
  content.first = get_u64(&bytes[16]);
  std::size_t at = kWalHeaderSize;
  while (at < bytes.size()) {
    const auto length = take_batch(bytes, at, content.first + content.entries.size(), &content.entries);
    if (!length) break;
    at += *length;
  }
  content.valid_bytes = at;
  // A torn tail has nothing valid behind it. Otherwise a byte inside was damaged, and cutting would lose acknowledged entries.
  // (At `at` itself, a whole batch whose index does not follow: the file's header or order was damaged.)
  for (std::size_t later = at; later + kBatchHead + kHashSize <= bytes.size(); ++later) {
    if (bytes[later] != 'O') continue;
    if (take_batch(bytes, later, std::nullopt, nullptr))
      return fail(ErrorCode::damaged, "The file journal/wal is damaged at offset " + std::to_string(at) + " (a whole batch follows at offset " + std::to_string(later) + ").", "Do not write to this case; restore journal/wal from a backup.");
  }
  return content;
}

}  // namespace oyer::seal
