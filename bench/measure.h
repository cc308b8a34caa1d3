// SPDX-License-Identifier: GPL-3.0-or-later
// What the benchmarks that print JSON share: CPU time of this process, and the end of it where a thing that must work does not.
#pragma once

#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <type_traits>

#include "base/result.h"

namespace oyer::bench {

// User and system time of this process, in seconds.
inline double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

template <typename T>
T need(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s\n", result.error().text().c_str());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

}  // namespace oyer::bench
