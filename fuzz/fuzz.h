// SPDX-License-Identifier: GPL-3.0-or-later
// What all fuzz targets share. A target is one file fuzz_NAME.cc with one LLVMFuzzerTestOneInput: it reads the bytes as hostile input, and
// often a second time as a recipe for well-formed input of our own, and states by `must` what has to hold for either.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "base/bytes.h"

namespace oyer::fuzz {

// Says what was broken and stops: a finding, like one of the sanitizers.
inline void must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "Broken: %s\n", what);
  std::abort();
}

// A recipe: takes numbers and pieces off the front of the input; zeros when there are no more.
class Recipe {
 public:
  explicit Recipe(ByteView bytes) : rest_(bytes) {}
  bool empty() const { return rest_.empty(); }
  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const std::uint8_t out = rest_[0];
    rest_ = rest_.subspan(1);
    return out;
  }
  std::uint16_t number() {
    const std::uint8_t high = byte();
    return static_cast<std::uint16_t>((high << 8) | byte());
  }
  // At most `limit` bytes, as many as the next byte says.
  ByteView piece(std::size_t limit = 255) {
    const std::size_t wanted = byte();
    const ByteView out = rest_.first(std::min({wanted, limit, rest_.size()}));
    rest_ = rest_.subspan(out.size());
    return out;
  }
  ByteView rest() const { return rest_; }

 private:
  ByteView rest_;
};

// Changes one file's bytes as a recipe says: flips, cuts, inserts or overwrites.
inline void edit(Bytes& bytes, Recipe& recipe) {
  const std::uint8_t kind = recipe.byte();
  const std::size_t at = bytes.empty() ? 0 : (std::size_t{recipe.byte()} << 16 | recipe.number()) % bytes.size();
  const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
  const ByteView piece = recipe.piece(64);
  switch (kind % 4) {
    case 0:
      for (std::size_t i = 0; i < piece.size() && at + i < bytes.size(); ++i) bytes[at + i] ^= piece[i];
      break;
    case 1: bytes.resize(at); break;
    case 2: bytes.insert(place, piece.begin(), piece.end()); break;
    default: bytes.erase(place, place + static_cast<std::ptrdiff_t>(std::min(piece.size(), bytes.size() - at)));
  }
}

}  // namespace oyer::fuzz
