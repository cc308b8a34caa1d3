// SPDX-License-Identifier: GPL-3.0-or-later
// Hashes, signatures and bech32 against public vectors (Wycheproof).
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sodium.h>

#include <algorithm>
#include <map>
#include <set>

#include "seal/age.h"
#include "seal/bech32.h"
#include "seal/commitment.h"
#include "seal/hash.h"
#include "seal/signing.h"
#include "support/vectors.h"

namespace oyer::seal {
namespace {

// Counts, so that a vector which is skipped in silence fails its test.
struct Tally {
  int judged = 0, agreed = 0, left_out = 0;
  void add(bool agrees, const json::object& test) {
    ++judged;
    agreed += agrees;
    EXPECT_TRUE(agrees) << "tcId " << test.at("tcId").as_int64() << ": " << test.at("comment").as_string();
  }
  // Left out is only what our call can't express, and of that only what ought to be refused.
  void leave_out(const json::object& test) {
    ++left_out;
    EXPECT_NE(test.at("result").as_string(), "valid") << "tcId " << test.at("tcId").as_int64();
  }
  void expect(const char* name, int all, int not_expressible = 0) const {
    std::printf("  wycheproof %s: %d of %d agree; %d left out as not expressible\n", name, agreed, judged, left_out);
    EXPECT_EQ(judged, all - not_expressible) << name;
    EXPECT_EQ(agreed, judged) << name;
    EXPECT_EQ(left_out, not_expressible) << name;
  }
};

template <typename Judge>
void each(const std::string& path, Judge judge) {
  const auto file = parse_json(test::read_file(path)).value();
  for (const auto& group : file.as_object().at("testGroups").as_array())
    for (const auto& one : group.as_object().at("tests").as_array()) judge(group.as_object(), one.as_object());
}

bool valid(const json::object& test) { return test.at("result").as_string() == "valid"; }

bool has_flag(const json::object& test, std::string_view flag) {
  const auto& flags = test.at("flags").as_array();
  return std::any_of(flags.begin(), flags.end(), [&](const json::value& one) { return one.as_string() == flag; });
}

TEST(Wycheproof, hmac_sha256) {
  OYER_NEED_VECTORS("wycheproof/hmac_sha256_test.json");
  Tally tally;
  each(vectors, [&](const json::object& group, const json::object& one) {
    const Hash mac = hmac_sha256(test::hex_member(one, "key"), test::hex_member(one, "msg"));
    const std::size_t size = group.at("tagSize").to_number<std::size_t>() / 8;
    tally.add(std::ranges::equal(ByteView(mac).first(size), test::hex_member(one, "tag")) == valid(one), one);
  });
  tally.expect("hmac_sha256", 174);
}

TEST(Wycheproof, hkdf_sha256) {
  OYER_NEED_VECTORS("wycheproof/hkdf_sha256_test.json");
  Tally tally;
  each(vectors, [&](const json::object&, const json::object& one) {
    const Bytes okm = test::hex_member(one, "okm");
    if (has_flag(one, "SizeTooLarge")) {  // beyond RFC 5869's limit: ours are always 32 bytes
      tally.leave_out(one);
      return;
    }
    // The first 32 bytes of the output do not depend on its length.
    const Hash out = hkdf_sha256(test::hex_member(one, "ikm"), test::hex_member(one, "salt"), text_of(test::hex_member(one, "info")));
    const std::size_t n = std::min<std::size_t>(32, okm.size());
    tally.add(valid(one) && std::ranges::equal(ByteView(out).first(n), ByteView(okm).first(n)), one);
  });
  tally.expect("hkdf_sha256", 86, 3);
}

TEST(Wycheproof, ed25519) {
  OYER_NEED_VECTORS("wycheproof/ed25519_test.json");
  Tally tally;
  each(vectors, [&](const json::object& group, const json::object& one) {
    const PublicKey key = to_hash(test::hex_member(group.at("publicKey").as_object(), "pk")).value();
    tally.add(verify_signature(key, test::hex_member(one, "msg"), test::hex_member(one, "sig")) == valid(one), one);
  });
  tally.expect("ed25519", 151);
}

// The two ciphers are libsodium's; their own vectors tell whether the library under us is whole. Both ways: what is valid is also sealed to the same bytes.
template <typename Encrypt, typename Decrypt>
void judge_aead(const std::string& path, const char* name, std::size_t nonce_size, int all, int other_nonces, Encrypt encrypt, Decrypt decrypt) {
  Tally tally;
  each(path, [&](const json::object&, const json::object& one) {
    const Bytes key = test::hex_member(one, "key"), nonce = test::hex_member(one, "iv"), aad = test::hex_member(one, "aad"), message = test::hex_member(one, "msg");
    Bytes sealed = test::hex_member(one, "ct");
    append(sealed, test::hex_member(one, "tag"));
    if (nonce.size() != nonce_size) {  // our nonces are arrays of the right size
      tally.leave_out(one);
      return;
    }
    ASSERT_EQ(key.size(), 32U);
    ASSERT_GE(sealed.size(), 16U);
    Bytes out(sealed.size() - 16), again(message.size() + 16);
    const bool opened = decrypt(out.data(), nullptr, nullptr, sealed.data(), sealed.size(), aad.data(), aad.size(), nonce.data(), key.data()) == 0;
    encrypt(again.data(), nullptr, message.data(), message.size(), aad.data(), aad.size(), nullptr, nonce.data(), key.data());
    tally.add(valid(one) ? opened && out == message && again == sealed : !opened && again != sealed, one);
  });
  tally.expect(name, all, other_nonces);
}

TEST(Wycheproof, chacha20_poly1305_of_the_library_below) {
  OYER_NEED_VECTORS("wycheproof/chacha20_poly1305_test.json");
  judge_aead(vectors, "chacha20_poly1305", 12, 325, 9, crypto_aead_chacha20poly1305_ietf_encrypt, crypto_aead_chacha20poly1305_ietf_decrypt);
}

TEST(Wycheproof, xchacha20_poly1305_of_the_library_below) {
  OYER_NEED_VECTORS("wycheproof/xchacha20_poly1305_test.json");
  judge_aead(vectors, "xchacha20_poly1305", 24, 315, 9, crypto_aead_xchacha20poly1305_ietf_encrypt, crypto_aead_xchacha20poly1305_ietf_decrypt);
}

// An age header made here by hand from a stated shared secret, as a sender with the share `share` would have made it for `recipient`.
std::string header_of_share(const Hash& share, const Hash& recipient, const Hash& shared, const age::FileKey& file_key) {
  const auto unpadded = [](ByteView bytes) {
    std::string text = base64(bytes);
    while (text.ends_with('=')) text.pop_back();
    return text;
  };
  Bytes salt = to_bytes(ByteView(share));
  append(salt, recipient);
  const Hash wrap = hkdf_sha256(shared, salt, "age-encryption.org/v1/X25519");
  Bytes body(32);
  const std::uint8_t nonce[12] = {};
  crypto_aead_chacha20poly1305_ietf_encrypt(body.data(), nullptr, file_key.data(), file_key.size(), nullptr, 0, nullptr, nonce, wrap.data());
  const std::string header = "age-encryption.org/v1\n-> X25519 " + unpadded(share) + "\n" + unpadded(body) + "\n---";
  return header + " " + unpadded(hmac_sha256(hkdf_sha256(file_key, {}, "header"), view(header))) + "\n";
}

// X25519 as age.cc reaches it: as a sender (parse_recipient, then the library) and as a receiver (unwrap). A share of low order gives a secret that all
// know: each way it is refused. All else, twists and non-canonical points too, has the one result that RFC 7748 gives it.
TEST(Wycheproof, x25519_through_age_headers) {
  OYER_NEED_VECTORS("wycheproof/x25519_test.json");
  Tally tally;
  int refused = 0;
  each(vectors, [&](const json::object&, const json::object& one) {
    const Hash point = to_hash(test::hex_member(one, "public")).value(), secret = to_hash(test::hex_member(one, "private")).value(), shared = to_hash(test::hex_member(one, "shared")).value();
    const bool zero = shared == Hash{};
    EXPECT_EQ(zero, has_flag(one, "ZeroSharedSecret"));
    refused += zero;
    const age::Identity identity(secret);
    const age::FileKey file_key = {1, 2, 3};
    const auto unwrapped = age::unwrap(header_of_share(point, identity.recipient(), shared, file_key), identity);
    Hash ours;
    const bool library = crypto_scalarmult(ours.data(), secret.data(), point.data()) == 0;
    const bool recipient = age::parse_recipient(bech32_encode("age", point)).has_value();
    if (zero)
      tally.add(!recipient && !library && !unwrapped && unwrapped.error().code == ErrorCode::bad_input, one);
    else
      tally.add(recipient && library && ours == shared && unwrapped == file_key, one);
  });
  tally.expect("x25519", 518);
  EXPECT_EQ(refused, 31);
}

// How our verification judges the odd corners of Ed25519, where RFC 8032 leaves a choice. Each vector's equation holds, at least after multiplication by
// the cofactor; its flags say what is odd. Of 914 we accept those whose oddness is at most a component of low order in R or A that cancels out:
//   low_order_A                a key of low order                                    refused: it would "sign" anything
//   low_order_R                a nonce point of low order                            refused
//   non_canonical_A, _R        a coordinate written as p or more                     refused
//   low_order_residue          holds only when multiplied by the cofactor            refused
//   reencoded_k                holds only when the hash is taken over canonical forms  refused
//   low_order_component_A, _R  of mixed order, no residue                            accepted: the equation holds as it stands
// So no signature that we accept is refused by a verifier that multiplies by the cofactor, and nobody can make one for a key of whose secret he knows nothing.
TEST(Ed25519Corners, every_class_of_cctv_is_judged_as_the_table_says) {
  OYER_NEED_VECTORS("cctv/ed25519/ed25519vectors.json");
  const auto file = parse_json(test::read_file(vectors)).value();
  const std::set<std::string> harmless = {"low_order_component_A", "low_order_component_R"};
  std::map<std::string, std::array<int, 2>> classes;  // flag: refused, accepted
  int judged = 0, accepted = 0;
  for (const auto& value : file.as_array()) {
    const auto& one = value.as_object();
    const bool accepts = verify_signature(to_hash(test::hex_member(one, "key")).value(), view(std::string_view(one.at("msg").as_string())), test::hex_member(one, "sig"));
    bool sound = true;
    if (const auto* flags = one.at("flags").if_array())
      for (const auto& flag : *flags) {
        const std::string name(flag.as_string());
        sound = sound && harmless.contains(name);
        ++classes[name][accepts];
      }
    EXPECT_EQ(accepts, sound) << "number " << one.at("number").as_int64();
    ++judged;
    accepted += accepts;
  }
  std::printf("  cctv/ed25519: %d judged, %d accepted\n", judged, accepted);
  for (const auto& [flag, counts] : classes) std::printf("    %-22s %3d refused, %2d accepted\n", flag.c_str(), counts[0], counts[1]);
  EXPECT_EQ(judged, 914);
  EXPECT_EQ(accepted, 43);
  EXPECT_EQ(classes.size(), 8U);
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
