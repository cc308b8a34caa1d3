// SPDX-License-Identifier: GPL-3.0-or-later
// Entries one behind the other in one buffer, framed as the write-ahead file and the bundles hold them (a two-byte length before each),
// so that thousands of them cost one allocation and go to disk as they lie. A value; not thread-safe.
#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace oyer::seal {

class EntryBatch {
 public:
  static constexpr std::size_t kLargestEntry = 65535;

  // Error: internal, when it is empty or too long for its frame; nothing was added then.
  Result<void> add(ByteView entry);
  static Result<EntryBatch> of(std::span<const Bytes> entries);
  void append(const EntryBatch& more);
  void reserve(std::size_t entries, std::size_t bytes);  // `bytes` without the frames
  void drop_front(std::size_t count);
  void truncate(std::size_t count);

  std::size_t size() const { return ends_.size(); }
  bool empty() const { return ends_.empty(); }
  ByteView operator[](std::size_t index) const { return ByteView(framed_).subspan(start_of(index) + 2, ends_[index] - start_of(index) - 2); }
  // Entries [from, from + count) with their frames.
  ByteView framed(std::size_t from, std::size_t count) const { return ByteView(framed_).subspan(start_of(from), start_of(from + count) - start_of(from)); }
  ByteView framed() const { return framed_; }
  bool operator==(const EntryBatch&) const = default;

 private:
  std::size_t start_of(std::size_t index) const { return index == 0 ? 0 : ends_[index - 1]; }
  Bytes framed_;
  std::vector<std::size_t> ends_;  // behind each entry
};

}  // namespace oyer::seal
