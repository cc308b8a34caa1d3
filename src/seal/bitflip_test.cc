// SPDX-License-Identifier: GPL-3.0-or-later
// Every single bit of journal/: the full audit must tell each flip and name the file. The files stay as they are; a disk in between shows
// one of them with a bit flipped, so that a flip costs one audit and no write.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "base/clock.h"
#include "seal/blob_store.h"
#include "seal/hash.h"
#include "seal/journal.h"
#include "seal/journal_audit.h"
#include "support/faulty_disk.h"
#include "support/vectors.h"

namespace oyer::seal {
namespace {

const std::string kLog = "log.oyer.invalid/0123456789abcdefghijklmnop";

// Shows files from memory, in which one bit can be off. The audit only reads, and reads whole files.
class FlippedDisk : public test::FaultyDisk {
 public:
  explicit FlippedDisk(const std::string& directory) {
    for (const auto& path : test::files_below(directory)) {
      const std::string bytes = test::read_file(path);
      files_[path] = to_bytes(std::string_view(bytes));
    }
  }
  const std::map<std::string, Bytes>& all() const { return files_; }
  void flip(const std::string& path, std::size_t bit) { files_.at(path)[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8)); }
  Result<Bytes> read_all(const std::string& path) const override {
    const auto it = files_.find(path);
    if (it == files_.end()) return fail(ErrorCode::not_found, "Opening " + path + " failed: no such file.");
    return it->second;
  }

 private:
  std::map<std::string, Bytes> files_;
};

// 1,000 entries: submissions of mixed size, checkpoints at 300, 700 and 900, full and partial tiles, and a write-ahead file of several batches.
void make_journal(const std::string& directory) {
  const SigningKey key(sha256(view("the log's key")));
  ASSERT_TRUE(Journal::create(real_disk(), directory, VerifierKey{kLog, key.public_key()}));
  auto journal = Journal::open(real_disk(), directory, true).value();
  SeededRandom random(9);
  for (const std::uint64_t until : {300U, 700U, 900U, 1000U}) {
    while (journal->size() < until) {
      std::vector<Bytes> batch(std::min<std::uint64_t>(1 + random.next() % 40, until - journal->size()));
      for (Bytes& entry : batch) entry = random_bytes(random, random.next() % 50 == 0 ? 600 : 33 + 32 * (random.next() % 2));
      ASSERT_TRUE(journal->append(batch));
    }
    if (until < 1000) {
      ASSERT_TRUE(journal->publish(key));
    }
  }
}

void expect_flips_found(std::size_t stride) {
  const std::string directory = test::fresh_directory("bitflip") + "/journal";
  make_journal(directory);
  FlippedDisk disk(directory);
  std::vector<std::string> told;
  const auto audit = [&] {
    told.clear();
    const auto done = audit_journal(disk, directory, [&](const std::string& fault) { told.push_back(fault); });
    if (!done) told.push_back(done.error().text());
    return done;
  };
  const auto clean = audit();
  ASSERT_TRUE(clean && told.empty()) << told[0];
  ASSERT_EQ(clean->size, 1000U);
  ASSERT_EQ(clean->signed_size, 900U);
  std::uint64_t flips = 0, position = 0;
  std::map<std::string, Bytes> files = disk.all();
  for (const auto& [path, bytes] : files) {
    const std::string name = "journal" + path.substr(directory.size());
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      if (position++ % stride != 0) continue;
      disk.flip(path, bit);
      (void)audit();
      disk.flip(path, bit);
      ++flips;
      ASSERT_TRUE(std::any_of(told.begin(), told.end(), [&](const std::string& fault) { return fault.find(name) != std::string::npos; })) << name << ", bit " << bit << ": " << (told.empty() ? "nothing is told" : told[0]);
    }
  }
  ASSERT_TRUE(audit() && told.empty());
  std::printf("  %llu of %llu bits flipped in %zu files, each found and named\n", static_cast<unsigned long long>(flips), static_cast<unsigned long long>(position), files.size());
  std::filesystem::remove_all(directory);
}

TEST(BitFlips, a_sample_over_all_files_of_the_journal_is_found_and_named) { expect_flips_found(997); }
TEST(BitFlipsLong, every_single_bit_of_the_journal_is_found_and_named) {
  if (std::getenv("OYER_LONG") == nullptr) GTEST_SKIP() << "the long run sets OYER_LONG (make e2e)";
  expect_flips_found(1);
}

// 2,000 flips over packs and large files: each is told by the scrub, with its file.
TEST(BitFlips, two_thousand_in_blobs_are_found_and_named) {
  test::FaultyDisk disk;
  ASSERT_TRUE(BlobStore::create(disk, "b"));
  SeededRandom random(4);
  {
    auto store = BlobStore::open(disk, "b", true).value();
    for (const std::size_t size : {0U, 1U, 300U, 4000U, 20000U, 65536U, 65537U, 100000U, 150000U, 9U}) ASSERT_TRUE(store->put(random_bytes(random, size)));
    ASSERT_TRUE(store->sync());
  }
  const auto paths = disk.files();
  ASSERT_EQ(paths.size(), 4U);
  for (int i = 0; i < 2000; ++i) {
    const std::string& path = paths[static_cast<std::size_t>(i) % paths.size()];
    Bytes& bytes = disk.raw(path);
    const std::size_t bit = random.next() % (bytes.size() * 8);
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    std::vector<std::string> told;
    ASSERT_TRUE(BlobStore::open(disk, "b", false).value()->scrub([&](const std::string& fault) { told.push_back(fault); }));
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    ASSERT_FALSE(told.empty()) << path << " bit " << bit;
    ASSERT_NE(told[0].find(path), std::string::npos) << told[0];
  }
}

}  // namespace
}  // namespace oyer::seal
