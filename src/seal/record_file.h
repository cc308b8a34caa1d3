// SPDX-License-Identifier: GPL-3.0-or-later
// Append-only files of framed records, shared by packs and headers: a 16-byte file header, then records that each begin with a
// magic and a length. Where the frame's digest stands differs; the walk, the torn tail and the damage report are one.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/disk.h"

namespace oyer::seal {

// Looks at the record at `at`; its whole length if it is sound, nothing if not.
using TakeRecord = std::function<std::optional<std::size_t>(ByteView file, std::size_t at)>;

struct RecordWalk {
  std::uint64_t valid_bytes = 0;        // sound from the start up to here
  std::optional<std::uint64_t> damage;  // offset of a broken record that sound ones follow
};

// Walks all records. `magic` is the first byte of every record's magic, used to look for sound records behind a broken one.
RecordWalk walk_records(ByteView file, std::size_t header_size, char magic, const TakeRecord& take);

}  // namespace oyer::seal
