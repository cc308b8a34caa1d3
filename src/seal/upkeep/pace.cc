// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/upkeep/pace.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace oyer::seal {

Pace::Time Pace::machine() {
  return {[] { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }, [](double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }};
}

void Pace::read(std::uint64_t bytes) {
  if (rate_ <= 0) return;
  due_ = std::max(due_, last_ - 1) + static_cast<double>(bytes) / rate_;
  last_ = time_.now();
  if (due_ <= last_) return;
  time_.sleep(due_ - last_);
  last_ = time_.now();
}

}  // namespace oyer::seal
