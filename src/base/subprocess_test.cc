// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "base/subprocess.h"
#include "support/vectors.h"

namespace oyer {
namespace {

ChildOutcome shell(const std::string& script, ChildOptions options = {}) {
  auto outcome = run_child({"/bin/sh", "-c", script}, options);
  EXPECT_TRUE(outcome) << outcome.error().text();
  return outcome ? *outcome : ChildOutcome{};
}

double seconds_of(const std::function<void()>& run) {
  const auto start = std::chrono::steady_clock::now();
  run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

TEST(Subprocess, output_diagnostics_and_exit_code_come_back) {
  const auto outcome = shell("printf out; printf err >&2; exit 7");
  EXPECT_EQ(text_of(outcome.output), "out");
  EXPECT_EQ(outcome.diagnostics, "err");
  EXPECT_EQ(outcome.exit_code, 7);
  EXPECT_EQ(outcome.signal, 0);
  EXPECT_FALSE(outcome.timed_out || outcome.too_much);
}

TEST(Subprocess, a_program_that_is_not_there_is_not_found) {
  const auto outcome = run_child({"/nonexistent/program"}, {});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::not_found);
}

TEST(Subprocess, arguments_are_not_a_shells_and_the_environment_is_empty) {
  ::setenv("OYER_TEST_SECRET", "x", 1);
  EXPECT_EQ(text_of(run_child({"/bin/echo", "$HOME; `id`"}, {})->output), "$HOME; `id`\n");
  const auto outcome = run_child({"/usr/bin/env"}, {});
  const std::string text(text_of(outcome->output));
  EXPECT_EQ(text.find("OYER_TEST_SECRET"), std::string::npos);
  EXPECT_NE(text.find("HOME=/nonexistent"), std::string::npos);
  EXPECT_NE(text.find("LC_ALL=C.UTF-8"), std::string::npos);
}

TEST(Subprocess, standard_input_is_closed) { EXPECT_EQ(text_of(shell("[ -e /proc/self/fd/0 ] && echo open || echo closed").output), "closed\n"); }

TEST(Subprocess, the_time_limit_kills_it_and_its_children) {
  ChildOutcome outcome;
  const double took = seconds_of([&] { outcome = shell("sleep 30 & sleep 30", {.wall_seconds = 0.2}); });
  EXPECT_TRUE(outcome.timed_out);
  EXPECT_EQ(outcome.signal, SIGKILL);
  EXPECT_LT(took, 3);
}

TEST(Subprocess, the_time_limit_holds_for_a_child_that_closed_its_outputs) {
  ChildOutcome outcome;
  const double took = seconds_of([&] { outcome = shell("exec >&- 2>&-; sleep 30", {.wall_seconds = 0.2}); });
  EXPECT_TRUE(outcome.timed_out);
  EXPECT_LT(took, 3);
}

TEST(Subprocess, a_grandchild_that_escaped_with_the_pipe_hangs_nobody) {
  ChildOutcome outcome;
  const double took = seconds_of([&] { outcome = shell("setsid sleep 6 & exit 0", {.wall_seconds = 0.2}); });
  EXPECT_TRUE(outcome.timed_out);
  EXPECT_LT(took, 5);
}

TEST(Subprocess, the_output_limit_kills_it) {
  const auto outcome = shell("exec yes", {.output_limit = 1U << 20});
  EXPECT_TRUE(outcome.too_much);
  EXPECT_LE(outcome.output.size(), 1U << 20);
  EXPECT_EQ(outcome.exit_code, -1);
  EXPECT_EQ(outcome.signal, SIGKILL);
}

TEST(Subprocess, long_diagnostics_are_cut_and_do_not_block) {
  const auto outcome = shell("head -c 1000000 /dev/zero >&2; echo done", {.error_limit = 1000});
  EXPECT_EQ(text_of(outcome.output), "done\n");
  EXPECT_EQ(outcome.diagnostics.size(), 1000U);
}

TEST(Subprocess, the_input_is_descriptor_three_whatever_its_number_was) {
  const std::string path = test::fresh_directory("input") + "/in";
  test::write_file(path, "evidence");
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_GE(fd, 0);
  EXPECT_EQ(text_of(shell("cat <&3", {.input_descriptor = fd}).output), "evidence");
  // The same when it already is number 3 (and closes on exec).
  const int kept = ::fcntl(3, F_DUPFD_CLOEXEC, 20);
  ASSERT_EQ(::dup3(fd, 3, O_CLOEXEC) == 3 || fd == 3, true);
  ::lseek(3, 0, SEEK_SET);
  EXPECT_EQ(text_of(shell("cat <&3", {.input_descriptor = 3}).output), "evidence");
  if (fd != 3) {
    if (kept >= 0)
      ::dup3(kept, 3, O_CLOEXEC);
    else
      ::close(3);
    ::close(fd);
  }
  if (kept >= 0) ::close(kept);
}

TEST(Subprocess, nothing_of_ours_is_left_open_in_the_child) {
  const int inherited = ::open("/dev/null", O_RDONLY);  // as from a parent that forgot to close it on exec
  ASSERT_GE(inherited, 0);
  const auto outcome = run_child({"/bin/ls", "/proc/self/fd"}, {});
  ::close(inherited);
  EXPECT_EQ(text_of(outcome->output), "0\n1\n2\n");  // 0 is the folder that ls reads
}

TEST(Subprocess, the_programs_folder_is_that_of_the_test) { EXPECT_TRUE(std::filesystem::exists(program_directory())); }

}  // namespace
}  // namespace oyer
