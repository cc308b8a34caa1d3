// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/progress.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

namespace oyer {

Progress::Progress(std::string what, std::uint64_t total, bool quiet) : what_(std::move(what)), total_(total), visible_(!quiet && ::isatty(2) != 0), started_(std::chrono::steady_clock::now()) {}

Progress::~Progress() {
  if (visible_ && done_ > 0) std::fputs("\r\033[K", stderr);
}

void Progress::advance(std::uint64_t by, const std::string& detail) {
  done_ += by;
  if (!visible_) return;
  const auto now = std::chrono::steady_clock::now();
  if (done_ < total_ && now - drawn_ < std::chrono::milliseconds(100)) return;
  drawn_ = now;
  constexpr int kWidth = 30;
  const double share = total_ == 0 ? 1.0 : static_cast<double>(done_) / static_cast<double>(total_);
  const double seconds = std::chrono::duration<double>(now - started_).count();
  const double left = share > 0 ? seconds / share - seconds : 0;
  std::string bar(static_cast<std::size_t>(share * kWidth), '#');
  bar.resize(kWidth, '.');
  std::fprintf(stderr, "\r\033[K%s [%s] %llu/%llu, %.0f s left %.40s", what_.c_str(), bar.c_str(), static_cast<unsigned long long>(done_), static_cast<unsigned long long>(total_), left, detail.c_str());
  std::fflush(stderr);
}

}  // namespace oyer
