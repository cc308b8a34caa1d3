// SPDX-License-Identifier: GPL-3.0-or-later
// Typed ids: docs/formats/entry.md, "Ids".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace oyer::model {

// "ex" and a leaf hash give "ex-" and 52 characters of base32.
std::string make_id(std::string_view kind, const Hash& leaf);
// The leaf hash of a whole id; nothing for prefixes and malformed ones.
std::optional<Hash> leaf_of(std::string_view id);
// Whether `text` can be a whole id or a prefix of one: kind, hyphen, at least one character of base32.
bool looks_like_id(std::string_view text);
// Characters after the hyphen that are always shown.
inline constexpr std::size_t kShortest = 5;

}  // namespace oyer::model
