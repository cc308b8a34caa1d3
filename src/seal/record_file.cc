// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/record_file.h"

namespace oyer::seal {

RecordWalk walk_records(ByteView file, std::size_t header_size, char magic, const TakeRecord& take) {
  RecordWalk walk;
  std::size_t at = header_size;
  while (at < file.size()) {
    const auto length = take(file, at);
    if (!length) break;
    at += *length;
  }
  walk.valid_bytes = at;
  for (std::size_t later = at + 1; later < file.size(); ++later) {
    if (file[later] == static_cast<std::uint8_t>(magic) && take(file, later)) {
      walk.damage = at;
      break;
    }
  }
  return walk;
}

}  // namespace oyer::seal
