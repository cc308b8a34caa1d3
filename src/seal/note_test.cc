// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>

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

// A signed note as others write it: any number of signature lines, taken apart here without the code under test.
struct ForeignNote {
  struct Line {
    std::string name;
    Bytes id, rest;
  };
  std::string text;
  std::vector<Line> lines;
};

ForeignNote take_apart(const std::string& note) {
  ForeignNote out;
  const std::size_t end = note.find("\n\n");
  out.text = note.substr(0, end + 1);
  for (std::size_t at = end + 2; at < note.size();) {
    const std::size_t stop = note.find('\n', at);
    const std::string line = note.substr(at, stop - at);
    const std::size_t space = line.rfind(' ');
    const Bytes blob = from_base64(line.substr(space + 1)).value();
    out.lines.push_back({line.substr(4, space - 4), Bytes(blob.begin(), blob.begin() + 4), Bytes(blob.begin() + 4, blob.end())});
    at = stop + 1;
  }
  return out;
}

// `name+id+base64(type ‖ key)` of any type.
struct ForeignKey {
  std::string name;
  Bytes id, key;  // the key with its type in front
};

ForeignKey foreign_key(const std::string& text) {
  const std::size_t first = text.find('+'), second = text.find('+', first + 1);
  ForeignKey out{text.substr(0, first), from_hex(text.substr(first + 1, second - first - 1)).value(), from_base64(text.substr(second + 1)).value()};
  const Hash hash = sha256({view(out.name), view("\n"), out.key});
  EXPECT_TRUE(std::equal(out.id.begin(), out.id.end(), hash.begin())) << text;
  return out;
}

// cosignature/v1: eight bytes of time, then Ed25519 over a first line, the time in decimal, and the note's text.
bool cosigned(const ForeignNote& note, const ForeignKey& key) {
  return std::any_of(note.lines.begin(), note.lines.end(), [&](const ForeignNote::Line& line) {
    if (line.name != key.name || line.id != key.id || line.rest.size() != 72 || key.key.at(0) != 0x04) return false;
    const std::string message = "cosignature/v1\ntime " + std::to_string(get_u64(line.rest.data())) + "\n" + note.text;
    return verify_signature(*to_hash(ByteView(key.key).subspan(1)), view(message), ByteView(line.rest).subspan(8));
  });
}

// Tessera's test log: 15 entries with a checkpoint at each size, partial tiles and bundles.
TEST(ForeignLogs, tessera_bundles_tiles_and_checkpoints_agree_with_our_hashing) {
  OYER_NEED_VECTORS("tessera/testdata/log");
  // The verifier key that the project publishes for its test log.
  const auto key = VerifierKey::parse("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx");
  ASSERT_TRUE(key) << key.error().text();
  int tiles = 0, checkpoints = 0;
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
    tiles += 2;
  }
  std::vector<Hash> roots;
  for (std::size_t size = 0; size <= 15; ++size) {
    const std::string note = test::read_file(vectors + "/checkpoint." + std::to_string(size));
    const auto checkpoint = open_checkpoint(note, *key);
    ASSERT_TRUE(checkpoint) << size << ": " << checkpoint.error().text();
    roots.push_back(merkle_root(leaves[size]));
    EXPECT_EQ(checkpoint->size, size);
    EXPECT_EQ(checkpoint->root, roots[size]);
    EXPECT_FALSE(open_checkpoint(note, test_log()));
    ++checkpoints;
  }
  const auto newest = open_checkpoint(test::read_file(vectors + "/checkpoint"), *key);
  ASSERT_TRUE(newest) << newest.error().text();
  EXPECT_EQ(newest->size, 15U);
  EXPECT_EQ(newest->root, roots[15]);
  const auto state = parse_json(test::read_file(vectors + "/.state/treeState")).value();
  EXPECT_EQ(from_base64(std::string_view(state.as_object().at("root").as_string())), to_bytes(ByteView(roots[15])));
  // Between any two of its sizes our proofs lead from the one signed root to the other.
  const SubtreeHash subtree = [&](unsigned level, std::uint64_t index) -> Result<Hash> { return merkle_root(std::span(leaves[15]).subspan(index << level, std::size_t{1} << level)); };
  for (std::size_t size = 1; size <= 15; ++size) {
    for (std::size_t index = 0; index < size; ++index) EXPECT_TRUE(verify_inclusion(index, size, leaf_hash(bundles[15][index]), inclusion_path(leaves[size], index), roots[size]));
    for (std::size_t old_size = 1; old_size <= size; ++old_size) EXPECT_TRUE(verify_consistency(old_size, size, roots[old_size], roots[size], consistency_proof(old_size, size, subtree).value()));
  }
  std::printf("  tessera: %d bundles and tiles, %d + 1 checkpoints with their signatures\n", tiles, checkpoints);
  EXPECT_EQ(tiles, 30);
  EXPECT_EQ(checkpoints, 16);
}

// Sunlight's test mirror: the hash tiles of a log of 300 entries. Its bundles are placeholders ("fake mirrored entry bundle", compressed), so the leaves are taken from level 0.
TEST(ForeignLogs, sunlight_hash_tiles_give_the_cosigned_checkpoints_root) {
  OYER_NEED_VECTORS("sunlight/cmd/skylight/testdata");
  const std::string log = vectors + "/witness/mirror/000de184301123b9278c086a7d9f68c9577e83872224c197058fd90784ea9706";
  const std::string full = test::read_file(log + "/tile/0/000"), partial = test::read_file(log + "/tile/0/" + tile_path(1, 44)), upper = test::read_file(log + "/tile/1/" + tile_path(0, 1));
  ASSERT_EQ(full.size(), 8192U);
  ASSERT_EQ(partial.size(), 44U * 32);
  std::vector<Hash> leaves;
  for (const std::string& tile : {full, partial})
    for (std::size_t at = 0; at < tile.size(); at += 32) leaves.push_back(*to_hash(view(tile).subspan(at, 32)));
  EXPECT_EQ(text_of(merkle_root(std::span(leaves).first(256))), upper);
  // The root of tiles alone, as a client computes it: the full tile counts by its hash of level 1.
  const auto root = root_of(300, [&](unsigned level, std::uint64_t index) -> Result<Hash> { return level == 8 && index == 0 ? *to_hash(view(upper)) : merkle_root(std::span(leaves).subspan(index << level, std::size_t{1} << level)); });
  EXPECT_EQ(root.value(), merkle_root(leaves));
  ForeignNote note = take_apart(test::read_file(log + "/checkpoint"));
  EXPECT_EQ(note.text, (Checkpoint{"rome2026h1.example.org", 300, *root}.text()));
  const ForeignKey mirror = foreign_key("mirror.example.org+3fb148ef+BAAjjch9GyYz0sJsJx7ALhbdAtz2ov0unbzSl1vMp94O");
  EXPECT_NE(test::read_file(vectors + "/witness/mirror/mirror.v0.json").find(mirror.name + "+" + hex(mirror.id) + "+" + base64(mirror.key)), std::string::npos);
  EXPECT_TRUE(cosigned(note, mirror));
  note.text[0] = 'R';
  EXPECT_FALSE(cosigned(note, mirror));
  // Its signatures are of types 0x05 (RFC 6962) and 0x04: a checkpoint of ours has neither, and verifier keys of other types are not taken for Ed25519 log keys.
  EXPECT_FALSE(open_checkpoint(test::read_file(log + "/checkpoint"), VerifierKey{"rome2026h1.example.org", {}}));
  EXPECT_FALSE(VerifierKey::parse("mirror.example.org+3fb148ef+BAAjjch9GyYz0sJsJx7ALhbdAtz2ov0unbzSl1vMp94O"));
  EXPECT_FALSE(parse_bundle(view(test::read_file(log + "/tile/entries/000")), 256));
}

// The tiles of Sunlight's own tree are placeholders ("fake full data tile", "fake full level 0 tile"), so no root can be made from them and no leaf of
// static-ct-api read; the checkpoint and its cosigned copies are real.
TEST(ForeignLogs, sunlight_checkpoints_carry_the_signatures_of_their_keys) {
  OYER_NEED_VECTORS("sunlight/cmd/skylight/testdata");
  EXPECT_TRUE(test::read_file(vectors + "/tree/tile/0/000").starts_with("fake full level 0 tile"));  // real ones would have to be judged
  const auto description = parse_json(test::read_file(vectors + "/tree/log.v3.json")).value().as_object();
  const Bytes public_key = from_base64(std::string_view(description.at("key").as_string())).value();
  const Hash log_id = sha256(public_key);
  EXPECT_EQ(base64(log_id), std::string_view(description.at("log_id").as_string()));

  const std::string original = test::read_file(vectors + "/tree/checkpoint");
  const ForeignNote note = take_apart(original);
  ASSERT_EQ(note.lines.size(), 1U);
  const std::uint8_t type[2] = {0x0A, 0x05};
  const Hash id = sha256({view(note.lines[0].name), type, log_id});
  EXPECT_TRUE(std::equal(note.lines[0].id.begin(), note.lines[0].id.end(), id.begin()));
  // static-ct-api: time, then RFC 6962's digitally-signed struct (SHA-256, ECDSA, length) over its TreeHeadSignature.
  const Bytes& blob = note.lines[0].rest;
  ASSERT_GT(blob.size(), 12U);
  ASSERT_EQ(hex(ByteView(blob).subspan(8, 2)), "0403");
  ASSERT_EQ(get_u16(blob.data() + 10), blob.size() - 12);
  const auto& head = description.at("final_tree_head").as_object();
  EXPECT_EQ(get_u64(blob.data()), head.at("timestamp").to_number<std::uint64_t>());
  const Hash root = *to_hash(from_base64(std::string_view(head.at("sha256_root_hash").as_string())).value());
  EXPECT_EQ(note.text, (Checkpoint{"rome2026h1.example.org", head.at("tree_size").to_number<std::uint64_t>(), root}.text()));
  const std::string directory = test::fresh_directory("sunlight");
  test::write_file(directory + "/key.der", text_of(public_key));
  test::write_file(directory + "/signature", text_of(ByteView(blob).subspan(12)));
  const auto verify = [&](std::uint64_t size) {
    Bytes signed_head{0, 1};
    append(signed_head, ByteView(blob).first(8));
    put_u64(signed_head, size);
    append(signed_head, root);
    test::write_file(directory + "/head", text_of(signed_head));
    const auto outcome = run_child({"openssl", "dgst", "-sha256", "-verify", directory + "/key.der", "-keyform", "DER", "-signature", directory + "/signature", directory + "/head"}, {});
    EXPECT_TRUE(outcome) << outcome.error().text();
    return outcome ? outcome->exit_code : -1;
  };
  EXPECT_EQ(verify(300), 0);
  EXPECT_NE(verify(301), 0);

  int cosignatures = 0;
  for (const auto& [folder, log, origin] : {std::array<std::string, 3>{"witness", "000de184301123b9278c086a7d9f68c9577e83872224c197058fd90784ea9706", "rome2026h1.example.org"},
                                            {"witness2", "88ad7a28caeb0b2aa890fdf0304c2fcaf59fca2ee140134ff8c1300bac493482", "milan2026h1.example.org"}}) {
    const auto witness = parse_json(test::read_file(vectors + "/" + folder + "/witness.v0.json")).value().as_object();
    const ForeignKey key = foreign_key(std::string(witness.at("verifier_keys").as_array().at(0).as_string()));
    ForeignNote copy = take_apart(test::read_file(vectors + "/" + folder + "/" + log + "/checkpoint"));
    EXPECT_EQ(log, hex(sha256(view(origin))));
    EXPECT_EQ(copy.text, (Checkpoint{origin, 300, root}.text()));
    EXPECT_TRUE(cosigned(copy, key)) << folder;
    cosignatures += cosigned(copy, key);
    copy.lines.back().rest[7] ^= 1;  // a second later
    EXPECT_FALSE(cosigned(copy, key)) << folder;
  }
  std::printf("  sunlight: the log's signature and %d witnesses' hold; its data tiles are placeholders\n", cosignatures);
  EXPECT_EQ(cosignatures, 2);
}

// The Go checksum database's checkpoint in a witness script: a real log's signature over a first line that is not the key's name.
TEST(ForeignLogs, the_checksum_databases_signature_holds_and_its_origin_is_not_taken_for_the_keys_name) {
  OYER_NEED_VECTORS("torchwood/cmd/litewitness/testdata/sumdb.txt");
  const std::string script = test::read_file(vectors);
  const std::size_t from = script.find("go.sum database tree\n35225469\n");
  ASSERT_NE(from, std::string::npos);
  const std::string note_text = script.substr(from, script.find("\n```", from) + 1 - from);
  const auto key = VerifierKey::parse("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8").value();
  const ForeignNote note = take_apart(note_text);
  ASSERT_EQ(note.lines.size(), 1U);
  const auto id = key.id();
  EXPECT_TRUE(std::equal(id.begin(), id.end(), note.lines[0].id.begin()));
  EXPECT_TRUE(verify_signature(key.key, view(note.text), note.lines[0].rest));
  EXPECT_FALSE(verify_signature(key.key, view(note.text + "\n"), note.lines[0].rest));
  const auto checkpoint = open_checkpoint(note_text, key);
  ASSERT_FALSE(checkpoint);
  EXPECT_EQ(checkpoint.error().code, ErrorCode::check_failed);
}

}  // namespace
}  // namespace oyer::seal
