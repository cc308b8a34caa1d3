// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/id.h"

#include <algorithm>

namespace oyer::model {

std::string make_id(std::string_view kind, const Hash& leaf) { return std::string(kind) + "-" + base32(leaf); }

std::optional<Hash> leaf_of(std::string_view id) {
  if (id.size() != 55 || id[2] != '-') return std::nullopt;
  const auto bytes = from_base32(id.substr(3));
  return bytes ? to_hash(*bytes) : std::nullopt;
}

bool looks_like_id(std::string_view text) {
  if (text.size() < 4 || text.size() > 55 || text[2] != '-') return false;
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  if (!letter(text[0]) || !letter(text[1])) return false;
  return std::all_of(text.begin() + 3, text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'v'); });
}

}  // namespace oyer::model
