// SPDX-License-Identifier: GPL-3.0-or-later
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/subprocess.h"
#include "seal/age.h"
#include "seal/hash.h"
#include "support/vectors.h"

namespace oyer::seal {
namespace {

age::Identity identity_of(std::string_view name) { return age::Identity(sha256(view(name))); }

// One C2SP CCTV test file: "key: value" lines, an empty line, the age file.
struct CctvTest {
  std::multimap<std::string, std::string> keys;
  std::string file;
  std::string get(const std::string& key) const {
    const auto it = keys.find(key);
    return it == keys.end() ? "" : it->second;
  }
};

CctvTest parse_cctv(std::string_view text) {
  CctvTest out;
  while (true) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (line.empty()) break;
    const std::size_t colon = line.find(": ");
    out.keys.emplace(line.substr(0, colon), line.substr(colon + 2));
  }
  out.file = std::string(text);
  return out;
}

// Some files are compressed. zlib is no library of Oyer's, so it is taken from the machine if it is there.
bool inflate(std::string& file) {
  using Uncompress = int (*)(unsigned char*, unsigned long*, const unsigned char*, unsigned long);
  void* library = ::dlopen("libz.so.1", RTLD_NOW);
  const auto uncompress = library == nullptr ? nullptr : reinterpret_cast<Uncompress>(::dlsym(library, "uncompress"));
  if (uncompress == nullptr) return false;
  std::string out(32U << 20, '\0');
  unsigned long size = out.size();
  if (uncompress(reinterpret_cast<unsigned char*>(out.data()), &size, reinterpret_cast<const unsigned char*>(file.data()), file.size()) != 0) return false;
  out.resize(size);
  file = std::move(out);
  return true;
}

// What happened to the file, in the words of the vectors.
std::string judge(const CctvTest& test, std::string& plaintext_digest) {
  const ByteView file = view(test.file);
  const auto length = age::header_length(file);
  if (!length) return "header failure";
  const std::string_view header = text_of(file.first(*length));
  Result<age::FileKey> key = fail(ErrorCode::refused, "no key");
  if (!test.get("passphrase").empty())
    key = age::unwrap_passphrase(header, test.get("passphrase"));
  else
    for (auto [it, end] = test.keys.equal_range("identity"); it != end && !key && key.error().code == ErrorCode::refused; ++it) key = age::unwrap(header, age::Identity::parse(it->second).value());
  if (!key) return key.error().code == ErrorCode::refused ? "no match" : key.error().message.find("MAC does not fit") != std::string::npos ? "HMAC failure" : "header failure";
  if (file.size() - *length < 16) return "header failure";  // a payload without its whole nonce: the vectors count it to the header
  const auto plaintext = age::decrypt_payload(*key, file.subspan(*length));
  if (!plaintext) return "payload failure";
  plaintext_digest = hex(sha256(*plaintext));
  return "success";
}

TEST(AgeVectors, cctv_files_end_as_expected) {
  OYER_NEED_VECTORS("cctv/age/testdata");
  int total = 0, judged = 0, agreed = 0, armored = 0, hybrid = 0, compressed = 0;
  for (const auto& path : test::files_below(vectors)) {
    const std::string name = path.substr(vectors.size() + 1);
    CctvTest test = parse_cctv(test::read_file(path));
    ++total;
    if (test.get("armored") == "yes") {
      ++armored;
      continue;
    }
    if (test.get("identity").starts_with("AGE-SECRET-KEY-PQ-")) {
      ++hybrid;
      continue;
    }
    if (!test.get("compressed").empty() && !inflate(test.file)) {
      ++compressed;
      continue;
    }
    ++judged;
    std::string digest;
    const std::string outcome = judge(test, digest);
    const bool agrees = outcome == test.get("expect") && (outcome != "success" || digest == test.get("payload"));
    agreed += agrees;
    // decrypt_payload hands out nothing of a file whose end does not authenticate, so a partial payload's digest is not compared.
    EXPECT_TRUE(agrees) << name << ": expected " << test.get("expect") << ", got " << outcome;
  }
  std::printf("  cctv/age: %d of %d judged agree; of %d files %d armored, %d post-quantum, %d compressed are left out\n", agreed, judged, total, armored, hybrid, compressed);
  EXPECT_GT(judged, 50);
}

TEST(AgeVectors, the_go_projects_example_opens) {
  OYER_NEED_VECTORS("age/testdata");
  std::string keys = test::read_file(vectors + "/example_keys.txt");
  keys = keys.substr(keys.find("AGE-SECRET-KEY-"));
  const auto identity = age::Identity::parse(keys);
  ASSERT_TRUE(identity);
  const auto plaintext = age::decrypt(view(test::read_file(vectors + "/example.age")), *identity);
  ASSERT_TRUE(plaintext) << plaintext.error().text();
  EXPECT_EQ(text_of(*plaintext), "Black lives matter.");
}

TEST(AgeKeys, texts_round_trip_and_refuse_errors) {
  const auto identity = identity_of("a");
  EXPECT_EQ(age::Identity::parse(identity.text()).value().secret(), identity.secret());
  EXPECT_EQ(age::Identity::parse(identity.text() + "\r\n").value().secret(), identity.secret());
  EXPECT_EQ(age::parse_recipient(age::recipient_text(identity.recipient())).value(), identity.recipient());
  std::string lower = identity.text();
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  EXPECT_FALSE(age::Identity::parse(lower));
  EXPECT_FALSE(age::Identity::parse(age::recipient_text(identity.recipient())));
  EXPECT_FALSE(age::parse_recipient(identity.text()));
  EXPECT_FALSE(age::parse_recipient(""));
}

TEST(AgeFiles, each_recipient_opens_and_nobody_else) {
  const auto a = identity_of("a"), b = identity_of("b"), c = identity_of("c");
  const Bytes file = age::encrypt({a.recipient(), b.recipient()}, view("hello"), system_random());
  EXPECT_EQ(age::decrypt(file, a).value(), to_bytes(std::string_view("hello")));
  EXPECT_EQ(age::decrypt(file, b).value(), to_bytes(std::string_view("hello")));
  EXPECT_EQ(age::decrypt(file, c).error().code, ErrorCode::refused);
  EXPECT_EQ(age::decrypt_with_passphrase(file, "x").error().code, ErrorCode::refused);
}

TEST(AgeFiles, a_passphrase_opens_and_a_wrong_one_is_refused) {
  const Bytes file = age::encrypt_with_passphrase("correct horse", 10, view("hello"), system_random());
  EXPECT_EQ(age::decrypt_with_passphrase(file, "correct horse").value(), to_bytes(std::string_view("hello")));
  EXPECT_EQ(age::decrypt_with_passphrase(file, "correct horsE").error().code, ErrorCode::refused);
  EXPECT_EQ(age::decrypt_with_passphrase(file, "").error().code, ErrorCode::refused);
  EXPECT_EQ(age::decrypt(file, identity_of("a")).error().code, ErrorCode::refused);
}

TEST(AgeFiles, every_flipped_bit_and_every_cut_is_refused) {
  const auto a = identity_of("a");
  const Bytes file = age::encrypt({a.recipient()}, view("hello"), system_random());
  for (std::size_t i = 0; i < file.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes changed = file;
      changed[i] ^= static_cast<std::uint8_t>(1 << bit);
      ASSERT_FALSE(age::decrypt(changed, a)) << i << "/" << bit;
    }
    ASSERT_FALSE(age::decrypt(ByteView(file).first(i), a)) << i;
  }
  Bytes longer = file;
  longer.push_back(0);
  EXPECT_FALSE(age::decrypt(longer, a));
}

TEST(AgePayloads, chunk_boundaries_round_trip_and_have_the_sizes_of_the_format) {
  const age::FileKey key = age::new_file_key(system_random());
  for (const std::size_t size : {0UL, 1UL, 65535UL, 65536UL, 65537UL, 131072UL, 131073UL, 200000UL}) {
    SeededRandom random(size);
    const Bytes plaintext = random_bytes(random, size);
    const Bytes payload = age::encrypt_payload(key, plaintext, system_random());
    const std::size_t chunks = std::max<std::size_t>(1, (size + 65535) / 65536);
    EXPECT_EQ(payload.size(), 16 + size + 16 * chunks);
    ASSERT_EQ(age::decrypt_payload(key, payload).value(), plaintext) << size;
    // Chunks left out, swapped or cut at a boundary.
    for (std::size_t chunk = 1; chunk < chunks; ++chunk) EXPECT_FALSE(age::decrypt_payload(key, ByteView(payload).first(16 + chunk * 65552))) << size;
    if (chunks > 1) {
      Bytes without = payload;
      without.erase(without.begin() + 16, without.begin() + 16 + 65552);
      EXPECT_FALSE(age::decrypt_payload(key, without));
    }
    if (chunks > 2) {
      Bytes swapped = payload;
      std::swap_ranges(swapped.begin() + 16, swapped.begin() + 16 + 65552, swapped.begin() + 16 + 65552);
      EXPECT_FALSE(age::decrypt_payload(key, swapped));
    }
    EXPECT_FALSE(age::decrypt_payload(age::new_file_key(system_random()), payload));
  }
  EXPECT_FALSE(age::decrypt_payload(key, Bytes(15)));
  EXPECT_FALSE(age::decrypt_payload(key, {}));
}

RC_GTEST_PROP(AgePayloads, pieces_of_any_size_give_the_same_plaintext, ()) {
  const age::FileKey key = age::new_file_key(system_random());
  Bytes stored, plaintext;
  age::PayloadWriter writer(key, system_random(), [&](ByteView bytes) -> Result<void> {
    append(stored, bytes);
    return {};
  });
  SeededRandom random(*rc::gen::arbitrary<std::uint64_t>());
  for (const auto size : *rc::gen::container<std::vector<std::size_t>>(rc::gen::elementOf(std::vector<std::size_t>{0, 1, 100, 65535, 65536, 65537, 70000}))) {
    const Bytes piece = random_bytes(random, size);
    RC_ASSERT(writer.write(piece).has_value());
    append(plaintext, piece);
  }
  RC_ASSERT(writer.finish().has_value());
  RC_ASSERT(age::decrypt_payload(key, stored) == plaintext);
}

TEST(AgeCommand, opens_what_we_write_and_we_open_what_it_writes) {
  const std::string directory = test::fresh_directory("age");
  const auto a = identity_of("a"), b = identity_of("b");
  if (!run_child({"age", "--version"}, {})) GTEST_SKIP() << "the age command is not installed";
  test::write_file(directory + "/key", a.text() + "\n");
  for (const std::size_t size : {0UL, 11UL, 65536UL, 150000UL}) {
    SeededRandom random(size);
    const Bytes plaintext = random_bytes(random, size);
    test::write_file(directory + "/ours.age", text_of(age::encrypt({b.recipient(), a.recipient()}, plaintext, system_random())));
    const auto opened = run_child({"age", "-d", "-i", directory + "/key", directory + "/ours.age"}, {});
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->exit_code, 0) << opened->diagnostics;
    EXPECT_EQ(opened->output, plaintext);
    test::write_file(directory + "/plain", text_of(plaintext));
    const auto sealed = run_child({"age", "-r", age::recipient_text(a.recipient()), "-r", age::recipient_text(b.recipient()), directory + "/plain"}, {});
    ASSERT_TRUE(sealed);
    ASSERT_EQ(sealed->exit_code, 0) << sealed->diagnostics;
    EXPECT_EQ(age::decrypt(sealed->output, a).value(), plaintext);
    EXPECT_EQ(age::decrypt(sealed->output, b).value(), plaintext);
  }
  // A key the command made.
  const auto made = run_child({"age-keygen"}, {});
  ASSERT_TRUE(made);
  const std::string text(text_of(made->output));
  const auto identity = age::Identity::parse(text.substr(text.find("AGE-SECRET-KEY-")));
  ASSERT_TRUE(identity);
  EXPECT_NE(text.find(age::recipient_text(identity->recipient())), std::string::npos);
}

}  // namespace
}  // namespace oyer::seal
