// SPDX-License-Identifier: GPL-3.0-or-later
// Progress on standard error: a bar on a terminal, silence elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace oyer {

class Progress {
 public:
  // Draws only if standard error is a terminal and `quiet` is false.
  Progress(std::string what, std::uint64_t total, bool quiet);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();  // clears the line
  void advance(std::uint64_t by, const std::string& detail = {});

 private:
  std::string what_;
  std::uint64_t total_;
  std::uint64_t done_ = 0;
  bool visible_;
  std::chrono::steady_clock::time_point started_;
  std::chrono::steady_clock::time_point drawn_;
};

}  // namespace oyer
