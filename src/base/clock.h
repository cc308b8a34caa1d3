// SPDX-License-Identifier: GPL-3.0-or-later
// Time and chance behind interfaces, so that tests can fix them.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/bytes.h"

namespace oyer {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::int64_t now() const = 0;  // seconds since 1970 UTC
};
Clock& system_clock();

std::string utc_text(std::int64_t seconds);  // 2026-01-31T09:00:00Z

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;
};
Random& system_random();  // getrandom(2); thread-safe

Bytes random_bytes(Random& random, std::size_t count);

// Deterministic, for tests and generators: never for keys. (SplitMix64.)
class SeededRandom : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::uint8_t> out) override;
  std::uint64_t next();

 private:
  std::uint64_t state_;
};

}  // namespace oyer
