// SPDX-License-Identifier: GPL-3.0-or-later
// One child process, without a shell.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace oyer {

struct ChildOptions {
  int input_descriptor = -1;              // handed to the child as descriptor 3; -1 for none
  double wall_seconds = 60;               // then it is killed
  std::size_t output_limit = 256U << 20;  // then it is killed
  std::size_t error_limit = 64U << 10;    // more of its diagnostics is dropped
};

struct ChildOutcome {
  Bytes output;
  std::string diagnostics;
  int exit_code = -1;  // -1 when it did not exit by itself
  int signal = 0;      // what killed it
  bool timed_out = false;
  bool too_much = false;
};

// Runs `arguments[0]` with standard input closed and an empty environment but PATH, LC_ALL=C.UTF-8 and HOME=/nonexistent, and waits.
// Errors: not_found when the program can't be started.
Result<ChildOutcome> run_child(const std::vector<std::string>& arguments, const ChildOptions& options);

// Folder of the running program, to find its sister binaries.
std::string program_directory();

}  // namespace oyer
