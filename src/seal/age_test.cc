// SPDX-License-Identifier: GPL-3.0-or-later
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

#include "base/subprocess.h"
#include "seal/age.h"
#include "seal/age_armor.h"
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

bool post_quantum(std::string_view identity) { return identity.starts_with("AGE-SECRET-KEY-PQ-"); }

// What happened to the file, in the words of the vectors.
std::string judge(const CctvTest& test, std::string& plaintext_digest) {
  Bytes file = to_bytes(std::string_view(test.file));
  if (test.get("armored") == "yes") {
    auto inside = age::dearmor(test.file);
    if (!inside) return "armor failure";
    file = *std::move(inside);
  }
  const auto length = age::header_length(file);
  if (!length) return "header failure";
  const std::string_view header = text_of(ByteView(file).first(*length));
  Result<age::FileKey> key = fail(ErrorCode::refused, "no key");
  if (!test.get("passphrase").empty())
    key = age::unwrap_passphrase(header, test.get("passphrase"));
  else
    for (auto [it, end] = test.keys.equal_range("identity"); it != end && !key && key.error().code == ErrorCode::refused; ++it)
      if (!post_quantum(it->second)) key = age::unwrap(header, age::Identity::parse(it->second).value());
  if (!key) return key.error().code == ErrorCode::refused ? "no match" : key.error().message.find("MAC does not fit") != std::string::npos ? "HMAC failure" : "header failure";
  if (file.size() - *length < 16) return "header failure";  // a payload without its whole nonce: the vectors count it to the header
  const auto plaintext = age::decrypt_payload(*key, ByteView(file).subspan(*length));
  if (!plaintext) return "payload failure";
  plaintext_digest = hex(sha256(*plaintext));
  return "success";
}

TEST(AgeVectors, cctv_files_end_as_expected) {
  OYER_NEED_VECTORS("cctv/age/testdata");
  int total = 0, judged = 0, agreed = 0, armored = 0, mixed = 0, left_out = 0;
  std::map<std::string, int> outcomes;
  for (const auto& path : test::files_below(vectors)) {
    const std::string name = path.substr(vectors.size() + 1);
    CctvTest test = parse_cctv(test::read_file(path));
    ++total;
    const auto [from, to] = test.keys.equal_range("identity");
    const auto keys_left_out = std::count_if(from, to, [](const auto& identity) { return post_quantum(identity.second); });
    if (keys_left_out > 0 && keys_left_out == std::distance(from, to)) {
      ++left_out;
      continue;
    }
    mixed += keys_left_out > 0;
    ASSERT_TRUE(test.get("compressed").empty() || inflate(test.file)) << name << " is compressed: install zlib1g, or it can't be judged";
    ++judged;
    armored += test.get("armored") == "yes";
    std::string digest;
    const std::string outcome = judge(test, digest);
    ++outcomes[outcome];
    const bool agrees = outcome == test.get("expect") && (outcome != "success" || digest == test.get("payload"));
    agreed += agrees;
    // decrypt_payload hands out nothing of a file whose end does not authenticate, so a partial payload's digest is not compared.
    EXPECT_TRUE(agrees) << name << ": expected " << test.get("expect") << ", got " << outcome;
    // What is armored within the rules comes out the same again, but for line ends and white space around it.
    if (test.get("armored") == "yes" && outcome != "armor failure") {
      std::string plain = test.file;
      std::erase(plain, '\r');
      plain = plain.substr(plain.find("-----"));
      plain = plain.substr(0, plain.find_last_of('-') + 1) + "\n";
      EXPECT_EQ(age::armor(age::dearmor(test.file).value()), plain) << name;
    }
  }
  std::printf("  cctv/age: %d of %d agree (%d armored); of %d files %d have post-quantum keys alone and are left out\n", agreed, judged, armored, total, left_out);
  for (const auto& [outcome, count] : outcomes) std::printf("    %s: %d\n", outcome.c_str(), count);
  EXPECT_EQ(total, 143);
  EXPECT_EQ(left_out, 18);
  EXPECT_EQ(judged, 124 + 1);  // those without any post-quantum key, and one that is about its X25519 stanza
  EXPECT_EQ(mixed, 1);
  EXPECT_EQ(agreed, judged);
  EXPECT_EQ(armored, 32);
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

std::string lines_of(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out += line + "\n";
  return out;
}
const std::string kBegin = "-----BEGIN AGE ENCRYPTED FILE-----", kEnd = "-----END AGE ENCRYPTED FILE-----";

RC_GTEST_PROP(AgeArmor, any_bytes_come_back, (std::uint64_t seed)) {
  SeededRandom random(seed);
  const Bytes bytes = random_bytes(random, random.next() % 300);
  const std::string text = age::armor(bytes);
  RC_ASSERT(age::dearmor(text).value() == bytes);
  for (std::size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos; at = end + 1) RC_ASSERT(end - at <= 64U);
  std::string dos;
  for (const char c : text) dos += c == '\n' ? "\r\n" : std::string(1, c);
  RC_ASSERT(age::dearmor(dos).value() == bytes);
  RC_ASSERT(age::dearmor("\n \t\r\n" + text + " \r\n\t").value() == bytes);
  RC_ASSERT(age::dearmor(text.substr(0, text.size() - 1)).value() == bytes);
}

// Whatever is accepted is, white space around it and carriage returns aside, what `armor` writes: no two texts stand for one file.
RC_GTEST_PROP(AgeArmor, what_is_accepted_is_what_we_write, (std::uint64_t seed)) {
  SeededRandom random(seed);
  std::string text = age::armor(random_bytes(random, random.next() % 150));
  const std::string_view pieces = "\n\r =-+/A9z\t\0";
  for (std::uint64_t changes = 1 + random.next() % 3; changes > 0; --changes) {
    const std::size_t at = random.next() % text.size();
    const char c = pieces[random.next() % pieces.size()];
    switch (random.next() % 4) {
      case 0: text[at] = c; break;
      case 1: text.insert(at, 1, c); break;
      case 2: text.erase(at, 1); break;
      default: text = text.substr(0, at) + "\n"; break;
    }
  }
  const auto bytes = age::dearmor(text);
  if (!bytes) return;
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (!(text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n')) plain += text[i];
  plain.erase(0, plain.find_first_not_of(" \t\r\n"));
  plain.erase(plain.find_last_not_of(" \t\r\n") + 1);
  RC_ASSERT(plain + "\n" == age::armor(*bytes));
}

TEST(AgeArmor, every_flipped_bit_changes_the_bytes_or_is_refused) {
  const Bytes bytes = random_bytes(system_random(), 100);
  const std::string text = age::armor(bytes);
  for (std::size_t i = 0; i < text.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = text;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      const auto got = age::dearmor(changed);
      const bool last_end_of_line = i + 1 == text.size();  // there another white space may stand
      EXPECT_TRUE(!got || *got != bytes || last_end_of_line) << i << "/" << bit;
    }
}

TEST(AgeArmor, refuses_what_is_off) {
  const std::string full(64, 'A'), half(32, 'A');
  EXPECT_TRUE(age::dearmor(lines_of({kBegin, full, half, kEnd})));
  EXPECT_TRUE(age::dearmor(lines_of({kBegin, kEnd})).value().empty());
  for (const std::string& text : {std::string(),
                                  std::string("\n"),
                                  kBegin,
                                  kBegin + "\n",
                                  lines_of({full, kEnd}),
                                  lines_of({kBegin, full}),
                                  lines_of({kBegin, half, full, kEnd}),
                                  lines_of({kBegin, half, half, kEnd}),
                                  lines_of({kBegin, full + "AAAA", kEnd}),
                                  lines_of({kBegin, full, "", kEnd}),
                                  lines_of({kBegin, "", full, kEnd}),
                                  lines_of({" " + kBegin, full, kEnd}),
                                  lines_of({kBegin + " ", full, kEnd}),
                                  lines_of({kBegin, full, kEnd + " "}),
                                  lines_of({kBegin, full, " " + kEnd}),
                                  lines_of({kBegin, full, kEnd, "x"}),
                                  lines_of({"x", kBegin, full, kEnd}),
                                  lines_of({kBegin, full, kEnd, kBegin, full, kEnd}),
                                  lines_of({kBegin, full + kEnd}),
                                  lines_of({kBegin + full, kEnd}),
                                  kBegin + "\r" + full + "\r" + kEnd + "\r",
                                  lines_of({kBegin, full + "\r", half + "\r\r", kEnd}),
                                  lines_of({kBegin, "AAAA=", kEnd}),
                                  lines_of({kBegin, "AA=A", kEnd}),
                                  lines_of({kBegin, "AB==", kEnd}),
                                  lines_of({kBegin, "AAA", kEnd}),
                                  lines_of({kBegin, "====", kEnd}),
                                  lines_of({kBegin, "AA--", kEnd}),
                                  lines_of({kBegin, std::string("AA\0A", 4), kEnd})}) {
    const auto got = age::dearmor(text);
    EXPECT_FALSE(got) << text;
    EXPECT_TRUE(got || got.error().code == ErrorCode::bad_input) << text;
  }
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
  // Armored, both ways.
  const Bytes secret = to_bytes(std::string_view("behind armor"));
  test::write_file(directory + "/ours.txt", age::armor(age::encrypt({a.recipient()}, secret, system_random())));
  const auto opened = run_child({"age", "-d", "-i", directory + "/key", directory + "/ours.txt"}, {});
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->output, secret) << opened->diagnostics;
  test::write_file(directory + "/plain", text_of(secret));
  const auto sealed = run_child({"age", "-a", "-r", age::recipient_text(a.recipient()), directory + "/plain"}, {});
  ASSERT_TRUE(sealed);
  const auto inside = age::dearmor(text_of(sealed->output));
  ASSERT_TRUE(inside) << inside.error().text();
  EXPECT_EQ(age::decrypt(*inside, a).value(), secret);
  EXPECT_EQ(age::armor(*inside), text_of(sealed->output));
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
