// SPDX-License-Identifier: GPL-3.0-or-later
// Salted commitments: docs/formats/entry.md, "Three tiers". Our own construction, after the idea of SD-JWT (RFC 9901).
#pragma once

#include <string_view>

#include "base/bytes.h"

namespace oyer::seal {

inline constexpr std::string_view kBodyLabel = "oyer/body/1";
inline constexpr std::string_view kTokenLabel = "oyer/token/1";

Hash commitment(std::string_view label, ByteView salt, ByteView value);      // label has no line feed; salt is 32 bytes
Hash value_commitment(std::string_view key, ByteView salt, ByteView value);  // label oyer/value/1/<key>

}  // namespace oyer::seal
