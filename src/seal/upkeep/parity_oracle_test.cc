// SPDX-License-Identifier: GPL-3.0-or-later
// A decoder in Python, written from docs/formats/blob.md, must heal what this code wrote: then the page tells the whole format.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "base/clock.h"
#include "seal/blob_store.h"
#include "seal/upkeep/parity.h"

namespace oyer::seal {
namespace {

TEST(ParityOracle, a_decoder_written_from_the_page_heals_the_same_bytes) {
  if (std::system("/usr/bin/python3 -c '' 2>/dev/null") != 0) GTEST_SKIP() << "SKIPPED, LOUDLY: there is no /usr/bin/python3.";
  const auto directory = std::filesystem::temp_directory_path() / ("oyer-parity-oracle-" + std::to_string(::getpid()));
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    std::filesystem::remove_all(directory);
    const std::string blobs = (directory / "blobs").string();
    SeededRandom random(seed);
    ASSERT_TRUE(BlobStore::create(real_disk(), blobs));
    for (int round = 0; round < 2; ++round) {
      auto store = BlobStore::open(real_disk(), blobs, true).value();
      for (int i = 0; i < 60; ++i) ASSERT_TRUE(store->put(random_bytes(random, random.next() % 9000)));
      for (int i = 0; i < 16; ++i) ASSERT_TRUE(store->put(random_bytes(random, 65537 + random.next() % 9000)));
      ASSERT_TRUE(store->sync());
      ASSERT_EQ(write_parity(real_disk(), blobs, {}).value().sets.size(), 1U);
    }
    std::map<std::string, Bytes> whole;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(blobs)) {
      const std::string path = std::filesystem::relative(entry.path(), blobs).string();
      if (entry.is_regular_file() && !path.starts_with("parity/")) whole[path] = real_disk().read_all(entry.path().string()).value();
    }
    ASSERT_EQ(whole.size(), 33U);
    // A pack with a zeroed hole, a large file gone, another cut, a parity set with a damaged first header.
    const auto large = std::find_if(whole.begin(), whole.end(), [](const auto& file) { return is_large_path(file.first); });
    ASSERT_NE(large, whole.end());
    std::filesystem::remove(blobs + "/" + large->first);
    std::filesystem::resize_file(blobs + "/" + std::next(large)->first, 60000);
    ASSERT_TRUE(real_disk().overwrite(blobs + "/packs/000001.pack", 30000 + random.next() % 60000, Bytes(9000)));
    ASSERT_TRUE(real_disk().overwrite(blobs + "/parity/000001.par", 100, Bytes(4)));
    const std::string command = "/usr/bin/python3 " + std::string(OYER_SOURCE_DIR) + "/tests/support/parity_decode.py " + blobs + " " + (directory / "out").string();
    ASSERT_EQ(std::system(command.c_str()), 0) << seed;
    for (const auto& [path, bytes] : whole) ASSERT_EQ(real_disk().read_all((directory / "out" / path).string()).value(), bytes) << path;
    const auto healed = heal(real_disk(), blobs, [](std::uint64_t) { return Result<void>{}; }).value();
    ASSERT_TRUE(healed.not_healed.empty()) << healed.not_healed[0];
    for (const auto& [path, bytes] : whole) ASSERT_EQ(real_disk().read_all(blobs + "/" + path).value(), bytes) << path;
  }
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace oyer::seal
