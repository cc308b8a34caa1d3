// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/clock.h"
#include "seal/hash.h"
#include "seal/journal.h"
#include "seal/wal.h"
#include "support/faulty_disk.h"

namespace oyer::seal {
namespace {

using test::FaultyDisk;

const std::string kLog = "log.oyer.invalid/0123456789abcdefghijklmnop";
SigningKey log_key() { return SigningKey(sha256(view("the log's key"))); }

FaultyDisk fresh() {
  FaultyDisk disk;
  EXPECT_TRUE(Journal::create(disk, "j", VerifierKey{kLog, log_key().public_key()}));
  return disk;
}
std::unique_ptr<Journal> opened(Disk& disk, bool writable = true) {
  auto journal = Journal::open(disk, "j", writable);
  EXPECT_TRUE(journal) << journal.error().text();
  return journal ? *std::move(journal) : nullptr;
}
std::vector<Bytes> some_entries(SeededRandom& random, std::size_t count, std::size_t largest = 40) {
  std::vector<Bytes> out(count);
  for (Bytes& entry : out) entry = random_bytes(random, 1 + random.next() % largest);
  return out;
}
std::vector<Hash> hashes_of(const std::vector<Bytes>& entries) {
  std::vector<Hash> out;
  for (const Bytes& entry : entries) out.push_back(leaf_hash(entry));
  return out;
}

// The tree on disk against C2SP tlog-tiles, made anew from the entries alone.
void expect_tiles(FaultyDisk& disk, const std::vector<Bytes>& entries) {
  const std::uint64_t size = entries.size();
  for (std::uint64_t at = 0; at < size; at += 256) {
    const std::uint64_t width = std::min<std::uint64_t>(256, size - at);
    Bytes bundle;
    for (std::uint64_t i = at; i < at + width; ++i) {
      put_u16(bundle, static_cast<std::uint16_t>(entries[i].size()));
      append(bundle, entries[i]);
    }
    ASSERT_EQ(disk.read_all("j/tile/entries/" + tile_path(at / 256, static_cast<unsigned>(width))).value(), bundle) << at;
  }
  std::vector<Hash> level = hashes_of(entries);
  for (unsigned tile_level = 0; !level.empty(); ++tile_level) {
    std::vector<Hash> above;
    for (std::size_t at = 0; at < level.size(); at += 256) {
      const std::size_t width = std::min<std::size_t>(256, level.size() - at);
      Bytes tile;
      for (std::size_t i = at; i < at + width; ++i) append(tile, level[i]);
      ASSERT_EQ(disk.read_all("j/tile/" + std::to_string(tile_level) + "/" + tile_path(at / 256, static_cast<unsigned>(width))).value(), tile) << tile_level << " " << at;
      if (width == 256) above.push_back(merkle_root(std::span(level).subspan(at, 256)));
    }
    level = std::move(above);  // a partial tile is never hashed upward, an empty one never written
    if (level.empty()) {
      EXPECT_FALSE(disk.exists("j/tile/" + std::to_string(tile_level + 1)));
    }
  }
}

TEST(TilePaths, are_those_of_c2sp) {
  EXPECT_EQ(tile_path(0), "000");
  EXPECT_EQ(tile_path(999), "999");
  EXPECT_EQ(tile_path(1000), "x001/000");
  EXPECT_EQ(tile_path(1234067), "x001/x234/067");
  EXPECT_EQ(tile_path(1234067, 7), "x001/x234/067.p/7");
  EXPECT_EQ(tile_path(5, 256), "005");
}

RC_GTEST_PROP(JournalBatches, random_batches_give_the_trees_roots_and_proofs_and_survive_reopening, ()) {
  SeededRandom random(*rc::gen::arbitrary<std::uint64_t>());
  FaultyDisk disk = fresh();
  auto journal = opened(disk);
  std::vector<Bytes> all;
  std::vector<std::uint64_t> sizes;
  const int steps = *rc::gen::inRange(1, 12);
  for (int step = 0; step < steps; ++step) {
    const auto batch = some_entries(random, 1 + random.next() % (random.next() % 4 == 0 ? 400 : 20));
    RC_ASSERT(journal->append(batch).value() == all.size());
    all.insert(all.end(), batch.begin(), batch.end());
    sizes.push_back(all.size());
    const auto chance = random.next() % 4;
    if (chance == 0) {
      const auto checkpoint = journal->publish(log_key());
      RC_ASSERT(checkpoint.has_value());
      RC_ASSERT(checkpoint->size == all.size());
      expect_tiles(disk, all);
    }
    if (chance == 1) journal = opened(disk);
    if (chance == 2) journal = opened(disk, true);
  }
  journal = opened(disk, random.next() % 2 == 0);
  const auto leaves = hashes_of(all);
  RC_ASSERT(journal->size() == all.size());
  RC_ASSERT(journal->root().value() == merkle_root(leaves));
  for (int i = 0; i < 20; ++i) {
    const std::uint64_t size = 1 + random.next() % all.size(), index = random.next() % size, older = 1 + random.next() % size;
    const Hash root = merkle_root(std::span(leaves).first(size));
    RC_ASSERT(journal->root_at(size).value() == root);
    RC_ASSERT(journal->entry(index).value() == all[index]);
    RC_ASSERT(journal->leaf(index).value() == leaves[index]);
    RC_ASSERT(verify_inclusion(index, size, leaves[index], journal->prove_inclusion(index, size).value(), root));
    RC_ASSERT(verify_consistency(older, size, merkle_root(std::span(leaves).first(older)), root, journal->prove_consistency(older, size).value()));
  }
  std::uint64_t next = 0;
  RC_ASSERT(journal
                ->for_each(0,
                           [&](std::uint64_t index, ByteView entry) -> Result<void> {
                             if (index != next || !std::ranges::equal(entry, all[next])) return fail(ErrorCode::internal, "order");
                             ++next;
                             return {};
                           })
                .has_value());
  RC_ASSERT(next == all.size());
}

TEST(Journal, the_sizes_around_a_tile_publish_the_right_files) {
  for (const std::size_t size : {0UL, 1UL, 255UL, 256UL, 257UL, 511UL, 512UL, 513UL}) {
    FaultyDisk disk = fresh();
    auto journal = opened(disk);
    SeededRandom random(size);
    const auto entries = some_entries(random, size);
    ASSERT_TRUE(journal->append(entries));
    const auto checkpoint = journal->publish(log_key());
    ASSERT_TRUE(checkpoint) << checkpoint.error().text();
    EXPECT_EQ(checkpoint->root, merkle_root(hashes_of(entries)));
    expect_tiles(disk, entries);
    EXPECT_EQ(journal->checkpoint().value().root, checkpoint->root);
    EXPECT_EQ(opened(disk)->root().value(), checkpoint->root);
    // The write-ahead file begins at the last full bundle.
    EXPECT_EQ(parse_wal(disk.read_all("j/wal").value()).value().first, size / 256 * 256);
  }
}

TEST(Journal, crosses_65536_entries_and_their_upper_tiles) {
  FaultyDisk disk = fresh();
  auto journal = opened(disk);
  std::vector<Bytes> all;
  SeededRandom random(1);
  const auto add = [&](std::size_t count) {
    const auto batch = some_entries(random, count, 4);
    ASSERT_TRUE(journal->append(batch));
    all.insert(all.end(), batch.begin(), batch.end());
  };
  add(65000);
  add(535);
  ASSERT_TRUE(journal->publish(log_key()));  // 65,535: one short
  EXPECT_FALSE(disk.exists("j/tile/1/000"));
  add(1);
  ASSERT_TRUE(journal->publish(log_key()));
  expect_tiles(disk, all);
  journal = opened(disk);
  add(70000);  // moved into tiles by itself
  EXPECT_LT(parse_wal(disk.read_all("j/wal").value()).value().entries.size(), 256U);
  journal = opened(disk);
  add(300);
  ASSERT_TRUE(journal->publish(log_key()));
  expect_tiles(disk, all);
  const auto leaves = hashes_of(all);
  for (const bool writable : {false, true}) {
    journal = opened(disk, writable);
    EXPECT_EQ(journal->root().value(), merkle_root(leaves));
    for (int i = 0; i < 50; ++i) {
      const std::uint64_t size = 1 + random.next() % all.size(), index = random.next() % size;
      const Hash root = merkle_root(std::span(leaves).first(size));
      ASSERT_TRUE(verify_inclusion(index, size, leaves[index], journal->prove_inclusion(index, size).value(), root)) << index << "/" << size;
      ASSERT_TRUE(verify_consistency(size, all.size(), root, merkle_root(leaves), journal->prove_consistency(size, all.size()).value())) << size;
      ASSERT_EQ(journal->entry(index).value(), all[index]);
    }
  }
}

TEST(Journal, a_torn_tail_is_cut_at_every_length) {
  FaultyDisk disk = fresh();
  SeededRandom random(2);
  ASSERT_TRUE(opened(disk)->append(some_entries(random, 3)));
  const Bytes before = disk.read_all("j/wal").value();
  ASSERT_TRUE(opened(disk)->append(some_entries(random, 2)));
  const Bytes after = disk.read_all("j/wal").value();
  for (std::size_t length = before.size(); length < after.size(); ++length) {
    FaultyDisk torn = disk;
    torn.raw("j/wal").resize(length);
    EXPECT_EQ(opened(torn, false)->size(), 3U);
    EXPECT_EQ(torn.read_all("j/wal").value().size(), length);  // a reader cuts nothing
    auto journal = opened(torn);
    EXPECT_EQ(journal->size(), 3U);
    EXPECT_EQ(torn.read_all("j/wal").value(), before);
    ASSERT_TRUE(journal->append(some_entries(random, 1)));
    EXPECT_EQ(opened(torn)->size(), 4U);
  }
}

TEST(Journal, a_damaged_middle_is_refused_with_its_offset) {
  FaultyDisk disk = fresh();
  SeededRandom random(3);
  std::size_t starts[4] = {kWalHeaderSize};
  for (int i = 1; i < 4; ++i) {
    ASSERT_TRUE(opened(disk)->append(some_entries(random, 2)));
    starts[i] = disk.read_all("j/wal").value().size();
  }
  for (std::size_t at = kWalHeaderSize; at < starts[2]; ++at) {
    FaultyDisk damaged = disk;
    damaged.raw("j/wal")[at] ^= 0x10;
    const auto journal = Journal::open(damaged, "j", true);
    ASSERT_FALSE(journal) << at;
    EXPECT_EQ(journal.error().code, ErrorCode::damaged);
    EXPECT_NE(journal.error().message.find("offset " + std::to_string(at < starts[1] ? starts[0] : starts[1])), std::string::npos) << at << ": " << journal.error().message;
  }
}

// Whether anything tells that this journal is not what `entries` and its checkpoint say; a writer must tell it before it changes anything.
void expect_noticed(const FaultyDisk& damaged, const std::vector<Bytes>& entries, const std::string& what) {
  FaultyDisk disk = damaged;
  const auto reader = Journal::open(disk, "j", false);
  bool noticed = !reader;
  if (reader) {
    const auto checkpoint = (*reader)->checkpoint();
    noticed = !checkpoint || checkpoint->size != entries.size() || (*reader)->size() < checkpoint->size || (*reader)->root_at(checkpoint->size).value_or(Hash{}) != checkpoint->root;
  }
  EXPECT_TRUE(noticed) << "reader, " << what;
  auto writer = Journal::open(disk, "j", true);
  EXPECT_FALSE(writer) << "writer, " << what;
}

TEST(Journal, every_flipped_bit_in_wal_and_checkpoint_is_noticed) {
  SeededRandom random(4);
  for (const std::size_t count : {5UL, 260UL}) {
    FaultyDisk disk = fresh();
    auto journal = opened(disk);
    std::vector<Bytes> all;
    for (const std::size_t n : {std::size_t{3}, count - 4, std::size_t{1}}) {
      const auto batch = some_entries(random, n, 8);
      ASSERT_TRUE(journal->append(batch));
      all.insert(all.end(), batch.begin(), batch.end());
    }
    ASSERT_TRUE(journal->publish(log_key()));
    ASSERT_TRUE(opened(disk));
    for (const char* path : {"j/wal", "j/checkpoint"}) {
      const Bytes good = disk.read_all(path).value();
      for (std::size_t at = 0; at < good.size(); ++at)
        for (int bit = 0; bit < 8; ++bit) {
          FaultyDisk damaged = disk;
          damaged.raw(path)[at] ^= static_cast<std::uint8_t>(1 << bit);
          expect_noticed(damaged, all, std::string(path) + " byte " + std::to_string(at) + " bit " + std::to_string(bit));
          if (testing::Test::HasFailure()) return;
        }
      for (std::size_t length = 0; length < good.size(); ++length) {
        FaultyDisk damaged = disk;
        damaged.raw(path).resize(length);
        expect_noticed(damaged, all, std::string(path) + " cut to " + std::to_string(length));
        if (testing::Test::HasFailure()) return;
      }
    }
  }
}

TEST(Journal, an_index_of_another_bundle_in_the_wals_header_is_damage_and_cuts_nothing) {
  FaultyDisk disk = fresh();
  SeededRandom random(5);
  auto journal = opened(disk);
  ASSERT_TRUE(journal->append(some_entries(random, 256)));
  ASSERT_TRUE(journal->publish(log_key()));
  ASSERT_TRUE(journal->append(some_entries(random, 3)));
  ASSERT_TRUE(disk.remove("j/checkpoint"));  // even without a checkpoint to compare with
  journal.reset();
  const Bytes wal = disk.read_all("j/wal").value();
  disk.raw("j/wal")[22] ^= 1;  // 256 -> 0
  const auto again = Journal::open(disk, "j", true);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::damaged);
  EXPECT_EQ(disk.read_all("j/wal").value().size(), wal.size());
}

TEST(Journal, flipped_bits_in_the_tiles_that_carry_the_edge_stop_a_writer) {
  FaultyDisk disk = fresh();
  SeededRandom random(6);
  auto journal = opened(disk);
  ASSERT_TRUE(journal->append(some_entries(random, 600)));
  ASSERT_TRUE(journal->publish(log_key()));
  ASSERT_TRUE(opened(disk));
  for (const char* tile : {"j/tile/0/000", "j/tile/0/001"})
    for (int i = 0; i < 200; ++i) {
      FaultyDisk damaged = disk;
      damaged.raw(tile)[random.next() % 8192] ^= static_cast<std::uint8_t>(1U << (random.next() % 8));
      const auto writer = Journal::open(damaged, "j", true);
      ASSERT_FALSE(writer) << "a new checkpoint would sign over a fork";
      EXPECT_EQ(writer.error().code, ErrorCode::damaged);
    }
}

TEST(Journal, what_reads_back_otherwise_is_never_signed) {
  FaultyDisk disk = fresh();
  SeededRandom random(7);
  auto journal = opened(disk);
  ASSERT_TRUE(journal->append(some_entries(random, 5)));
  disk.raw("j/wal")[kWalHeaderSize + 25] ^= 1;
  EXPECT_EQ(journal->publish(log_key()).error().code, ErrorCode::damaged);
  EXPECT_FALSE(disk.exists("j/checkpoint"));
  EXPECT_FALSE(journal->append(some_entries(random, 1)));  // and nothing more is taken
}

TEST(Journal, partial_tiles_can_be_lost_and_full_ones_are_told) {
  FaultyDisk disk = fresh();
  SeededRandom random(8);
  auto journal = opened(disk);
  const auto entries = some_entries(random, 600);
  ASSERT_TRUE(journal->append(entries));
  ASSERT_TRUE(journal->publish(log_key()));
  for (const auto& path : disk.files())
    if (path.find(".p/") != std::string::npos) disk.erase_raw(path);
  journal = opened(disk);
  EXPECT_EQ(journal->root().value(), merkle_root(hashes_of(entries)));
  disk.raw("j/tile/entries/000").pop_back();
  EXPECT_EQ(opened(disk)->entry(3).error().code, ErrorCode::damaged);
  disk.erase_raw("j/tile/0/001");
  EXPECT_FALSE(Journal::open(disk, "j", true));
}

TEST(Journal, entries_of_no_or_too_many_bytes_are_refused) {
  FaultyDisk disk = fresh();
  auto journal = opened(disk);
  EXPECT_FALSE(journal->append(std::vector<Bytes>{Bytes{}}));
  EXPECT_FALSE(journal->append(std::vector<Bytes>{Bytes(65536)}));
  ASSERT_TRUE(journal->append(std::vector<Bytes>{Bytes(65535, 7), Bytes(1)}));
  ASSERT_TRUE(journal->publish(log_key()));
  EXPECT_EQ(opened(disk)->entry(0).value().size(), 65535U);
  EXPECT_EQ(journal->entry(2).error().code, ErrorCode::not_found);
  auto reader = opened(disk, false);
  EXPECT_FALSE(reader->append(std::vector<Bytes>{Bytes(1)}));
  EXPECT_FALSE(reader->publish(log_key()));
}

TEST(Journal, is_not_found_where_there_is_none) {
  FaultyDisk disk;
  EXPECT_EQ(Journal::open(disk, "j", false).error().code, ErrorCode::not_found);
}

// Runs appends and publications; tells what was acknowledged.
struct Acknowledged {
  std::vector<Bytes> entries;
  std::optional<Checkpoint> checkpoint;
};
void run_journal(Disk& disk, std::uint64_t seed, std::vector<Bytes>& attempted, Acknowledged& acknowledged) {
  auto journal = Journal::open(disk, "j", true);
  if (!journal) return;
  SeededRandom random(seed);
  for (int step = 0; step < 7; ++step) {
    const auto batch = some_entries(random, step == 3 ? 300 : 1 + random.next() % 120, 6);
    attempted.insert(attempted.end(), batch.begin(), batch.end());
    if (!(*journal)->append(batch)) return;
    acknowledged.entries = attempted;
    if (step % 2 == 1) {
      const auto checkpoint = (*journal)->publish(log_key());
      if (!checkpoint) return;
      acknowledged.checkpoint = *checkpoint;
    }
  }
}
void expect_recovered(FaultyDisk& disk, const std::vector<Bytes>& attempted, const Acknowledged& acknowledged, const std::string& what) {
  auto journal = Journal::open(disk, "j", true);
  ASSERT_TRUE(journal) << what << ": " << journal.error().text();
  ASSERT_GE((*journal)->size(), acknowledged.entries.size()) << what;
  ASSERT_LE((*journal)->size(), attempted.size()) << what;
  for (std::uint64_t i = 0; i < (*journal)->size(); ++i) ASSERT_EQ((*journal)->entry(i).value(), attempted[i]) << what << " entry " << i;
  const auto checkpoint = (*journal)->checkpoint();
  if (acknowledged.checkpoint) {
    ASSERT_TRUE(checkpoint) << what;
    ASSERT_GE(checkpoint->size, acknowledged.checkpoint->size) << what;
  }
  SeededRandom random(99);
  ASSERT_TRUE((*journal)->append(some_entries(random, 3))) << what;
  const auto published = (*journal)->publish(log_key());
  ASSERT_TRUE(published) << what << ": " << published.error().text();
  auto all = std::vector<Bytes>(attempted.begin(), attempted.begin() + static_cast<std::ptrdiff_t>(published->size - 3));
  SeededRandom again(99);
  const auto added = some_entries(again, 3);
  all.insert(all.end(), added.begin(), added.end());
  ASSERT_EQ(published->root, merkle_root(hashes_of(all))) << what;
  expect_tiles(disk, all);
}

TEST(JournalPower, cuts_at_every_operation_lose_nothing_acknowledged) {
  const FaultyDisk clean = fresh();
  int cuts = 0;
  for (std::uint64_t at = 0;; ++at) {
    bool hit = false;
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
      FaultyDisk disk = clean;
      disk.arm(FaultyDisk::Fault::power_cut, at);
      std::vector<Bytes> attempted;
      Acknowledged acknowledged;
      run_journal(disk, 5, attempted, acknowledged);
      hit = disk.hit();
      if (!hit) break;
      ++cuts;
      disk.restart_after_power_cut(at * 1000 + seed);
      expect_recovered(disk, attempted, acknowledged, "cut at " + std::to_string(at) + ", seed " + std::to_string(seed));
      if (testing::Test::HasFailure()) return;
    }
    if (!hit) break;
  }
  std::printf("  journal: %d power cuts\n", cuts);
  EXPECT_GT(cuts, 500);
}

TEST(JournalPower, errors_and_a_full_disk_at_every_operation_lose_nothing_acknowledged) {
  const FaultyDisk clean = fresh();
  for (const auto fault : {FaultyDisk::Fault::io_error, FaultyDisk::Fault::no_space}) {
    for (std::uint64_t at = 0;; ++at) {
      FaultyDisk disk = clean;
      disk.arm(fault, at);
      std::vector<Bytes> attempted;
      Acknowledged acknowledged;
      run_journal(disk, 5, attempted, acknowledged);
      if (!disk.hit()) {
        EXPECT_EQ(acknowledged.entries.size(), attempted.size());
        break;
      }
      disk.restart_process();
      expect_recovered(disk, attempted, acknowledged, "fault at " + std::to_string(at));
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST(JournalPower, after_a_failure_everything_is_refused_until_it_is_opened_again) {
  const FaultyDisk clean = fresh();
  for (std::uint64_t at = 0; at < 40; ++at) {
    FaultyDisk disk = clean;
    SeededRandom random(at);
    auto journal = opened(disk);
    ASSERT_TRUE(journal->append(some_entries(random, 300)));
    disk.arm(FaultyDisk::Fault::io_error, at);
    if (journal->publish(log_key())) break;
    disk.disarm();
    EXPECT_FALSE(journal->append(some_entries(random, 1))) << at;
    EXPECT_FALSE(journal->publish(log_key())) << at;
    EXPECT_EQ(opened(disk)->size(), 300U);
  }
}

RC_GTEST_PROP(Bundles, any_bytes_are_parsed_or_refused, (const Bytes& bytes)) {
  for (std::size_t count = 0; count < 4; ++count)
    if (const auto entries = parse_bundle(bytes, count)) {
      Bytes again;
      for (const Bytes& entry : *entries) {
        put_u16(again, static_cast<std::uint16_t>(entry.size()));
        append(again, entry);
      }
      RC_ASSERT(again == bytes);
    }
}

}  // namespace
}  // namespace oyer::seal
