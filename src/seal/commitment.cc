// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/commitment.h"

#include <string>

#include "seal/hash.h"

namespace oyer::seal {

Hash commitment(std::string_view label, ByteView salt, ByteView value) {
  constexpr std::uint8_t kEnd[1] = {0x0A};
  return sha256({view(label), kEnd, salt, value});
}

Hash value_commitment(std::string_view key, ByteView salt, ByteView value) { return commitment("oyer/value/1/" + std::string(key), salt, value); }

}  // namespace oyer::seal
