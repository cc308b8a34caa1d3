// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/upkeep/scrub.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "seal/blob_store.h"
#include "seal/upkeep/fixity.h"
#include "support/faulty_disk.h"

namespace oyer::seal {
namespace {

using test::FaultyDisk;

class SetClock : public Clock {
 public:
  std::int64_t now() const override { return time; }
  std::int64_t time = 1800000000;
};

// A case with packs, large files and parity.
struct Made {
  explicit Made(std::uint64_t seed, std::size_t small = 60, std::size_t large = 8) {
    SeededRandom random(seed);
    EXPECT_TRUE(BlobStore::create(disk, "c/blobs"));
    add(random, small, large);
    EXPECT_TRUE(write_parity(disk, "c/blobs", {}));
    options.clock = &clock;
    for (const std::string& path : disk.files())
      if (is_large_path(path.substr(8))) large_files.push_back(path);
  }
  void add(SeededRandom& random, std::size_t small, std::size_t large) {
    auto store = BlobStore::open(disk, "c/blobs", true).value();
    for (std::size_t i = 0; i < small; ++i) EXPECT_TRUE(store->put(random_bytes(random, random.next() % 9000)));
    for (std::size_t i = 0; i < large; ++i) EXPECT_TRUE(store->put(random_bytes(random, 65537 + random.next() % 30000)));
    EXPECT_TRUE(store->sync());
    blobs += small + large;
  }
  ScrubReport scrub(const ScrubEvents& events = {}) { return seal::scrub(disk, "c", options, events).value(); }
  Fixity fixity() const { return Fixity::read(disk, "c/state/fixity").value(); }

  FaultyDisk disk;
  SetClock clock;
  ScrubOptions options;
  std::vector<std::string> large_files;
  std::uint64_t blobs = 0;
};

bool tells(const std::vector<std::string>& sentences, const std::string& a, const std::string& b) {
  return std::any_of(sentences.begin(), sentences.end(), [&](const std::string& told) { return told.find(a) != std::string::npos && told.find(b) != std::string::npos; });
}

TEST(Scrub, a_sound_case_is_read_whole_and_dated) {
  Made made(1);
  const ScrubReport report = made.scrub();
  EXPECT_TRUE(report.finished);
  EXPECT_TRUE(report.sound());
  EXPECT_EQ(report.files, 10U);  // a pack, eight files, a set
  EXPECT_EQ(report.records, made.blobs);
  std::uint64_t stored = 0;
  for (const std::string& path : made.disk.files())
    if (path.find("/parity/") == std::string::npos && path.starts_with("c/blobs/")) stored += made.disk.raw(path).size();
  EXPECT_GT(report.bytes, stored);
  const Fixity fixity = made.fixity();
  EXPECT_FALSE(fixity.run);
  EXPECT_EQ(fixity.files.size(), 10U);
  for (const auto& [path, checked] : fixity.files) {
    EXPECT_EQ(checked.when, made.clock.time);
    EXPECT_EQ(checked.result, FixityResult::sound);
  }
  const std::string text(text_of(made.disk.raw("c/state/fixity")));
  EXPECT_NE(text.find("\n2027-01-15T08:00:00Z sound " + std::to_string(made.disk.raw("c/blobs/packs/000001.pack").size()) + " packs/000001.pack\n"), std::string::npos) << text;
}

// Any flip in any stored or parity file is found, with its file, and healed to the byte.
TEST(Scrub, every_flip_is_told_and_healed) {
  Made made(2, 30, 3);
  SeededRandom random(3);
  std::vector<std::string> paths;
  for (const std::string& path : made.disk.files())
    if (path.starts_with("c/blobs/")) paths.push_back(path);
  ASSERT_EQ(paths.size(), 5U);
  made.options.heal = true;
  for (int i = 0; i < 300; ++i) {
    const std::string& path = paths[static_cast<std::size_t>(i) % paths.size()];
    const Bytes whole = made.disk.raw(path);
    const std::size_t at = random.next() % whole.size();
    made.disk.raw(path)[at] ^= static_cast<std::uint8_t>(1U << (random.next() % 8));
    const ScrubReport report = made.scrub();
    ASSERT_TRUE(tells(report.faults, path, "")) << path << " at " << at;
    ASSERT_EQ(report.healed.size() + report.rewritten_sets.size(), 1U) << path << " at " << at;
    ASSERT_TRUE(report.not_healed.empty()) << report.not_healed[0];
    ASSERT_EQ(made.disk.raw(path), whole) << path << " at " << at;
    ASSERT_EQ(made.fixity().files.at(path.substr(8)).result, FixityResult::healed);
  }
  EXPECT_TRUE(made.scrub().sound());
}

// Where each record of a pack ends.
std::vector<std::size_t> ends_of(const Bytes& pack) {
  std::vector<std::size_t> out;
  for (std::size_t at = 16; at + 40 <= pack.size(); at = out.back()) out.push_back(at + 40 + get_u32(&pack[at + 4]));
  return out;
}

TEST(Scrub, an_end_that_was_cut_between_two_records_is_told_and_healed) {
  Made made(21);
  made.options.heal = true;
  Bytes& pack = made.disk.raw("c/blobs/packs/000001.pack");
  const Bytes whole = pack;
  const auto ends = ends_of(whole);
  pack.resize(ends[ends.size() - 4]);
  const ScrubReport report = made.scrub();
  EXPECT_TRUE(tells(report.faults, "000001.pack", "was cut"));
  EXPECT_EQ(made.disk.raw("c/blobs/packs/000001.pack"), whole);
  EXPECT_TRUE(made.scrub().sound());
}

TEST(Scrub, a_pack_that_has_grown_is_due) {
  Made made(22);
  made.options.older_than = 86400;
  EXPECT_TRUE(made.scrub().sound());
  SeededRandom random(23);
  made.add(random, 5, 0);
  Bytes& pack = made.disk.raw("c/blobs/packs/000001.pack");
  pack[pack.size() - 20] ^= 1;
  EXPECT_TRUE(tells(made.scrub().faults, "000001.pack", "damaged"));
}

TEST(Scrub, a_gap_in_the_packs_numbers_is_told) {
  Made made(24);
  made.disk.erase_raw("c/blobs/parity/000001.par");
  made.disk.put_raw("c/blobs/packs/000003.pack", made.disk.raw("c/blobs/packs/000001.pack"));
  EXPECT_TRUE(tells(made.scrub().faults, "000002.pack", "is missing"));
}

TEST(Scrub, what_is_gone_is_told_as_missing_by_fixity_or_by_parity) {
  Made made(4);
  const std::string lost = made.large_files[2], other = made.large_files[5];
  made.disk.erase_raw(lost);  // known from parity alone
  EXPECT_TRUE(tells(made.scrub().faults, lost, "is missing"));
  EXPECT_EQ(made.fixity().files.at(lost.substr(8)).result, FixityResult::missing);
  made.disk.erase_raw("c/blobs/parity/000001.par");  // nobody's loss
  made.disk.erase_raw(other);                        // known from fixity alone
  const ScrubReport report = made.scrub();
  EXPECT_EQ(report.faults.size(), 2U);
  EXPECT_TRUE(tells(report.faults, other, "is missing"));
  EXPECT_TRUE(tells(report.faults, lost, "is missing"));
}

TEST(Scrub, heals_a_missing_file_and_tells_what_it_could_not_heal) {
  Made made(5);
  const std::string lost = made.large_files[1];
  const Bytes whole = made.disk.raw(lost);
  made.disk.erase_raw(lost);
  SeededRandom random(6);
  made.add(random, 10, 1);  // no parity covers these
  std::string fresh;
  for (const std::string& path : made.disk.files())
    if (is_large_path(path.substr(8)) && std::find(made.large_files.begin(), made.large_files.end(), path) == made.large_files.end()) fresh = path;
  made.disk.raw(fresh)[5] ^= 1;
  made.disk.raw("c/blobs/packs/000001.pack").back() ^= 1;
  made.options.heal = true;
  const ScrubReport report = made.scrub();
  EXPECT_TRUE(report.finished);
  EXPECT_EQ(report.faults.size(), 3U);
  ASSERT_EQ(report.healed.size(), 1U);
  EXPECT_EQ(report.healed[0].path, lost.substr(8));
  EXPECT_EQ(made.disk.raw(lost), whole);
  EXPECT_EQ(made.fixity().files.at(lost.substr(8)).result, FixityResult::healed);
  EXPECT_EQ(made.fixity().files.at(fresh.substr(8)).result, FixityResult::damaged);
  EXPECT_TRUE(tells(report.not_healed, fresh, "no parity covers it")) << (report.not_healed.empty() ? "nothing told" : report.not_healed[0]);
  EXPECT_TRUE(tells(report.not_healed, "c/blobs/packs/000001.pack", "no parity covers it"));
}

TEST(Scrub, stopped_it_goes_on_where_it_stopped) {
  Made made(7);
  std::uint64_t asked = 0;
  ScrubEvents events;
  events.stop = [&] { return ++asked > 4; };
  const ScrubReport first = made.scrub(events);
  EXPECT_FALSE(first.finished);
  ASSERT_GT(first.files, 0U);
  ASSERT_TRUE(made.fixity().run);
  EXPECT_EQ(*made.fixity().run, made.clock.time);
  made.clock.time += 5000;
  const ScrubReport second = made.scrub();
  EXPECT_TRUE(second.finished);
  EXPECT_EQ(second.passed_over, first.files);
  EXPECT_EQ(second.files, 10 - first.files);
  EXPECT_FALSE(made.fixity().run);
  EXPECT_EQ(made.scrub().files, 10U);  // finished: a new run reads everything
  // Without resuming, a run that was stopped is forgotten.
  asked = 0;
  EXPECT_FALSE(made.scrub(events).finished);
  made.options.resume = false;
  EXPECT_EQ(made.scrub().files, 10U);
}

TEST(Scrub, what_was_damaged_before_the_stop_is_told_again) {
  Made made(8);
  made.disk.raw("c/blobs/packs/000001.pack")[500] ^= 1;
  std::uint64_t asked = 0;
  ScrubEvents events;
  events.stop = [&] { return ++asked > 3; };
  EXPECT_FALSE(made.scrub(events).finished);
  const ScrubReport second = made.scrub();
  EXPECT_TRUE(tells(second.faults, "000001.pack", "offset"));
}

TEST(Scrub, a_power_cut_costs_no_more_than_what_was_not_noted) {
  Made made(9);
  made.options.save_every = 0;  // after each file
  FaultyDisk counted = made.disk;
  counted.disarm();
  ASSERT_TRUE(scrub(counted, "c", made.options, {}));
  std::uint64_t resumed = 0;
  for (std::uint64_t at = 0; at < counted.operations(); ++at) {
    FaultyDisk disk = made.disk;
    disk.arm(FaultyDisk::Fault::power_cut, at);
    (void)scrub(disk, "c", made.options, {});
    disk.restart_after_power_cut(at);
    const auto report = scrub(disk, "c", made.options, {});
    ASSERT_TRUE(report) << report.error().text();
    ASSERT_TRUE(report->sound()) << report->faults[0];
    ASSERT_EQ(report->files + report->passed_over, 10U);
    resumed += report->passed_over;
  }
  EXPECT_GT(resumed, 20U);
}

TEST(Scrub, older_than_passes_over_what_was_checked_lately_and_never_what_is_damaged) {
  Made made(10);
  made.disk.raw(made.large_files[0])[9] ^= 1;
  EXPECT_EQ(made.scrub().faults.size(), 1U);
  made.clock.time += 86400;
  SeededRandom random(11);
  made.add(random, 0, 1);
  made.options.older_than = 90000;
  const ScrubReport young = made.scrub();
  EXPECT_EQ(young.files, 2U);  // the damaged one and the new one
  EXPECT_EQ(young.passed_over, 9U);
  EXPECT_EQ(young.faults.size(), 1U);
  made.clock.time += 3601;
  const ScrubReport old = made.scrub();
  EXPECT_EQ(old.files, 10U);
  EXPECT_EQ(old.passed_over, 1U);
}

TEST(Scrub, the_rate_is_kept_and_idle_time_is_not_saved_up) {
  Made made(12, 200, 20);
  double time = 100, slept = 0;
  made.options.mebibytes_per_second = 0.5;
  made.options.time = {[&] { return time; },
                       [&](double seconds) {
                         EXPECT_GT(seconds, 0);
                         slept += seconds;
                         time += seconds;
                       }};
  const ScrubReport report = made.scrub();
  EXPECT_GT(report.bytes, 2U << 20);
  EXPECT_NEAR(time - 100, static_cast<double>(report.bytes) / (0.5 * 1048576), 1e-6);
  // Reading that is itself slower than the limit never sleeps.
  slept = 0;
  made.options.time.now = [&] { return time += 60; };
  (void)made.scrub();
  EXPECT_EQ(slept, 0);

  double clock = 0, waited = 0;
  Pace pace(1, {[&] { return clock; }, [&](double seconds) { waited += seconds; }});
  pace.read(1U << 20);
  EXPECT_DOUBLE_EQ(waited, 1);
  clock = 1000;  // idle
  waited = 0;
  pace.read(1U << 20);
  EXPECT_DOUBLE_EQ(waited, 0);
  pace.read(2U << 20);
  EXPECT_DOUBLE_EQ(waited, 1);  // a second was saved up, no more
}

TEST(Scrub, progress_ends_at_its_total) {
  Made made(13);
  ScrubProgress last;
  std::uint64_t calls = 0;
  ScrubEvents events;
  events.progress = [&](const ScrubProgress& progress) {
    EXPECT_GE(progress.bytes, last.bytes);
    EXPECT_FALSE(progress.path.empty());
    last = progress;
    ++calls;
  };
  const ScrubReport report = made.scrub(events);
  EXPECT_GT(calls, 9U);
  EXPECT_EQ(last.all_files, 10U);
  EXPECT_EQ(last.bytes, report.bytes);
  EXPECT_LE(last.bytes, last.all_bytes);
  EXPECT_GT(last.bytes, last.all_bytes * 9 / 10);  // headers of a set are not told
}

TEST(Scrub, a_damaged_note_of_dates_is_told_and_everything_is_checked) {
  for (const std::string text : {"", "oyer-fixity/2\n", "oyer-fixity/1", "oyer-fixity/1\nrun yesterday\n", "oyer-fixity/1\n2026-01-31T09:00:00Z fine packs/000001.pack\n", "oyer-fixity/1\n2026-02-31T09:00:00Z sound packs/000001.pack\n",
                                 "oyer-fixity/1\n2026-01-31T09:00:00Z sound ../secret\n", "oyer-fixity/1\n2026-01-31T09:00:00Z sound packs/000001.pack"}) {
    Made made(14, 5, 0);
    made.disk.put_raw("c/state/fixity", to_bytes(std::string_view(text)));
    const ScrubReport report = made.scrub();
    EXPECT_TRUE(tells(report.faults, "c/state/fixity", "is damaged in line")) << text;
    EXPECT_EQ(report.files, 2U);
    EXPECT_TRUE(made.scrub().sound());
  }
}

// A writer was in the midst of a record when the pack's end was read.
TEST(Scrub, beside_a_writer_an_unfinished_record_is_no_damage) {
  Made made(16, 20, 0);
  const std::string pack = "c/blobs/packs/000001.pack";
  SeededRandom random(17);
  FaultyDisk grown = made.disk;
  {
    auto store = BlobStore::open(grown, "c/blobs", true).value();
    ASSERT_TRUE(store->put(random_bytes(random, 3000)));
    ASSERT_TRUE(store->sync());
  }
  const Bytes after = grown.raw(pack);
  Bytes& bytes = made.disk.raw(pack);
  bytes.resize(after.size());
  std::copy(after.begin(), after.end(), bytes.begin());
  bytes.resize(after.size() - 1000);  // half a record
  ScrubEvents events;
  events.progress = [&](const ScrubProgress& progress) {
    if (progress.path == "packs/000001.pack") made.disk.raw(pack) = after;
  };
  EXPECT_TRUE(made.scrub(events).sound());
  made.disk.raw(pack).resize(after.size() - 1000);  // and nobody goes on writing: it is told
  EXPECT_TRUE(tells(made.scrub().faults, pack, ", up to its end."));
}

TEST(Scrub, is_refused_where_there_is_no_case) {
  FaultyDisk disk;
  const auto report = scrub(disk, "nowhere", {}, {});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::not_found);
  EXPECT_FALSE(disk.exists("nowhere/state"));
}

// On the machine's own disk: links, foreign files and locks.
class ScrubOnDisk : public testing::Test {
 protected:
  void SetUp() override {
    directory = std::filesystem::temp_directory_path() / ("oyer-scrub-" + std::to_string(::getpid()));
    std::filesystem::remove_all(directory);
    SeededRandom random(15);
    ASSERT_TRUE(BlobStore::create(real_disk(), directory.string() + "/blobs"));
    auto store = BlobStore::open(real_disk(), directory.string() + "/blobs", true).value();
    for (int i = 0; i < 40; ++i) ASSERT_TRUE(store->put(random_bytes(random, 5000)));
    large = hex(store->put(random_bytes(random, 70000)).value());
    for (int i = 0; i < 14; ++i) ASSERT_TRUE(store->put(random_bytes(random, 70000)));
    ASSERT_TRUE(store->sync());
    ASSERT_TRUE(write_parity(real_disk(), directory.string() + "/blobs", {}));
  }
  void TearDown() override { std::filesystem::remove_all(directory); }
  std::filesystem::path blobs() const { return directory / "blobs"; }

  std::filesystem::path directory;
  std::string large;
};

TEST_F(ScrubOnDisk, names_links_and_foreign_files_and_follows_none) {
  EXPECT_TRUE(scrub(real_disk(), directory.string(), {}, {}).value().sound());
  const auto path = blobs() / large.substr(0, 2) / large;
  std::filesystem::rename(path, directory / "elsewhere");
  std::filesystem::create_symlink(directory / "elsewhere", path);
  std::filesystem::create_directory_symlink(blobs() / "packs", blobs() / "zz");
  std::ofstream(blobs() / "notes.txt") << "mine";
  std::ofstream(blobs() / "packs" / "old.pack") << "mine";
  std::filesystem::create_directories(blobs() / "damaged");
  std::ofstream(blobs() / "damaged" / "000009.pack") << "kept";
  ScrubOptions options;
  options.heal = true;
  const ScrubReport report = scrub(real_disk(), directory.string(), options, {}).value();
  EXPECT_EQ(report.foreign.size(), 4U);
  EXPECT_TRUE(tells(report.foreign, large, "is a symbolic link"));
  EXPECT_TRUE(tells(report.foreign, "blobs/zz", "is a symbolic link"));
  EXPECT_TRUE(tells(report.foreign, "blobs/notes.txt", "does not belong"));
  EXPECT_TRUE(tells(report.foreign, "packs/old.pack", "does not belong"));
  EXPECT_TRUE(tells(report.faults, large, "is missing"));
  EXPECT_TRUE(tells(report.not_healed, large, "is a symbolic link"));
  EXPECT_TRUE(std::filesystem::is_symlink(path));
}

TEST_F(ScrubOnDisk, heals_only_with_the_lock_and_tells_what_it_found_without) {
  const auto path = blobs() / large.substr(0, 2) / large;
  std::filesystem::resize_file(path, 1000);
  ScrubOptions options;
  options.heal = true;
  {
    const auto held = real_disk().lock(directory.string() + "/lock").value();
    const ScrubReport report = scrub(real_disk(), directory.string(), options, {}).value();
    EXPECT_EQ(report.faults.size(), 1U);
    EXPECT_TRUE(report.healed.empty());
    EXPECT_TRUE(tells(report.not_healed, "Nothing was healed. Another process is writing to this case", ""));
    EXPECT_EQ(std::filesystem::file_size(path), 1000U);
  }
  const ScrubReport report = scrub(real_disk(), directory.string(), options, {}).value();
  ASSERT_EQ(report.healed.size(), 1U);
  EXPECT_EQ(report.healed[0].original, "damaged/" + large);
  EXPECT_EQ(std::filesystem::file_size(path), 70000U);
  EXPECT_EQ(std::filesystem::file_size(blobs() / "damaged" / large), 1000U);
  EXPECT_TRUE(scrub(real_disk(), directory.string(), options, {}).value().sound());
  // The store's own check does not stumble over parity or damaged.
  EXPECT_EQ(BlobStore::open(real_disk(), blobs().string(), true).value()->scrub([](const std::string& fault) { ADD_FAILURE() << fault; }).value(), 55U);
}

}  // namespace
}  // namespace oyer::seal
