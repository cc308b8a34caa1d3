// SPDX-License-Identifier: GPL-3.0-or-later
// Entry bundles: what is accepted is written back byte for byte.
#include <cstdlib>

#include "seal/journal.h"

using namespace oyer;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  if (size < 2) return 0;
  const std::size_t count = get_u16(data) % 257;
  if (const auto entries = seal::parse_bundle(bytes.subspan(2), count)) {
    Bytes again;
    for (const Bytes& entry : *entries) {
      put_u16(again, static_cast<std::uint16_t>(entry.size()));
      append(again, entry);
    }
    if (entries->size() != count || text_of(again) != text_of(bytes.subspan(2))) std::abort();
  }
  return 0;
}
