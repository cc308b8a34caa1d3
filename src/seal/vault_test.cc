// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <set>

#include "base/subprocess.h"
#include "seal/hash.h"
#include "seal/vault.h"
#include "support/vectors.h"

namespace oyer::seal {
namespace {

const Hash kKeyFile = sha256(view("key file"));
SigningKey log_key() { return SigningKey(sha256(view("the log's key"))); }
Bytes flip(Bytes bytes, std::size_t at) {
  bytes[at] ^= 1;
  return bytes;
}

class VaultTest : public testing::Test {
 protected:
  Disk& disk = real_disk();
  std::string directory = test::fresh_directory("vault") + "/vault";
  void TearDown() override { std::filesystem::remove_all(directory); }
};

TEST_F(VaultTest, a_passphrase_unlocks_everything_down_the_chain) {
  const auto made = Vault::create(disk, directory, "anna", Secret{"correct horse", {}}, log_key(), 10, system_random());
  ASSERT_TRUE(made) << made.error().text();
  const auto custodian = Vault::unlock(disk, directory, "anna", Secret{"correct horse", {}});
  ASSERT_TRUE(custodian) << custodian.error().text();
  EXPECT_EQ(custodian->secret(), made->secret());
  EXPECT_EQ(Vault::log_key(disk, directory, *custodian).value().seed(), log_key().seed());
  EXPECT_FALSE(Vault::compartments(disk, directory, *custodian).value().empty());
  EXPECT_EQ(Vault::custodians(disk, directory).value(), std::vector<std::string>{"anna"});
  for (const char* wrong : {"", "correct hors", "correct horse ", "Correct horse"}) EXPECT_EQ(Vault::unlock(disk, directory, "anna", Secret{wrong, {}}).error().code, ErrorCode::refused) << wrong;
  EXPECT_EQ(Vault::unlock(disk, directory, "anna", Secret{{}, kKeyFile}).error().code, ErrorCode::refused);
  EXPECT_EQ(Vault::unlock(disk, directory, "bert", Secret{"correct horse", {}}).error().code, ErrorCode::not_found);
}

TEST_F(VaultTest, a_key_file_unlocks_and_others_are_refused) {
  ASSERT_TRUE(Vault::create(disk, directory, "anna", Secret{{}, kKeyFile}, log_key(), 10, system_random()));
  EXPECT_TRUE(Vault::unlock(disk, directory, "anna", Secret{{}, kKeyFile}));
  EXPECT_EQ(Vault::unlock(disk, directory, "anna", Secret{{}, sha256(view("another"))}).error().code, ErrorCode::refused);
  EXPECT_EQ(Vault::unlock(disk, directory, "anna", Secret{"correct horse", {}}).error().code, ErrorCode::refused);
}

TEST_F(VaultTest, a_stranger_opens_nothing) {
  ASSERT_TRUE(Vault::create(disk, directory, "anna", Secret{{}, kKeyFile}, log_key(), 10, system_random()));
  const age::Identity stranger(sha256(view("stranger")));
  EXPECT_EQ(Vault::compartments(disk, directory, stranger).error().code, ErrorCode::refused);
  EXPECT_EQ(Vault::log_key(disk, directory, stranger).error().code, ErrorCode::refused);
}

TEST_F(VaultTest, secret_files_are_private_and_hold_no_secret_in_plain) {
  const auto custodian = Vault::create(disk, directory, "anna", Secret{"correct horse", {}}, log_key(), 10, system_random()).value();
  const auto base = Vault::compartments(disk, directory, custodian).value().base();
  for (const auto& path : test::files_below(directory)) {
    struct stat status {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    if (!path.ends_with(".pub")) {
      EXPECT_EQ(status.st_mode & 0077, 0U) << path;
    }
    const std::string bytes = test::read_file(path);
    for (const Hash& secret : {custodian.secret(), base.secret(), log_key().seed()}) EXPECT_EQ(bytes.find(text_of(secret)), std::string::npos) << path;
    EXPECT_EQ(bytes.find("AGE-SECRET"), std::string::npos) << path;
  }
  EXPECT_EQ(test::read_file(directory + "/custodians/anna.pub"), age::recipient_text(custodian.recipient()) + "\n");
}

TEST_F(VaultTest, its_files_open_with_the_age_command) {
  if (!run_child({"age", "--version"}, {})) GTEST_SKIP() << "the age command is not installed";
  const auto custodian = Vault::create(disk, directory, "anna", Secret{{}, kKeyFile}, log_key(), 10, system_random()).value();
  const std::string keys = test::fresh_directory("vault_keys");
  const auto open = [&](const age::Identity& identity, const std::string& file) {
    test::write_file(keys + "/key", identity.text() + "\n");
    const auto outcome = run_child({"age", "-d", "-i", keys + "/key", directory + file}, {});
    EXPECT_TRUE(outcome && outcome->exit_code == 0) << file << ": " << (outcome ? outcome->diagnostics : outcome.error().text());
    return outcome ? std::string(text_of(outcome->output)) : "";
  };
  EXPECT_EQ(open(age::Identity(kKeyFile), "/custodians/anna.age"), custodian.text() + "\n");
  EXPECT_EQ(open(custodian, "/compartments/base.age"), Vault::compartments(disk, directory, custodian).value().base().text() + "\n");
  EXPECT_EQ(open(custodian, "/log.age"), text_of(log_key().seed()));
  // And a compartment that the command made is one of ours.
  const age::Identity other(sha256(view("another compartment")));
  test::write_file(keys + "/plain", other.text() + "\n");
  const auto sealed = run_child({"age", "-r", age::recipient_text(custodian.recipient()), keys + "/plain"}, {});
  ASSERT_TRUE(sealed && sealed->exit_code == 0);
  test::write_file(directory + "/compartments/abcd.age", text_of(sealed->output));
  const auto ring = Vault::compartments(disk, directory, custodian).value();
  ASSERT_NE(ring.find(compartment_tag(other.recipient())), nullptr);
  EXPECT_NE(ring.base().secret(), other.secret());
}

TEST_F(VaultTest, every_damaged_byte_of_a_sealed_file_is_an_error) {
  const auto custodian = Vault::create(disk, directory, "anna", Secret{{}, kKeyFile}, log_key(), 10, system_random()).value();
  const std::string good = test::read_file(directory + "/log.age");
  for (std::size_t i = 0; i < good.size(); i += 3) {
    test::write_file(directory + "/log.age", text_of(flip(to_bytes(std::string_view(good)), i)));
    EXPECT_FALSE(Vault::log_key(disk, directory, custodian)) << i;
  }
}

TEST_F(VaultTest, an_open_case_keeps_only_the_bare_log_key) {
  ASSERT_TRUE(Vault::create_open(disk, directory, log_key()));
  EXPECT_EQ(Vault::open_log_key(disk, directory).value().seed(), log_key().seed());
  EXPECT_EQ(disk.list(directory).value(), std::vector<std::string>{"log.key"});
  test::write_file(directory + "/log.key", "short");
  EXPECT_EQ(Vault::open_log_key(disk, directory).error().code, ErrorCode::damaged);
}

TEST(KeyRings, derive_what_the_page_says) {
  const age::Identity base(sha256(view("base")));
  KeyRing ring;
  EXPECT_TRUE(ring.empty());
  ring.add(base);
  const Bytes case_id(16, 3);
  // RFC 5869 in full, by hand.
  const Hash extracted = hmac_sha256(case_id, base.secret());
  const Bytes message = to_bytes(std::string_view("oyer/projection/1\x01"));
  EXPECT_EQ(ring.derive(case_id, "oyer/projection/1"), hmac_sha256(extracted, message));
  std::set<Hash> all;
  for (const char* info : {"oyer/projection/1", "oyer/state/1", "oyer/hint/1", "oyer/dedup/1", "oyer/edition/1"}) all.insert(ring.derive(case_id, info));
  EXPECT_EQ(all.size(), 5U);
  const Hash expected = sha256({view("oyer/compartment/1\n"), view(age::recipient_text(base.recipient()))});
  EXPECT_TRUE(std::equal(expected.begin(), expected.begin() + 16, compartment_tag(base.recipient()).begin()));
}

TEST(KeyRings, open_headers_with_a_right_a_wrong_and_a_missing_hint) {
  const age::Identity base(sha256(view("base"))), other(sha256(view("other"))), stranger(sha256(view("stranger")));
  KeyRing ring;
  ring.add(base);
  ring.add(other);
  const Hash hint_key = sha256(view("hint key")), address = sha256(view("address"));
  const age::FileKey key = age::new_file_key(system_random());
  HeaderRecord record{ring.hint_for(hint_key, compartment_tag(other.recipient()), address), age::make_header(key, {other.recipient()}, system_random())};
  EXPECT_EQ(ring.open(hint_key, address, record).value(), key);
  record.hint[0] ^= 1;
  EXPECT_EQ(ring.open(hint_key, address, record).value(), key);
  KeyRing without;
  without.add(stranger);
  EXPECT_EQ(without.open(hint_key, address, record).error().code, ErrorCode::refused);
}

}  // namespace
}  // namespace oyer::seal
