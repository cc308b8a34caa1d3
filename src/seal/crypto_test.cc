// SPDX-License-Identifier: GPL-3.0-or-later
// Hashes, signatures and bech32 against public vectors (Wycheproof).
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sodium.h>

#include "seal/age.h"
#include "seal/bech32.h"
#include "seal/commitment.h"
#include "seal/hash.h"
#include "seal/signing.h"
#include "support/vectors.h"

namespace oyer::seal {
namespace {

struct Tally {
  int judged = 0, agreed = 0, left_out = 0;
  void add(bool agrees, const json::object& test) {
    ++judged;
    agreed += agrees;
    EXPECT_TRUE(agrees) << "tcId " << test.at("tcId").as_int64() << ": " << test.at("comment").as_string();
  }
  void print(const char* name, const char* why = "") const { std::printf("  wycheproof %s: %d of %d agree; %d left out%s\n", name, agreed, judged, left_out, why); }
};

template <typename Judge>
void each(const std::string& path, Judge judge) {
  const auto file = parse_json(test::read_file(path)).value();
  for (const auto& group : file.as_object().at("testGroups").as_array())
    for (const auto& one : group.as_object().at("tests").as_array()) judge(group.as_object(), one.as_object());
}

bool valid(const json::object& test) { return test.at("result").as_string() == "valid"; }

TEST(Wycheproof, hmac_sha256) {
  OYER_NEED_VECTORS("wycheproof/hmac_sha256_test.json");
  Tally tally;
  each(vectors, [&](const json::object& group, const json::object& one) {
    const Hash mac = hmac_sha256(test::hex_member(one, "key"), test::hex_member(one, "msg"));
    const std::size_t size = group.at("tagSize").to_number<std::size_t>() / 8;
    tally.add(std::ranges::equal(ByteView(mac).first(size), test::hex_member(one, "tag")) == valid(one), one);
  });
  tally.print("hmac_sha256", "");
}

TEST(Wycheproof, hkdf_sha256) {
  OYER_NEED_VECTORS("wycheproof/hkdf_sha256_test.json");
  Tally tally;
  each(vectors, [&](const json::object&, const json::object& one) {
    const Bytes okm = test::hex_member(one, "okm");
    if (!valid(one)) {  // a size beyond RFC 5869's limit: ours is always 32
      ++tally.left_out;
      return;
    }
    // The first 32 bytes of the output do not depend on its length.
    const Hash out = hkdf_sha256(test::hex_member(one, "ikm"), test::hex_member(one, "salt"), text_of(test::hex_member(one, "info")));
    const std::size_t n = std::min<std::size_t>(32, okm.size());
    tally.add(std::ranges::equal(ByteView(out).first(n), ByteView(okm).first(n)), one);
  });
  tally.print("hkdf_sha256", " (output too long: not expressible)");
}

TEST(Wycheproof, ed25519) {
  OYER_NEED_VECTORS("wycheproof/ed25519_test.json");
  Tally tally;
  each(vectors, [&](const json::object& group, const json::object& one) {
    const PublicKey key = to_hash(test::hex_member(group.at("publicKey").as_object(), "pk")).value();
    tally.add(verify_signature(key, test::hex_member(one, "msg"), test::hex_member(one, "sig")) == valid(one), one);
  });
  tally.print("ed25519");
}

// The payload's cipher is libsodium's; its own vectors tell whether the library under us is whole.
TEST(Wycheproof, chacha20_poly1305_of_the_library_below) {
  OYER_NEED_VECTORS("wycheproof/chacha20_poly1305_test.json");
  Tally tally;
  each(vectors, [&](const json::object&, const json::object& one) {
    const Bytes key = test::hex_member(one, "key"), nonce = test::hex_member(one, "iv"), aad = test::hex_member(one, "aad"), message = test::hex_member(one, "msg");
    Bytes sealed = test::hex_member(one, "ct");
    append(sealed, test::hex_member(one, "tag"));
    if (nonce.size() != 12 || sealed.size() < 16) {
      ++tally.left_out;
      return;
    }
    Bytes out(sealed.size() - 16);
    const bool opened = crypto_aead_chacha20poly1305_ietf_decrypt(out.data(), nullptr, nullptr, sealed.data(), sealed.size(), aad.data(), aad.size(), nonce.data(), key.data()) == 0;
    tally.add(valid(one) ? opened && out == message : !opened, one);
  });
  tally.print("chacha20_poly1305", " (nonces that are not 12 bytes)");
}

// X25519 as it is reached through a header: shares of low order are refused.
TEST(Wycheproof, x25519_shares_of_low_order_are_no_recipients) {
  OYER_NEED_VECTORS("wycheproof/x25519_test.json");
  Tally tally;
  each(vectors, [&](const json::object&, const json::object& one) {
    const Bytes shared = test::hex_member(one, "shared");
    const Hash point = to_hash(test::hex_member(one, "public")).value(), secret = to_hash(test::hex_member(one, "private")).value();
    const bool zero = std::ranges::all_of(shared, [](std::uint8_t byte) { return byte == 0; });
    tally.add(age::parse_recipient(bech32_encode("age", point)).has_value() == !zero, one);
    if (zero) return;
    Hash ours;
    tally.add(crypto_scalarmult(ours.data(), secret.data(), point.data()) == 0 && std::ranges::equal(ours, shared), one);
  });
  tally.print("x25519 (two judgements for each that is not zero)");
}

TEST(Hashes, pieces_and_the_whole_give_the_same) {
  EXPECT_EQ(hex(sha256(view("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha512(view("abc"))).substr(0, 32), "ddaf35a193617abacc417349ae204131");
  EXPECT_EQ(sha256({view("a"), view(""), view("bc")}), sha256(view("abc")));
  Sha256 hash;
  hash.update(view("ab"));
  Sha256 moved = std::move(hash);
  moved.update(view("c"));
  EXPECT_EQ(moved.finish(), sha256(view("abc")));
}

RC_GTEST_PROP(Signing, signs_and_refuses_every_flipped_bit, (const Bytes& message, std::uint64_t seed)) {
  SeededRandom random(seed);
  Hash secret;
  random.fill(secret);
  const SigningKey key(secret);
  RC_ASSERT(key.seed() == secret);
  Signature signature = key.sign(message);
  RC_ASSERT(verify_signature(key.public_key(), message, signature));
  signature[random.next() % 64] ^= static_cast<std::uint8_t>(1U << (random.next() % 8));
  RC_ASSERT(!verify_signature(key.public_key(), message, signature));
  RC_ASSERT(!verify_signature(key.public_key(), message, ByteView(signature).first(63)));
}

TEST(Signing, rfc_8032_first_vector) {
  const SigningKey key(*hash_from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
  EXPECT_EQ(hex(key.public_key()), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  EXPECT_EQ(hex(key.sign({})), "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
}

TEST(Signing, keys_of_low_order_are_refused) {
  // With the neutral element as key, R = identity and S = 0 would "sign" every message.
  PublicKey neutral{};
  neutral[0] = 1;
  Signature forged{};
  forged[0] = 1;
  EXPECT_FALSE(verify_signature(neutral, view("anything"), forged));
  EXPECT_FALSE(verify_signature(PublicKey{}, view("anything"), Signature{}));
}

RC_GTEST_PROP(Bech32, round_trips_in_both_cases, (const Bytes& bytes)) {
  const std::string text = bech32_encode("age", bytes);
  RC_ASSERT(bech32_decode("age", text) == bytes);
  std::string upper = text;
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  RC_ASSERT(bech32_decode("age", upper) == bytes);
  RC_ASSERT(!bech32_decode("ag", text));
  std::string mutated = text;
  const auto at = *rc::gen::inRange<std::size_t>(4, text.size());
  mutated[at] = mutated[at] == 'q' ? 'p' : 'q';
  RC_ASSERT(!bech32_decode("age", mutated));
  mutated = text;
  mutated[0] = 'A';
  RC_ASSERT(!bech32_decode("age", mutated));
}

TEST(Commitments, are_the_pages_construction_and_separate_their_parts) {
  const Hash salt = sha256(view("salt"));
  Bytes joined = to_bytes(std::string_view("oyer/body/1\n"));
  append(joined, salt);
  append(joined, view("value"));
  EXPECT_EQ(commitment(kBodyLabel, salt, view("value")), sha256(joined));
  EXPECT_EQ(value_commitment("name", salt, view("x")), commitment("oyer/value/1/name", salt, view("x")));
  EXPECT_NE(value_commitment("name", salt, view("x")), value_commitment("digest", salt, view("x")));
  EXPECT_NE(commitment(kBodyLabel, salt, view("value")), commitment(kTokenLabel, salt, view("value")));
}

}  // namespace
}  // namespace oyer::seal
