// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/vault_audit.h"

#include <gtest/gtest.h>

#include "seal/hash.h"
#include "seal/vault.h"
#include "support/faulty_disk.h"

namespace oyer::seal {
namespace {

using test::FaultyDisk;

FaultyDisk vault_of(bool open_case) {
  FaultyDisk disk;
  const SigningKey log(sha256(view("the log's key")));
  if (open_case)
    EXPECT_TRUE(Vault::create_open(disk, "v", log));
  else
    EXPECT_TRUE(Vault::create(disk, "v", "anna", Secret{{}, sha256(view("key file"))}, log, 10, system_random()));
  return disk;
}

std::vector<std::string> faults_of(const Disk& disk, bool open_case = false) {
  std::vector<std::string> faults;
  EXPECT_TRUE(audit_vault(disk, "v", open_case, [&](const std::string& fault) { faults.push_back(fault); }));
  return faults;
}

TEST(VaultAudit, says_nothing_of_a_whole_vault) {
  EXPECT_TRUE(faults_of(vault_of(false)).empty());
  EXPECT_TRUE(faults_of(vault_of(true), true).empty());
}

TEST(VaultAudit, names_every_file_that_is_gone_empty_or_of_another_form) {
  const FaultyDisk whole = vault_of(false);
  for (const std::string name : {"log.age", "compartments/base.age", "custodians/anna.age", "custodians/anna.pub"}) {
    FaultyDisk gone = whole, hollow = whole, flipped = whole;
    gone.erase_raw("v/" + name);
    hollow.raw("v/" + name).clear();
    flipped.raw("v/" + name)[3] ^= 1;
    for (const FaultyDisk* disk : {&gone, &hollow, &flipped}) {
      const auto faults = faults_of(*disk);
      ASSERT_EQ(faults.size(), 1U) << name;
      EXPECT_NE(faults[0].find(name == "custodians/anna.age" && disk == &gone ? "custodians" : name), std::string::npos) << faults[0];
    }
  }
  FaultyDisk open_case = vault_of(true);
  open_case.raw("v/log.key").pop_back();
  EXPECT_EQ(faults_of(open_case, true).size(), 1U);
  open_case.erase_raw("v/log.key");
  EXPECT_EQ(faults_of(open_case, true).size(), 1U);
}

TEST(VaultAudit, tells_that_both_copies_of_the_headers_are_gone) {
  FaultyDisk disk = vault_of(false);
  disk.erase_raw("v/headers-a");
  EXPECT_TRUE(faults_of(disk).empty());  // HeaderStore tells of one
  disk.erase_raw("v/headers-b");
  EXPECT_EQ(faults_of(disk).size(), 1U);
}

// A reader must hear of every flipped bit in either copy, also in the newest record, which a writer mends as a torn tail.
TEST(HeaderFaults, a_reader_hears_of_every_flipped_bit_in_one_copy) {
  FaultyDisk disk;
  ASSERT_TRUE(HeaderStore::create(disk, "v"));
  {
    auto store = HeaderStore::open(disk, "v", true).value();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(store->put(sha256(view(std::to_string(i))), {}, "age-encryption.org/v1\nheader " + std::to_string(i)));
    ASSERT_TRUE(store->sync());
  }
  EXPECT_TRUE(HeaderStore::open(disk, "v", false).value()->faults().empty());
  for (const std::string name : {"headers-a", "headers-b"}) {
    for (std::size_t bit = 0; bit < disk.raw("v/" + name).size() * 8; ++bit) {
      FaultyDisk damaged = disk;
      damaged.raw("v/" + name)[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
      const auto store = HeaderStore::open(damaged, "v", false).value();
      ASSERT_EQ(store->size(), 3U) << bit;
      ASSERT_FALSE(store->faults().empty()) << name << " bit " << bit;
      ASSERT_NE(store->faults()[0].find(name), std::string::npos) << store->faults()[0];
    }
  }
}

}  // namespace
}  // namespace oyer::seal
