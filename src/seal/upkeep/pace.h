// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps reading below a rate, so that a scrub can run beside people's work. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>

namespace oyer::seal {

class Pace {
 public:
  struct Time {                   // behind functions, so that tests need not wait
    std::function<double()> now;  // seconds that only grow
    std::function<void(double)> sleep;
  };
  static Time machine();

  // 0 mebibytes a second: as fast as it goes.
  Pace(double mebibytes_per_second, Time time) : rate_(mebibytes_per_second * 1048576), time_(std::move(time)), last_(time_.now()), due_(last_) {}
  // Call after each read: sleeps until `bytes` more were due. Of time that went by unused at most a second is saved up.
  void read(std::uint64_t bytes);

 private:
  double rate_;
  Time time_;
  double last_;  // when `read` last returned
  double due_;   // when all that was read so far may have been read
};

}  // namespace oyer::seal
