// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/utf8.h"
#include "seal/commitment.h"
#include "seal/hash.h"
#include "seal/merkle.h"
#include "seal/redaction_tree.h"

namespace oyer::seal {
namespace {

const Hash kSecret = sha256(view("secret"));

std::string shown(const std::vector<RedactionLeaf>& leaves) {
  std::string out;
  for (const auto& leaf : leaves) out += std::to_string(leaf.gap) + "[" + leaf.text + "]";
  return out;
}

// The page's definition, leaf by leaf: HMAC down the index's bits from the highest, then 0x02.
Hash salt_of(const Hash& secret, std::size_t index, std::size_t n) {
  unsigned depth = 0;
  while ((std::size_t{1} << depth) < n) ++depth;
  Hash key = secret;
  for (unsigned bit = depth; bit-- > 0;) {
    const std::uint8_t side = (index >> bit) & 1;
    key = hmac_sha256(key, ByteView(&side, 1));
  }
  const std::uint8_t end = 2;
  return hmac_sha256(key, ByteView(&end, 1));
}

TEST(RedactionTokens, latin_text_is_cut_at_white_space_and_gaps_tell_it_apart) {
  EXPECT_EQ(shown(redaction_tokens(1, "Der Zeuge,\nHerr  M\xC3\xBCller.\r\n\r\nEnde ")), "0[Der]1[Zeuge,]2[Herr]1[M\xC3\xBCller.]2[Ende]");
  EXPECT_EQ(shown(redaction_tokens(1, "  x\ty\xC2\xA0z\xE2\x80\xA9w\rv")), "1[x]1[y]1[z]1[w]1[v]");
  EXPECT_EQ(shown(redaction_tokens(1, "")), "");
  EXPECT_EQ(shown(redaction_tokens(1, " \n ")), "");
  EXPECT_EQ(shown(redaction_tokens(1,
                                   "a\xE2\x80\x8B"
                                   "b")),
            "0[a\xE2\x80\x8B"
            "b]");  // a zero-width space is no White_Space
}

TEST(RedactionTokens, korean_and_thai_are_cut_code_point_by_code_point) {
  EXPECT_EQ(shown(redaction_tokens(1, "\xEA\xB9\x80\xEC\xB2\xA0\xEC\x88\x98 \xEC\x94\xA8")), "0[\xEA\xB9\x80]0[\xEC\xB2\xA0]0[\xEC\x88\x98]1[\xEC\x94\xA8]");
  EXPECT_EQ(shown(redaction_tokens(1, "\xE0\xB8\x81\xE0\xB9\x88\xE0\xB8\xB2")), "0[\xE0\xB8\x81]0[\xE0\xB9\x88]0[\xE0\xB8\xB2]");
  EXPECT_EQ(shown(redaction_tokens(1,
                                   "A\xE6\x9D\x8E"
                                   "B12\xE3\x81\x82\xE3\x82\xA2")),
            "0[A]0[\xE6\x9D\x8E]0[B12]0[\xE3\x81\x82]0[\xE3\x82\xA2]");
  EXPECT_EQ(shown(redaction_tokens(1, "\xE1\x9E\x80\xE1\x9E\xB6")), "0[\xE1\x9E\x80]0[\xE1\x9E\xB6]");
}

RC_GTEST_PROP(RedactionTokens, joined_they_are_the_text_without_its_white_space, ()) {
  std::string text, expected;
  for (const std::uint32_t c : *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::elementOf(std::vector<std::uint32_t>{'a', 'b', ' ', '\n', 0xE9, 0xAC00, 0x0E01, 0x4E00, 0x3000, 0x1F600, 0x2028}))) {
    utf8::append(text, c);
    if (c != ' ' && c != '\n' && c != 0x3000 && c != 0x2028) utf8::append(expected, c);
  }
  std::string joined;
  for (const auto& token : redaction_tokens(3, text)) {
    RC_ASSERT(token.page == 3U);
    RC_ASSERT(token.gap <= 2);
    RC_ASSERT(!token.text.empty());
    joined += token.text;
  }
  RC_ASSERT(joined == expected);
}

TEST(RedactionSalts, equal_the_definition_for_every_number_of_leaves) {
  for (std::size_t n = 0; n <= 70; ++n) {
    const auto salts = redaction_salts(kSecret, n);
    ASSERT_EQ(salts.size(), n);
    for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(salts[i], salt_of(kSecret, i, n)) << i << " of " << n;
  }
  const auto many = redaction_salts(kSecret, 5000);
  for (std::size_t i = 0; i < many.size(); i += 97) ASSERT_EQ(many[i], salt_of(kSecret, i, 5000));
}

TEST(RedactionDummies, follow_the_definition_and_are_the_same_each_time) {
  std::vector<RedactionLeaf> tokens;
  for (int i = 0; i < 2000; ++i) tokens.push_back({1, 1, std::to_string(i)});
  const auto leaves = with_dummies(kSecret, tokens);
  const auto again = with_dummies(kSecret, tokens);
  EXPECT_EQ(shown(leaves), shown(again));
  EXPECT_NE(shown(leaves), shown(with_dummies(sha256(view("other")), tokens)));
  std::size_t at = 0, dummies = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    ASSERT_EQ(leaves[at++].text, tokens[i].text);
    Bytes message = to_bytes(std::string_view("dummy"));
    put_u32(message, static_cast<std::uint32_t>(i));
    const Hash chance = hmac_sha256(kSecret, message);
    std::size_t k = 0;
    while (k < 4 && chance[k] < 64) ++k;
    for (std::size_t j = 0; j < k; ++j, ++at, ++dummies) {
      ASSERT_EQ(leaves[at].page, 0U);
      ASSERT_EQ(leaves[at].gap, 255);
      ASSERT_TRUE(leaves[at].text.empty());
    }
  }
  EXPECT_EQ(at, leaves.size());
  EXPECT_NEAR(static_cast<double>(dummies), 2000.0 / 3, 120);
}

TEST(RedactionRoot, is_the_pages_construction) {
  const auto leaves = with_dummies(kSecret, redaction_tokens(2, "one two\nthree \xEA\xB9\x80\xEC\xB2\xA0 four five six seven"));
  std::vector<Hash> hashes;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    Bytes value;
    put_u32(value, leaves[i].page);
    value.push_back(leaves[i].gap);
    append(value, view(leaves[i].text));
    const Hash committed = sha256({view("oyer/token/1\n"), salt_of(kSecret, i, leaves.size()), value});
    hashes.push_back(leaf_hash(committed));
  }
  EXPECT_EQ(redaction_root(kSecret, leaves), merkle_root(hashes));
  EXPECT_EQ(redaction_root(kSecret, {}), empty_root());
}

TEST(RedactionRoot, changes_with_any_token_page_gap_order_and_secret) {
  const auto leaves = with_dummies(kSecret, redaction_tokens(1, "The witness saw three men at the gate on 14 March"));
  const Hash root = redaction_root(kSecret, leaves);
  EXPECT_NE(redaction_root(sha256(view("other")), leaves), root);
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    auto changed = leaves;
    changed[i].text += "x";
    EXPECT_NE(redaction_root(kSecret, changed), root);
    changed = leaves;
    changed[i].page += 1;
    EXPECT_NE(redaction_root(kSecret, changed), root);
    changed = leaves;
    changed[i].gap ^= 1;
    EXPECT_NE(redaction_root(kSecret, changed), root);
    changed = leaves;
    changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_NE(redaction_root(kSecret, changed), root);
    changed = leaves;
    if (i > 0 && shown({changed[i]}) != shown({changed[i - 1]})) {
      std::swap(changed[i], changed[i - 1]);
      EXPECT_NE(redaction_root(kSecret, changed), root);
    }
  }
}

}  // namespace
}  // namespace oyer::seal
