// SPDX-License-Identifier: GPL-3.0-or-later
// The write-ahead file, with headers and digests mended so that the batches inside are reached.
#include <algorithm>
#include <cstdlib>

#include "seal/hash.h"
#include "seal/wal.h"

using namespace oyer;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  const auto check = [](ByteView file) {
    const auto content = seal::parse_wal(file);
    if (!content) return;
    if (content->valid_bytes > file.size() || content->first % 256 != 0) std::abort();
    for (std::size_t i = 0; i < content->entries.size(); ++i)
      if (content->entries[i].empty() || content->entries[i].size() > 65535) std::abort();
    // What was read is read again from the part that is kept.
    const auto again = seal::parse_wal(file.first(content->valid_bytes));
    if (!again || again->entries != content->entries || again->valid_bytes != content->valid_bytes) std::abort();
  };
  check(bytes);
  Bytes framed = seal::wal_header(size % 3 * 256);
  append(framed, bytes);
  check(framed);
  // One batch with a digest that fits, whatever is in it.
  Bytes batch = to_bytes(std::string_view("OYWB"));
  append(batch, bytes);
  append(batch, seal::sha256(ByteView(batch)));
  Bytes file = seal::wal_header(0);
  append(file, batch);
  check(file);
  return 0;
}
