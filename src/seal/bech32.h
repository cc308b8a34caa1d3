// SPDX-License-Identifier: GPL-3.0-or-later
// Bech32 (BIP 173), as age uses it for keys.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace oyer::seal {

std::string bech32_encode(std::string_view prefix, ByteView bytes);                  // lower case
std::optional<Bytes> bech32_decode(std::string_view prefix, std::string_view text);  // text all lower or all upper case

}  // namespace oyer::seal
