// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/upkeep/parity.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "seal/blob_store.h"
#include "seal/hash.h"
#include "seal/upkeep/parity_set.h"
#include "support/faulty_disk.h"

namespace oyer::seal {
namespace {

using test::FaultyDisk;
using Files = std::map<std::string, Bytes>;

const Paced kFreely = [](std::uint64_t) { return Result<void>{}; };

void fill(Disk& disk, SeededRandom& random, std::size_t small, std::size_t large) {
  ASSERT_TRUE(BlobStore::create(disk, "b"));
  auto store = BlobStore::open(disk, "b", true).value();
  for (std::size_t i = 0; i < small; ++i) ASSERT_TRUE(store->put(random_bytes(random, random.next() % 9000)));
  for (std::size_t i = 0; i < large; ++i) ASSERT_TRUE(store->put(random_bytes(random, 65537 + random.next() % 80000)));
  ASSERT_TRUE(store->sync());
}

// All files below a folder of the store, or all stored and parity files.
Files files_of(FaultyDisk& disk, const std::string& prefix = "b/") {
  Files out;
  for (const std::string& path : disk.files())
    if (path.starts_with(prefix) && !path.ends_with("/lock") && (prefix != "b/" || (!path.starts_with("b/damaged/") && !path.starts_with("b/tmp/")))) out[path] = disk.raw(path);
  return out;
}

std::string differences(const Files& a, const Files& b) {
  std::string out;
  for (const auto& [path, bytes] : a)
    if (!b.contains(path) || b.at(path) != bytes) out += path + " ";
  for (const auto& [path, bytes] : b)
    if (!a.contains(path)) out += "+" + path + " ";
  return out;
}

std::uint64_t faults(FaultyDisk& disk) {
  std::uint64_t count = 0;
  EXPECT_TRUE(BlobStore::open(disk, "b", false).value()->scrub([&](const std::string&) { ++count; }));
  return count;
}

std::string only_set(const FaultyDisk& disk) {
  std::string out;
  for (const std::string& path : disk.files())
    if (path.ends_with(".par")) out = path;
  return out;
}

// Counts per group what is bad, straight from the definition.
std::vector<std::uint64_t> bad_per_group(const FaultyDisk& disk, const ParitySet& set, const std::string& path) {
  std::vector<std::uint64_t> bad(set.groups());
  ShardReader reader(disk, "b", kFreely);
  for (std::uint64_t shard = 0; shard < set.data_hashes.size(); ++shard) {
    const auto bytes = reader.read(set, shard).value();
    if (!bytes || sha256(*bytes) != set.data_hashes[shard]) ++bad[shard % set.groups()];
  }
  for (std::uint64_t index = 0; index < set.parity_hashes.size(); ++index) {
    const auto bytes = reader.read_parity(set, path, index).value();
    if (!bytes || sha256(*bytes) != set.parity_hashes[index]) ++bad[index / set.m];
  }
  return bad;
}

void damage_at_random(FaultyDisk& disk, SeededRandom& random) {
  std::vector<std::string> paths;
  for (const std::string& path : disk.files())
    if (!path.ends_with("/lock")) paths.push_back(path);
  const std::string path = paths[random.next() % paths.size()];
  Bytes& bytes = disk.raw(path);
  if (bytes.empty()) return;
  const std::size_t at = random.next() % bytes.size();
  switch (random.next() % 5) {
    case 0: bytes[at] ^= static_cast<std::uint8_t>(1U << (random.next() % 8)); break;
    case 1: {  // sectors that read as zeros
      const std::size_t from = at / 4096 * 4096;
      std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(from), bytes.begin() + static_cast<std::ptrdiff_t>(std::min(bytes.size(), from + 4096 * (1 + random.next() % 8))), std::uint8_t{0});
      break;
    }
    case 2: bytes.resize(bytes.size() - random.next() % std::min<std::size_t>(bytes.size(), 60000)); break;
    case 3:
      if (!path.ends_with(".par")) disk.erase_raw(path);  // a set without any header can't come back, and need not
      break;
    default:  // something was written over it
      for (std::size_t i = at; i < std::min(bytes.size(), at + 300); ++i) bytes[i] = static_cast<std::uint8_t>(random.next());
  }
}

TEST(Parity, random_damage_of_at_most_m_shards_a_group_is_healed_byte_for_byte) {
  std::uint64_t rounds_with_damage = 0, deleted = 0, computed = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    SeededRandom random(seed);
    FaultyDisk disk;
    fill(disk, random, 20 + random.next() % 200, random.next() % 12);
    const auto report = write_parity(disk, "b", {}).value();
    ASSERT_EQ(report.sets.size(), 1U);
    ASSERT_TRUE(report.problems.empty());
    const Files whole = files_of(disk);
    const std::string path = only_set(disk);
    const ParitySet set = ParitySet::read(disk, path).value();
    for (int i = 0; i < 12; ++i) {
      FaultyDisk tried = disk;
      damage_at_random(tried, random);
      const auto header = ParitySet::read(tried, path);
      if (!header) continue;
      const auto bad = bad_per_group(tried, set, path);
      if (*std::max_element(bad.begin(), bad.end()) <= set.m) disk = tried;
    }
    const Files broken = files_of(disk);
    if (broken != whole) ++rounds_with_damage;
    for (const auto& [name, bytes] : whole) deleted += broken.contains(name) ? 0 : 1;
    const auto healed = heal(disk, "b", kFreely).value();
    ASSERT_TRUE(healed.not_healed.empty()) << seed << ": " << healed.not_healed[0];
    ASSERT_EQ(differences(whole, files_of(disk)), "") << seed;
    ASSERT_EQ(faults(disk), 0U);
    for (const Healed& file : healed.healed) {  // the damaged original is kept as it was
      computed += file.shards;
      const bool was_there = broken.contains("b/" + file.path);
      ASSERT_EQ(file.original.empty(), !was_there);
      if (was_there) {
        ASSERT_EQ(disk.raw("b/" + file.original), broken.at("b/" + file.path));
      }
    }
  }
  EXPECT_GT(rounds_with_damage, 35U);
  EXPECT_GT(deleted, 5U);
  EXPECT_GT(computed, 200U);
}

TEST(Parity, one_shard_more_than_m_is_refused_naming_file_and_group_and_the_rest_is_healed) {
  SeededRandom random(7);
  FaultyDisk disk;
  fill(disk, random, 300, 0);
  ASSERT_TRUE(write_parity(disk, "b", {}));
  const Files whole = files_of(disk);
  const ParitySet set = ParitySet::read(disk, only_set(disk)).value();
  ASSERT_GE(set.groups(), 8U);
  Bytes& pack = disk.raw("b/packs/000001.pack");
  for (std::uint64_t i = 0; i < 4; ++i) pack[set.place(5 + i * set.groups()).offset + 9] ^= 1;
  for (std::uint64_t i = 0; i < 3; ++i) pack[set.place(2 + i * set.groups()).offset + 9] ^= 1;
  Bytes expected = whole.at("b/packs/000001.pack");
  for (std::uint64_t i = 0; i < 4; ++i) expected[set.place(5 + i * set.groups()).offset + 9] ^= 1;
  const auto report = heal(disk, "b", kFreely).value();
  ASSERT_EQ(report.not_healed.size(), 1U);
  EXPECT_NE(report.not_healed[0].find("b/packs/000001.pack can't be healed everywhere: group 5 of b/parity/000001.par has 4 damaged shards and 3 can be computed"), std::string::npos) << report.not_healed[0];
  ASSERT_EQ(report.healed.size(), 1U);
  EXPECT_EQ(report.healed[0].shards, 3U);
  EXPECT_EQ(disk.raw("b/packs/000001.pack"), expected);
}

TEST(Parity, a_large_file_beyond_healing_is_left_alone) {
  SeededRandom random(8);
  FaultyDisk disk;
  fill(disk, random, 10, 3);
  ASSERT_TRUE(write_parity(disk, "b", {}));
  const std::string path = disk.files().front();
  ASSERT_TRUE(is_large_path(path.substr(2))) << path;
  ASSERT_TRUE(disk.exists(path));
  disk.erase_raw(path);  // a third of the set
  const Files before = files_of(disk);
  const auto report = heal(disk, "b", kFreely).value();
  EXPECT_TRUE(report.healed.empty());
  ASSERT_EQ(report.not_healed.size(), 1U);
  EXPECT_NE(report.not_healed[0].find(path + " can't be healed: group "), std::string::npos) << report.not_healed[0];
  EXPECT_EQ(differences(before, files_of(disk)), "");
}

TEST(Parity, later_sets_cover_what_came_since_and_heal_together) {
  SeededRandom random(9);
  FaultyDisk disk;
  std::uint64_t covered = 0;
  for (int round = 0; round < 4; ++round) {
    fill(disk, random, 60, 4);
    const auto report = write_parity(disk, "b", {}).value();
    ASSERT_EQ(report.sets.size(), 1U);
    covered += report.covered_bytes;
    ASSERT_TRUE(write_parity(disk, "b", {}).value().sets.empty());
  }
  std::uint64_t stored = 0;
  for (const auto& [path, bytes] : files_of(disk))
    if (!path.ends_with(".par")) stored += bytes.size();
  EXPECT_EQ(covered, stored);  // each byte once
  const Files whole = files_of(disk);
  Bytes& pack = disk.raw("b/packs/000001.pack");
  for (std::size_t at = 100; at < pack.size(); at += pack.size() / 8) pack[at] ^= 0x10;  // in the parts of all sets
  const auto report = heal(disk, "b", kFreely).value();
  ASSERT_TRUE(report.not_healed.empty()) << report.not_healed[0];
  ASSERT_EQ(report.healed.size(), 1U);
  EXPECT_EQ(differences(whole, files_of(disk)), "");
  // Records that came after the last set stay where they are.
  fill(disk, random, 30, 0);
  const Files grown = files_of(disk);
  disk.raw("b/packs/000001.pack")[500] ^= 4;
  ASSERT_EQ(heal(disk, "b", kFreely).value().healed.size(), 1U);
  EXPECT_EQ(differences(grown, files_of(disk)), "");
}

TEST(Parity, a_store_larger_than_a_set_gets_several) {
  SeededRandom random(10);
  FaultyDisk disk;
  fill(disk, random, 100, 20);
  ParityOptions options;
  options.largest_set = 300000;
  const auto report = write_parity(disk, "b", options).value();
  EXPECT_GT(report.sets.size(), 5U);
  EXPECT_TRUE(write_parity(disk, "b", options).value().sets.empty());
  const Files whole = files_of(disk);
  for (const auto& [path, bytes] : whole)
    if (!path.ends_with(".par")) disk.raw(path)[bytes.size() / 2] ^= 1;
  const auto healed = heal(disk, "b", kFreely).value();
  EXPECT_EQ(healed.healed.size(), 21U);
  EXPECT_TRUE(healed.not_healed.empty());
  EXPECT_EQ(differences(whole, files_of(disk)), "");
}

TEST(Parity, damage_is_never_covered_and_what_is_sound_around_it_is) {
  SeededRandom random(11);
  FaultyDisk disk;
  fill(disk, random, 100, 2);
  const std::string large = disk.files().front();
  disk.raw(large)[77] ^= 1;
  Bytes& pack = disk.raw("b/packs/000001.pack");
  pack[pack.size() / 2] ^= 1;
  const auto report = write_parity(disk, "b", {}).value();
  ASSERT_EQ(report.problems.size(), 2U);
  EXPECT_NE(report.problems[0].find("b/packs/000001.pack is damaged at offset "), std::string::npos);
  EXPECT_NE(report.problems[1].find(large), std::string::npos);
  const Files broken = files_of(disk);
  const auto nothing = heal(disk, "b", kFreely).value();
  EXPECT_TRUE(nothing.healed.empty());
  pack[20] ^= 1;
  pack[pack.size() - 1] ^= 1;
  const auto healed = heal(disk, "b", kFreely).value();
  ASSERT_EQ(healed.healed.size(), 1U);
  ASSERT_EQ(healed.not_healed.size(), 1U);
  EXPECT_NE(healed.not_healed[0].find("is still damaged at offset"), std::string::npos);
  EXPECT_EQ(differences(broken, files_of(disk)), "");
}

TEST(Parity, a_damaged_header_copy_or_parity_shard_is_told_and_written_anew) {
  SeededRandom random(12);
  FaultyDisk disk;
  fill(disk, random, 100, 3);
  ASSERT_TRUE(write_parity(disk, "b", {}));
  const std::string path = only_set(disk);
  const Files whole = files_of(disk);
  const std::size_t size = disk.raw(path).size();
  const std::size_t header = ParitySet::read(disk, path).value().header().size();
  for (const std::size_t at : {std::size_t{0}, std::size_t{17}, header / 2, header - 1, header + 5, size / 2, size - header, size - 40, size - 16, size - 10, size - 1}) {
    disk.raw(path)[at] ^= 0x20;
    if (at < header || at >= size - header - 16) {
      EXPECT_FALSE(ParitySet::read(disk, path).value().header_fault.empty()) << at;
    }
    disk.raw("b/packs/000001.pack")[300] ^= 1;
    const auto report = heal(disk, "b", kFreely).value();
    EXPECT_EQ(report.rewritten_sets, std::vector<std::string>{"parity/000001.par"}) << at;
    ASSERT_EQ(differences(whole, files_of(disk)), "") << at;
  }
  for (const std::size_t length : {size - 1, size - header, size / 2, header}) {
    disk.raw(path).resize(length);
    ASSERT_EQ(heal(disk, "b", kFreely).value().rewritten_sets.size(), 1U);
    ASSERT_EQ(differences(whole, files_of(disk)), "") << length;
  }
  // Both copies: the set is of no use, nothing else is lost, and a new set takes its place.
  disk.raw(path)[30] ^= 1;
  disk.raw(path)[size - 50] ^= 1;
  const auto report = heal(disk, "b", kFreely).value();
  ASSERT_EQ(report.not_healed.size(), 1U);
  EXPECT_NE(report.not_healed[0].find("neither copy of its header fits"), std::string::npos);
  const auto again = write_parity(disk, "b", {}).value();
  EXPECT_EQ(again.sets, std::vector<std::string>{"parity/000002.par"});
  EXPECT_EQ(again.problems.size(), 1U);
  disk.erase_raw(path);
  disk.raw("b/packs/000001.pack")[300] ^= 1;
  EXPECT_EQ(heal(disk, "b", kFreely).value().healed.size(), 1U);
  EXPECT_EQ(disk.raw("b/packs/000001.pack"), whole.at("b/packs/000001.pack"));
}

TEST(Parity, deleting_it_loses_nothing_and_it_is_made_anew) {
  SeededRandom random(13);
  FaultyDisk disk;
  EXPECT_TRUE(BlobStore::create(disk, "b"));
  EXPECT_TRUE(heal(disk, "b", kFreely).value().healed.empty());
  fill(disk, random, 50, 2);
  ASSERT_TRUE(write_parity(disk, "b", {}));
  const Files whole = files_of(disk);
  disk.erase_raw(only_set(disk));
  EXPECT_EQ(faults(disk), 0U);
  EXPECT_TRUE(heal(disk, "b", kFreely).value().healed.empty());
  ASSERT_TRUE(write_parity(disk, "b", {}));
  EXPECT_EQ(differences(whole, files_of(disk)), "");
}

// A set that no longer belongs to the files (a restored backup, or a forgery) must not take sound records away.
TEST(Parity, a_foreign_set_takes_no_sound_record_away) {
  SeededRandom random(14), other_random(15);
  FaultyDisk disk, other;
  fill(disk, random, 80, 0);
  fill(other, other_random, 80, 0);
  ASSERT_TRUE(write_parity(other, "b", {}));
  ASSERT_TRUE(disk.make_directories("b/parity"));
  disk.put_raw("b/parity/000001.par", other.raw("b/parity/000001.par"));
  // All but a few shards of the other store: enough for that set to compute the rest.
  const Bytes mine = disk.raw("b/packs/000001.pack");
  Bytes mixed = other.raw("b/packs/000001.pack");
  std::copy_n(mine.begin(), 14000, mixed.begin());
  disk.put_raw("b/packs/000001.pack", mixed);
  const auto report = heal(disk, "b", kFreely).value();
  EXPECT_TRUE(report.healed.empty());
  ASSERT_FALSE(report.not_healed.empty());
  EXPECT_NE(report.not_healed[0].find("it holds sound records, around offset 0, where its parity tells of others"), std::string::npos) << report.not_healed[0];
  EXPECT_EQ(disk.raw("b/packs/000001.pack"), mixed);
}

TEST(Parity, a_header_is_refused_that_contradicts_itself_or_names_other_files) {
  const auto read_back = [](ParitySet set) {
    FaultyDisk disk;
    disk.put_raw("x.par", set.header());
    return ParitySet::read(disk, "x.par").has_value();
  };
  const std::string name(64, 'a');
  const auto plan = [](const std::string& path, std::uint64_t offset, std::uint64_t length) { return ParitySet::plan({{path, offset, length, 0}}, 4096, 20, 3); };
  EXPECT_TRUE(read_back(plan("packs/000001.pack", 0, 5000)));
  EXPECT_TRUE(read_back(plan("aa/" + name, 0, 5000)));
  for (const std::string& path : std::vector<std::string>{"../case.toml", "packs/../../x.pack", "ab/" + name, "AA/" + name, "packs/00001.pack", "packs/0000001.pack", "", "tmp/1", "parity/000001.par"})
    EXPECT_FALSE(read_back(plan(path, 0, 5000))) << path;
  EXPECT_FALSE(read_back(plan("packs/000001.pack", ~std::uint64_t{0}, 5000)));
  ParitySet set = plan("packs/000001.pack", 0, 5000);
  set.ranges[0].length = 0;
  EXPECT_FALSE(read_back(set));
  set = plan("packs/000001.pack", 0, 5000);
  set.ranges[0].length = 9000;
  EXPECT_FALSE(read_back(set));
  set = plan("packs/000001.pack", 0, 5000);
  set.parity_hashes.pop_back();
  EXPECT_FALSE(read_back(set));
  for (const std::uint32_t size : {0U, 2048U, 4097U, 1U << 21}) {
    set = plan("packs/000001.pack", 0, 5000);
    set.shard_size = size;
    EXPECT_FALSE(read_back(set)) << size;
  }
}

TEST(Parity, shards_are_as_large_as_a_thousand_of_them_and_little_padding_allow) {
  const auto size = [](std::uint64_t count, std::uint64_t length) { return ParitySet::fitting_shard_size(std::vector<ParityRange>(count, {"packs/000001.pack", 0, length, 0})); };
  EXPECT_EQ(size(1, 100), 4096U);
  EXPECT_EQ(size(1, 5U << 20), 4096U);
  EXPECT_EQ(size(1, 256U << 20), 262144U);
  EXPECT_EQ(size(8, 256U << 20), 1048576U);
  EXPECT_EQ(size(100000, 100000), 8192U);  // larger shards of such files would be padding for the most part
}

TEST(Parity, a_power_cut_while_it_is_written_leaves_whole_sets_and_all_blobs) {
  SeededRandom random(16);
  FaultyDisk whole_disk;
  fill(whole_disk, random, 40, 2);
  ASSERT_TRUE(write_parity(whole_disk, "b", {}));
  fill(whole_disk, random, 40, 2);
  const Files before = files_of(whole_disk);
  std::uint64_t cuts = 0;
  for (std::uint64_t at = 0, next = 0;; at = next) {  // every write and every sync
    FaultyDisk cut = whole_disk;
    cut.arm(FaultyDisk::Fault::power_cut, at);
    (void)write_parity(cut, "b", {});
    if (!cut.hit()) break;
    next = cut.operations();
    ++cuts;
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      FaultyDisk disk = cut;
      disk.restart_after_power_cut(at * 10 + seed);
      for (const auto& [path, bytes] : files_of(disk)) {
        if (path.ends_with(".par")) {
          ASSERT_TRUE(ParitySet::read(disk, path).value().header_fault.empty()) << path << " " << at;
        }
        if (before.contains(path)) {
          ASSERT_EQ(bytes, before.at(path)) << path;
        }
      }
      ASSERT_TRUE(write_parity(disk, "b", {}));
      disk.raw("b/packs/000001.pack")[60] ^= 1;
      disk.raw("b/packs/000001.pack").back() ^= 1;
      const auto healed = heal(disk, "b", kFreely);
      ASSERT_TRUE(healed) << healed.error().text();
      ASSERT_TRUE(healed->not_healed.empty()) << at << healed->not_healed[0];
      ASSERT_EQ(disk.raw("b/packs/000001.pack"), before.at("b/packs/000001.pack"));
      for (const std::string& path : disk.files()) ASSERT_FALSE(path.ends_with(".tmp")) << path;
    }
  }
  EXPECT_GT(cuts, 20U);
}

TEST(Parity, a_fault_or_power_cut_while_healing_leaves_each_file_old_or_healed) {
  SeededRandom random(17);
  FaultyDisk damaged_disk;
  fill(damaged_disk, random, 60, 12);
  ParityOptions coarse;  // few writes, so that each of them can fail in turn
  coarse.shard_size = 16384;
  ASSERT_TRUE(write_parity(damaged_disk, "b", coarse));
  const Files whole = files_of(damaged_disk);
  const std::string set = only_set(damaged_disk);
  const std::string large = damaged_disk.files().front();
  damaged_disk.erase_raw(large);
  damaged_disk.raw("b/packs/000001.pack")[5000] ^= 1;
  damaged_disk.raw(set)[20] ^= 1;
  ASSERT_TRUE(damaged_disk.sync_everything("b"));  // the damage is on the medium
  const Files broken = files_of(damaged_disk);
  std::map<FaultyDisk::Fault, std::uint64_t> hits;
  for (std::uint64_t at = 0, next = 0;; at = next) {  // every write and every sync
    for (const auto fault : {FaultyDisk::Fault::power_cut, FaultyDisk::Fault::io_error, FaultyDisk::Fault::no_space}) {
      FaultyDisk disk = damaged_disk;
      disk.arm(fault, at);
      (void)heal(disk, "b", kFreely);
      hits[fault] += disk.hit() ? 1 : 0;
      if (fault == FaultyDisk::Fault::power_cut) {
        next = disk.hit() ? disk.operations() : 0;
        disk.restart_after_power_cut(at);
      } else {
        disk.disarm();
      }
      Files now = files_of(disk);
      std::erase_if(now, [](const auto& file) { return file.first.ends_with(".tmp"); });
      for (const auto& [path, bytes] : whole) {
        if (now.contains(path)) {
          ASSERT_TRUE(bytes == now.at(path) || (broken.contains(path) && broken.at(path) == now.at(path))) << path << " at " << at;
        } else {
          ASSERT_FALSE(broken.contains(path)) << path << " at " << at;
        }
      }
      for (const auto& [path, bytes] : files_of(disk, "b/damaged/")) ASSERT_EQ(bytes, broken.at("b/packs/000001.pack")) << path;
      const auto report = heal(disk, "b", kFreely);
      ASSERT_TRUE(report) << report.error().text();
      ASSERT_TRUE(report->not_healed.empty()) << report->not_healed[0];
      now = files_of(disk);
      std::erase_if(now, [](const auto& file) { return file.first.ends_with(".tmp"); });
      ASSERT_EQ(differences(whole, now), "") << at;
    }
    if (next == 0) break;  // nothing more to cut
  }
  for (const auto& [fault, count] : hits) EXPECT_GT(count, 30U);
}

// A file of which some sectors can't be read until it is replaced.
class BadSectors : public FaultyDisk {
 public:
  Result<std::unique_ptr<ReadFile>> open(const std::string& path) const override {
    auto file = TRY(FaultyDisk::open(path));
    if (path != bad_path) return file;
    return std::make_unique<Reader>(std::move(file), bad);
  }
  Result<void> rename(const std::string& from, const std::string& to) override {
    if (to == bad_path) bad_path.clear();
    return FaultyDisk::rename(from, to);
  }
  std::string bad_path;
  Span bad;

 private:
  class Reader : public ReadFile {
   public:
    Reader(std::unique_ptr<ReadFile> file, Span bad) : file_(std::move(file)), bad_(bad) {}
    Result<Bytes> read(std::uint64_t offset, std::size_t length) const override {
      if (offset < bad_.to && offset + length > bad_.from) return fail(ErrorCode::damaged, "Reading failed: Input/output error.");
      return file_->read(offset, length);
    }
    std::uint64_t size() const override { return file_->size(); }

   private:
    std::unique_ptr<ReadFile> file_;
    Span bad_;
  };
};

TEST(Parity, unreadable_sectors_are_healed_and_never_replaced_by_zeros) {
  for (const std::string which : {"pack", "large"}) {
    SeededRandom random(18);
    BadSectors disk;
    fill(disk, random, 100, 3);
    ASSERT_TRUE(write_parity(disk, "b", {}));
    const Files whole = files_of(disk);
    disk.bad_path = which == "pack" ? "b/packs/000001.pack" : disk.files().front();
    disk.bad = {40960, 49152};
    const auto report = heal(disk, "b", kFreely).value();
    ASSERT_EQ(report.healed.size(), 1U) << which;
    EXPECT_TRUE(report.not_healed.empty());
    EXPECT_EQ(differences(whole, files_of(disk)), "");
    const Bytes& kept = disk.raw("b/" + report.healed[0].original);
    ASSERT_EQ(kept.size(), disk.raw("b/" + report.healed[0].path).size());
    EXPECT_TRUE(std::all_of(kept.begin() + 40960, kept.begin() + 49152, [](std::uint8_t byte) { return byte == 0; }));
  }
  // Beyond what parity covers nothing can be computed, and a later try may still read those sectors: the file stays.
  SeededRandom random(19);
  BadSectors disk;
  fill(disk, random, 100, 0);
  ASSERT_TRUE(write_parity(disk, "b", {}));
  const std::uint64_t covered = disk.raw("b/packs/000001.pack").size();
  fill(disk, random, 10, 0);
  disk.bad_path = "b/packs/000001.pack";
  disk.bad = {covered + 100, covered + 200};
  disk.raw("b/packs/000001.pack")[60] ^= 1;
  const Files broken = files_of(disk);
  const auto report = heal(disk, "b", kFreely).value();
  EXPECT_TRUE(report.healed.empty());
  ASSERT_EQ(report.not_healed.size(), 1U);
  EXPECT_NE(report.not_healed[0].find("was left as it is: at offset "), std::string::npos) << report.not_healed[0];
  EXPECT_EQ(differences(broken, files_of(disk)), "");
}

// What lies in the newest pack but was never synced can vanish in a power cut, and other records come in its place: no set may tell of it.
TEST(Parity, covers_only_what_is_durable) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SeededRandom random(seed);
    FaultyDisk disk;
    fill(disk, random, 30, 0);
    auto store = BlobStore::open(disk, "b", true).value();
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(store->put(random_bytes(random, 65536)));  // enough for the buffer to be written, without a sync
    ASSERT_TRUE(write_parity(disk, "b", {}));
    const std::size_t seen = disk.raw("b/packs/000001.pack").size();
    ASSERT_GT(seen, std::size_t{1} << 20);
    disk.restart_after_power_cut(seed);
    ASSERT_GE(disk.raw("b/packs/000001.pack").size(), seen);
    ASSERT_TRUE(heal(disk, "b", kFreely).value().healed.empty());
  }
}

}  // namespace
}  // namespace oyer::seal
