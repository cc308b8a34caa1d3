// SPDX-License-Identifier: GPL-3.0-or-later
// The write-ahead file's bytes: docs/formats/journal.md, "The write-ahead file". Pure functions.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "seal/entry_batch.h"

namespace oyer::seal {

inline constexpr std::size_t kWalHeaderSize = 24;

Bytes wal_header(std::uint64_t first);
// `framed`: `count` entries with their frames.
Bytes wal_batch(std::uint64_t first, std::size_t count, ByteView framed);

struct WalContent {
  std::uint64_t first = 0;
  EntryBatch entries;
  std::uint64_t valid_bytes = 0;  // what follows is a torn tail, or nothing
};

// Error: damaged, with the offset, when the header is off or a valid batch follows a broken one.
Result<WalContent> parse_wal(ByteView bytes);

}  // namespace oyer::seal
