// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/clock.h"
#include "base/subprocess.h"
#include "seal/hash.h"
#include "seal/journal.h"
#include "seal/merkle.h"
#include "seal/note.h"
#include "support/vectors.h"

namespace oyer::seal {
namespace {

SigningKey test_key() { return SigningKey(sha256(view("a key of the tests"))); }
const std::string kName = "log.oyer.invalid/0123456789abcdefghijklmnop";
VerifierKey test_log() { return {kName, test_key().public_key()}; }
std::string test_note(std::uint64_t size = 5) { return sign_note(Checkpoint{kName, size, sha256(view("root"))}.text(), kName, test_key()); }

TEST(VerifierKeys, round_trip_and_the_known_key_of_the_go_checksum_database) {
  EXPECT_EQ(VerifierKey::parse(test_log().text()).value().text(), test_log().text());
  const std::string sumdb = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
  const auto key = VerifierKey::parse(sumdb);
  ASSERT_TRUE(key) << key.error().text();
  EXPECT_EQ(key->name, "sum.golang.org");
  EXPECT_EQ(key->text(), sumdb);
}

TEST(VerifierKeys, refuse_every_changed_character) {
  const std::string text = test_log().text();
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    const auto key = VerifierKey::parse(changed);
    EXPECT_FALSE(key) << changed;
  }
  for (const char* bad : {"", "+", "++", "a", "a+b", "a+00000000+", "+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"}) EXPECT_FALSE(VerifierKey::parse(bad)) << bad;
}

TEST(VerifierKeys, names_hold_no_white_space) {
  for (const char* name : {"a b", "a\nb", "a\tb", " a"}) EXPECT_FALSE(VerifierKey::parse(VerifierKey{std::string(name), test_key().public_key()}.text())) << name;
}

TEST(Checkpoints, open_again_with_the_same_content) {
  const auto checkpoint = open_checkpoint(test_note(), test_log());
  ASSERT_TRUE(checkpoint) << checkpoint.error().text();
  EXPECT_EQ(checkpoint->origin, kName);
  EXPECT_EQ(checkpoint->size, 5U);
  EXPECT_EQ(checkpoint->root, sha256(view("root")));
}

TEST(Checkpoints, every_flipped_bit_shows) {
  const std::string note = test_note();
  for (std::size_t i = 0; i < note.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = note;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      EXPECT_FALSE(open_checkpoint(changed, test_log())) << i << "/" << bit;
    }
}

TEST(Checkpoints, every_cut_and_every_extra_byte_shows) {
  const std::string note = test_note();
  for (std::size_t i = 0; i < note.size(); ++i) EXPECT_FALSE(open_checkpoint(note.substr(0, i), test_log()));
  for (const char* extra : {"\n", " ", "x", "\xE2\x80\x94 other.example AAAAAAAAAAAA\n"}) {
    EXPECT_FALSE(open_checkpoint(note + extra, test_log()));
    EXPECT_FALSE(open_checkpoint(extra + note, test_log()));
  }
}

TEST(Checkpoints, extension_lines_odd_sizes_and_foreign_origins_are_refused_even_when_signed) {
  const std::string root = base64(sha256(view("root")));
  for (const std::string& text : {kName + "\n5\n" + root + "\nextension\n", kName + "\n05\n" + root + "\n", kName + "\n-5\n" + root + "\n", kName + "\n\n" + root + "\n", kName + "\n5\nAAAA\n", kName + "\n5 \n" + root + "\n",
                                  std::string("other\n5\n") + root + "\n", kName + "\n9999999999999999999999\n" + root + "\n", kName + "\r\n5\r\n" + root + "\r\n"})
    EXPECT_FALSE(open_checkpoint(sign_note(text, kName, test_key()), test_log())) << text;
  EXPECT_EQ(open_checkpoint(sign_note(Checkpoint{kName, 5, {}}.text(), kName, SigningKey(sha256(view("another")))), test_log()).error().code, ErrorCode::check_failed);
}

TEST(Checkpoints, the_openssl_command_accepts_our_signature) {
  const std::string directory = test::fresh_directory("openssl");
  const std::string note = test_note();
  const std::string text = Checkpoint{kName, 5, sha256(view("root"))}.text();
  const std::string blob = note.substr(note.rfind(' ') + 1, note.size() - note.rfind(' ') - 2);
  const Bytes signature = from_base64(blob).value();
  Bytes der = test::bytes_of_hex("302a300506032b6570032100");  // SubjectPublicKeyInfo of an Ed25519 key (RFC 8410)
  append(der, test_key().public_key());
  test::write_file(directory + "/key.der", text_of(der));
  test::write_file(directory + "/signature", text_of(ByteView(signature).subspan(4)));
  const auto verify = [&](const std::string& message) {
    test::write_file(directory + "/message", message);
    const auto outcome = run_child({"openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", directory + "/key.der", "-in", directory + "/message", "-sigfile", directory + "/signature"}, {});
    EXPECT_TRUE(outcome) << outcome.error().text();
    return outcome ? outcome->exit_code : -1;
  };
  EXPECT_EQ(verify(text), 0);
  EXPECT_NE(verify(text + "x"), 0);
}

RC_GTEST_PROP(TlogProofs, round_trip, (std::uint32_t index, std::uint64_t seed)) {
  SeededRandom random(seed);
  TlogProof proof{index, std::vector<Hash>(random.next() % 64), test_note()};
  for (Hash& hash : proof.path) random.fill(hash);
  const auto back = TlogProof::parse(proof.text());
  RC_ASSERT(back.has_value());
  RC_ASSERT(back->text() == proof.text());
  RC_ASSERT(back->index == index);
  RC_ASSERT(back->path == proof.path);
}

TEST(TlogProofs, refuse_what_is_off) {
  const std::string hash = base64(sha256(view("x")));
  const std::string head = "c2sp.org/tlog-proof@v1\n";
  for (const std::string& text : {std::string(), std::string("c2sp.org/tlog-proof@v2\nindex 0\n\nx"), head, head + "index 0\n", head + "index 0\n\n", head + "index 00\n\nx", head + "index -1\n\nx", head + "index \n\nx",
                                  head + "index 0 \n\nx", head + "index 0\n" + hash + " \n\nx", head + "index 0\nAAAA\n\nx", head + "index 0\n" + hash, head + "index 99999999999999999999\n\nx", head + "Index 0\n\nx"})
    EXPECT_FALSE(TlogProof::parse(text)) << text;
  std::string many = head + "index 0\n";
  for (int i = 0; i < 64; ++i) many += hash + "\n";
  EXPECT_FALSE(TlogProof::parse(many + "\nx"));
}

// Tessera's test log: 15 entries with a checkpoint at each size, partial tiles and bundles.
TEST(ForeignLogs, tessera_bundles_tiles_and_checkpoints_agree_with_our_hashing) {
  OYER_NEED_VECTORS("tessera/testdata/log");
  int judged = 0;
  std::vector<std::vector<Bytes>> bundles{{}};
  std::vector<std::vector<Hash>> leaves{{}};
  for (std::size_t width = 1; width <= 15; ++width) {
    const std::string bundle = test::read_file(vectors + "/tile/entries/" + tile_path(0, static_cast<unsigned>(width)));
    const auto entries = parse_bundle(view(bundle), width);
    ASSERT_TRUE(entries) << width;
    std::vector<Hash> hashes;
    for (const Bytes& entry : *entries) hashes.push_back(leaf_hash(entry));
    Bytes tile;
    for (const Hash& hash : hashes) append(tile, hash);
    EXPECT_EQ(text_of(tile), test::read_file(vectors + "/tile/0/" + tile_path(0, static_cast<unsigned>(width))));
    EXPECT_FALSE(parse_bundle(view(bundle), width + 1));
    EXPECT_FALSE(parse_bundle(view(bundle), width - 1));
    bundles.push_back(*entries);
    leaves.push_back(hashes);
    judged += 2;
  }
  // Its verifier key is not among the vectors, so signatures can't be judged: the three lines are read, and the proofs are made from our side.
  std::vector<Hash> roots(16);
  for (std::size_t size = 0; size <= 15; ++size) {
    const std::string note = test::read_file(vectors + "/checkpoint." + std::to_string(size));
    if (note.empty()) continue;
    const std::string expected = Checkpoint{"example.com/log/testdata", size, merkle_root(leaves[size])}.text();
    EXPECT_TRUE(note.starts_with(expected + "\n\xE2\x80\x94 example.com/log/testdata ")) << note;
    roots[size] = merkle_root(leaves[size]);
    ++judged;
  }
  for (std::size_t size = 1; size <= 15; ++size)
    for (std::size_t index = 0; index < size; ++index) EXPECT_TRUE(verify_inclusion(index, size, leaf_hash(bundles[15][index]), inclusion_path(leaves[size], index), roots[size]));
  std::printf("  tessera: %d files judged; signatures not (no verifier key among the vectors)\n", judged);
}

// Sunlight's test mirror: the hash tiles of a log of 300 entries.
TEST(ForeignLogs, sunlight_hash_tiles_give_the_checkpoints_root) {
  OYER_NEED_VECTORS("sunlight/cmd/skylight/testdata");
  const std::string mirror = vectors + "/witness/mirror/000de184301123b9278c086a7d9f68c9577e83872224c197058fd90784ea9706";
  for (const std::string& log : {mirror}) {  // the files of its own tree are placeholders, as are the mirror's bundles
    const std::string full = test::read_file(log + "/tile/0/000"), partial = test::read_file(log + "/tile/0/" + tile_path(1, 44)), upper = test::read_file(log + "/tile/1/" + tile_path(0, 1));
    ASSERT_EQ(full.size(), 8192U);
    ASSERT_EQ(partial.size(), 44U * 32);
    std::vector<Hash> leaves;
    for (const std::string& tile : {full, partial})
      for (std::size_t at = 0; at < tile.size(); at += 32) leaves.push_back(*to_hash(view(tile).subspan(at, 32)));
    EXPECT_EQ(text_of(merkle_root(std::span(leaves).first(256))), upper);
    EXPECT_TRUE(test::read_file(log + "/checkpoint").starts_with(Checkpoint{"rome2026h1.example.org", 300, merkle_root(leaves)}.text())) << log;
    // Its signatures are of types 0x05 (RFC 6962) and 0x04: a checkpoint of ours has neither.
    EXPECT_FALSE(open_checkpoint(test::read_file(log + "/checkpoint"), VerifierKey{"rome2026h1.example.org", {}}));
    EXPECT_FALSE(parse_bundle(view(test::read_file(log + "/tile/entries/000")), 256));
  }
  // Verifier keys of other types are not taken for Ed25519 log keys.
  EXPECT_FALSE(VerifierKey::parse("witness.example.org+b8a2cf20+BFLN3yikSfFkVAJtrnh/CiY3Zozkoy7clp+P7XB28qUN"));
}

}  // namespace
}  // namespace oyer::seal
