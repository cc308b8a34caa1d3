// SPDX-License-Identifier: GPL-3.0-or-later
// Work on [0, count) in contiguous slices. What is written depends only on the index, never on the slice: that keeps results the same
// whatever the number of threads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <thread>
#include <vector>

namespace oyer::link {

inline unsigned thread_count(unsigned wanted) { return wanted > 0 ? wanted : std::max(1U, std::thread::hardware_concurrency()); }

// Calls `work(begin, end)` once per slice, from several threads. `work` does not throw.
template <typename Work>
void parallel_for(unsigned threads, std::size_t count, const Work& work) {
  constexpr std::size_t kWorthAThread = 256;
  const std::size_t slices = std::min<std::size_t>(threads, count / kWorthAThread + 1);
  if (slices <= 1) {
    work(std::size_t{0}, count);
    return;
  }
  std::vector<std::thread> pool;
  for (std::size_t i = 0; i < slices; ++i) pool.emplace_back([&, i] { work(count * i / slices, count * (i + 1) / slices); });
  for (std::thread& thread : pool) thread.join();
}

}  // namespace oyer::link
