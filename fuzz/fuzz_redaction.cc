// SPDX-License-Identifier: GPL-3.0-or-later
// The redaction tree: tokens and gaps give the text again (but for the kind of white space), dummies come out where they went in, and
// salts and root are those of docs/formats/rendition.md, computed leaf by leaf.
#include <bit>
#include <set>

#include "base/utf8.h"
#include "fuzz.h"
#include "seal/commitment.h"
#include "seal/hash.h"
#include "seal/merkle.h"
#include "seal/redaction_tree.h"

using namespace oyer;
using fuzz::must;

namespace {

bool is_space(char32_t c) {
  static const std::set<char32_t> kSpaces = {0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000};
  return kSpaces.contains(c);
}

// Each run of white space is one space, or one line feed if it holds any; none at the end.
std::string folded(std::string_view text) {
  std::string out;
  std::string gap;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const char32_t c = utf8::next(text, at);
    if (is_space(c)) {
      if (gap != "\n") gap = c == '\n' ? "\n" : " ";
      continue;
    }
    out += gap;
    gap.clear();
    out += text.substr(start, at - start);
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  const std::string text = utf8::repair(text_of(bytes));
  const auto tokens = seal::redaction_tokens(3, text);
  std::string back;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const auto& token = tokens[i];
    must(token.page == 3 && token.gap <= 2 && !token.text.empty() && utf8::valid(token.text), "a token is a piece of the page");
    must(i == 0 || token.gap != 0 || utf8::length(token.text) == 1 || utf8::length(tokens[i - 1].text) == 1, "tokens that touch are cut at a sign that stands alone");
    back += (token.gap == 0 ? "" : token.gap == 1 ? " " : "\n") + token.text;
  }
  must(back == folded(text), "tokens and gaps give the text again");

  const Hash secret = seal::sha256(bytes.first(std::min<std::size_t>(size, 1)));
  const auto leaves = seal::with_dummies(secret, tokens);
  std::vector<const seal::RedactionLeaf*> real;
  for (const auto& leaf : leaves) {
    if (leaf.page != 0) real.push_back(&leaf);
    must(leaf.page != 0 || (leaf.gap == 255 && leaf.text.empty()), "a dummy holds nothing");
  }
  must(real.size() == tokens.size(), "dummies come out where they went in");
  for (std::size_t i = 0; i < real.size(); ++i) must(real[i]->text == tokens[i].text && real[i]->gap == tokens[i].gap, "tokens keep their order");

  const auto salts = seal::redaction_salts(secret, leaves.size());
  must(salts.size() == std::max<std::size_t>(leaves.size(), leaves.empty() ? salts.size() : 0), "each leaf has a salt");
  const unsigned depth = leaves.size() <= 1 ? 0 : static_cast<unsigned>(std::bit_width(leaves.size() - 1));
  std::vector<Hash> hashes;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    Hash key = secret;
    const auto down = [&](std::uint8_t way) { key = seal::hmac_sha256(key, ByteView(&way, 1)); };
    if (i % 17 == 0 || i + 1 == leaves.size()) {  // some of them from the top, as a reader with one key does
      for (unsigned level = depth; level > 0; --level) down((i >> (level - 1)) & 1);
      down(2);
      must(key == salts[i], "a salt is the one of the key tree");
    }
    Bytes value;
    put_u32(value, leaves[i].page);
    value.push_back(leaves[i].gap);
    append(value, view(leaves[i].text));
    hashes.push_back(seal::leaf_hash(seal::commitment(seal::kTokenLabel, salts[i], value)));
  }
  must(std::set<Hash>(salts.begin(), salts.end()).size() == salts.size(), "no two leaves share a salt");
  must(seal::redaction_root(secret, leaves) == seal::merkle_root(hashes), "the root is the tree's over the committed leaves");
  return 0;
}
