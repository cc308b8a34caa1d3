// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/disk.h"
#include "support/faulty_disk.h"
#include "support/vectors.h"

namespace oyer {
namespace {

class RealDisk : public testing::Test {
 protected:
  Disk& disk = real_disk();
  std::string directory = test::fresh_directory(testing::UnitTest::GetInstance()->current_test_info()->name());
  std::string path = directory + "/file";
  void TearDown() override { std::filesystem::remove_all(directory); }
};

TEST_F(RealDisk, appends_and_cuts_a_torn_tail) {
  {
    auto file = disk.append(path, 0).value();
    ASSERT_TRUE(file->write(view("hello")));
    ASSERT_TRUE(file->write(view(" world")));
    ASSERT_TRUE(file->sync());
    EXPECT_EQ(file->size(), 11U);
  }
  auto file = disk.append(path, 5).value();
  EXPECT_EQ(file->size(), 5U);
  ASSERT_TRUE(file->write(view("!")));
  EXPECT_EQ(test::read_file(path), "hello!");
  const auto longer = disk.append(path, 100);
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().code, ErrorCode::damaged);
}

TEST_F(RealDisk, writes_whole_files_with_their_mode_and_leaves_nothing_beside_them) {
  ASSERT_TRUE(disk.write_atomic(path, view("one"), 0600));
  ASSERT_TRUE(disk.write_atomic(path, view("two"), 0600));
  EXPECT_EQ(test::read_file(path), "two");
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  EXPECT_EQ(disk.list(directory).value(), std::vector<std::string>{"file"});
}

TEST_F(RealDisk, a_temporary_file_left_by_a_crash_stops_no_write) {
  // Process ids come back, in containers always: plant the names that the next writes would take.
  for (int i = 0; i < 2000; ++i) test::write_file(path + ".tmp" + std::to_string(::getpid()) + "-" + std::to_string(i), "left behind");
  const auto written = disk.write_atomic(path, view("new"));
  ASSERT_TRUE(written) << written.error().text();
  EXPECT_EQ(test::read_file(path), "new");
}

TEST_F(RealDisk, follows_no_symbolic_link) {
  test::write_file(directory + "/target", "secret");
  std::filesystem::create_symlink(directory + "/target", path);
  EXPECT_EQ(disk.open(path).error().code, ErrorCode::damaged);
  EXPECT_FALSE(disk.read_all(path));
  EXPECT_FALSE(disk.append(path, 0));
  EXPECT_FALSE(disk.overwrite(path, 0, view("x")));
  EXPECT_FALSE(disk.lock(path));
  std::filesystem::create_symlink(directory + "/target", directory + "/derived.tmp");
  EXPECT_FALSE(disk.write_derived(directory + "/derived", view("x")));
  EXPECT_EQ(test::read_file(directory + "/target"), "secret");
  // An atomic write replaces the link and leaves its target.
  ASSERT_TRUE(disk.write_atomic(path, view("mine")));
  EXPECT_EQ(test::read_file(directory + "/target"), "secret");
  EXPECT_EQ(disk.read_all(path).value(), to_bytes(std::string_view("mine")));
}

TEST_F(RealDisk, errors_tell_missing_from_irregular_files) {
  EXPECT_EQ(disk.read_all(path).error().code, ErrorCode::not_found);
  EXPECT_EQ(disk.read_all(directory).error().code, ErrorCode::bad_input);
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_TRUE(disk.list(directory + "/none").error().code == ErrorCode::not_found);
  EXPECT_FALSE(disk.append(directory + "/none/file", 0));
  EXPECT_FALSE(disk.rename(directory + "/none", path));
}

TEST_F(RealDisk, reads_pieces_overwrites_in_place_and_removes) {
  test::write_file(path, "0123456789");
  const auto file = disk.open(path).value();
  EXPECT_EQ(file->size(), 10U);
  EXPECT_EQ(file->read(7, 100).value(), to_bytes(std::string_view("789")));
  EXPECT_TRUE(file->read(10, 5).value().empty());
  ASSERT_TRUE(disk.overwrite(path, 3, view("xyz")));
  EXPECT_EQ(test::read_file(path), "012xyz6789");
  ASSERT_TRUE(disk.remove(path));
  ASSERT_TRUE(disk.remove(path));
  EXPECT_FALSE(disk.exists(path));
}

TEST_F(RealDisk, makes_folders_for_derived_files) {
  ASSERT_TRUE(disk.write_derived(directory + "/a/b/c", view("x")));
  ASSERT_TRUE(disk.sync_everything(directory));
  EXPECT_EQ(test::read_file(directory + "/a/b/c"), "x");
  ASSERT_TRUE(disk.make_directories(directory + "/d/e"));
  ASSERT_TRUE(disk.make_directories(directory + "/d/e"));
}

TEST_F(RealDisk, one_writer_holds_the_lock) {
  auto lock = disk.lock(path);
  ASSERT_TRUE(lock);
  EXPECT_EQ(disk.lock(path).error().code, ErrorCode::refused);
  lock->reset();
  EXPECT_TRUE(disk.lock(path));
}

TEST_F(RealDisk, a_full_device_is_told_and_nothing_is_retried) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "this system has no /dev/full to stand for a full disk";
  auto file = disk.append("/dev/full", 0);
  ASSERT_TRUE(file) << file.error().text();
  const auto written = (*file)->write(view("x"));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::damaged);
  EXPECT_FALSE((*file)->write({}));
  EXPECT_FALSE((*file)->sync());
}

// The pretended disk must be at least as strict as the real one, or the tests over it prove little.
TEST(FaultyDisk, keeps_what_was_synced_and_may_lose_the_rest) {
  bool lost = false, kept = false;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    test::FaultyDisk disk;
    ASSERT_TRUE(disk.make_directories("d"));
    auto file = disk.append("d/f", 0).value();
    ASSERT_TRUE(file->write(view("synced")));
    ASSERT_TRUE(file->sync());
    ASSERT_TRUE(file->write(view(" and not")));
    ASSERT_TRUE(disk.write_derived("d/derived", view("derived")));
    ASSERT_TRUE(disk.write_atomic("d/atomic", view("atomic")));
    disk.restart_after_power_cut(seed);
    const std::string text(text_of(disk.read_all("d/f").value()));
    EXPECT_TRUE(text.starts_with("synced"));
    (text == "synced and not" ? kept : lost) = true;
    EXPECT_EQ(disk.read_all("d/atomic").value(), to_bytes(std::string_view("atomic")));
  }
  EXPECT_TRUE(lost && kept);
}

TEST(FaultyDisk, an_atomic_write_gives_the_old_or_the_new_at_every_step) {
  for (std::uint64_t at = 0;; ++at) {
    bool done = false;
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
      test::FaultyDisk disk;
      ASSERT_TRUE(disk.make_directories("d"));
      ASSERT_TRUE(disk.write_atomic("d/f", view("old")));
      disk.arm(test::FaultyDisk::Fault::power_cut, at);
      done = disk.write_atomic("d/f", view("newer")).has_value();
      disk.restart_after_power_cut(seed);
      const std::string text(text_of(disk.read_all("d/f").value()));
      EXPECT_TRUE(text == "newer" || (text == "old" && !done)) << text;
    }
    if (done) break;
  }
}

}  // namespace
}  // namespace oyer
