// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/redaction_tree.h"

#include <bit>

#include "base/utf8.h"
#include "seal/commitment.h"
#include "seal/hash.h"
#include "seal/merkle.h"

namespace oyer::seal {
namespace {

// Unicode White_Space (PropList.txt). Kept here, not taken from ICU: oyer-verify stays small.
bool is_space(char32_t c) { return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000; }

// Scripts that are cut code point by code point, by their main blocks: Han, Hangul, Hiragana, Katakana, Thai, Khmer.
bool stands_alone(char32_t c) {
  return (c >= 0x0E01 && c <= 0x0E5B) || (c >= 0x1100 && c <= 0x11FF) || (c >= 0x1780 && c <= 0x17FF) || (c >= 0x2E80 && c <= 0x2FDF) || (c >= 0x3005 && c <= 0x3007) || (c >= 0x3021 && c <= 0x3029) || (c >= 0x3031 && c <= 0x3035) ||
         (c >= 0x3041 && c <= 0x318F) || (c >= 0x31A0 && c <= 0x31FF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0xA960 && c <= 0xA97F) || (c >= 0xAC00 && c <= 0xD7FF) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0xFF66 && c <= 0xFFDC) || (c >= 0x20000 && c <= 0x3FFFF);
}

Hash child(const Hash& key, std::uint8_t which) { return hmac_sha256(key, ByteView(&which, 1)); }

void expand(const Hash& key, unsigned depth, std::size_t first, std::size_t leaves, std::vector<Hash>& salts) {
  if (first >= leaves) return;
  if (depth == 0) {
    salts.push_back(child(key, 2));
    return;
  }
  expand(child(key, 0), depth - 1, first, leaves, salts);
  expand(child(key, 1), depth - 1, first + (std::size_t{1} << (depth - 1)), leaves, salts);
}

}  // namespace

std::vector<RedactionLeaf> redaction_tokens(std::uint32_t page, std::string_view text) {
  std::vector<RedactionLeaf> tokens;
  std::uint8_t gap = 0;
  bool joins = false;  // whether the next code point belongs to the last token
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const char32_t c = utf8::next(text, at);
    if (is_space(c)) {
      if (gap < 2) gap = c == '\n' ? 2 : 1;
      joins = false;
      continue;
    }
    const bool alone = stands_alone(c);
    if (joins && !alone) {
      tokens.back().text += text.substr(start, at - start);
    } else {
      tokens.push_back({page, gap, std::string(text.substr(start, at - start))});
      gap = 0;
    }
    joins = !alone;
  }
  return tokens;
}

std::vector<RedactionLeaf> with_dummies(const Hash& secret, std::vector<RedactionLeaf> tokens) {
  std::vector<RedactionLeaf> out;
  out.reserve(tokens.size() * 3 / 2);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    out.push_back(std::move(tokens[i]));
    Bytes message = to_bytes(std::string_view("dummy"));
    put_u32(message, static_cast<std::uint32_t>(i));
    const Hash chance = hmac_sha256(secret, message);
    for (std::size_t k = 0; k < 4 && chance[k] < 64; ++k) out.push_back({});
  }
  return out;
}

std::vector<Hash> redaction_salts(const Hash& secret, std::size_t leaves) {
  std::vector<Hash> salts;
  salts.reserve(leaves);
  const unsigned depth = leaves <= 1 ? 0 : static_cast<unsigned>(std::bit_width(leaves - 1));
  expand(secret, depth, 0, leaves, salts);
  return salts;
}

Hash redaction_root(const Hash& secret, const std::vector<RedactionLeaf>& leaves) {
  const std::vector<Hash> salts = redaction_salts(secret, leaves.size());
  std::vector<Hash> hashes;
  hashes.reserve(leaves.size());
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    Bytes value;
    put_u32(value, leaves[i].page);
    value.push_back(leaves[i].gap);
    append(value, view(leaves[i].text));
    hashes.push_back(leaf_hash(commitment(kTokenLabel, salts[i], value)));
  }
  return merkle_root(hashes);
}

}  // namespace oyer::seal
