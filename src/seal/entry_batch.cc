// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/entry_batch.h"

namespace oyer::seal {

Result<void> EntryBatch::add(ByteView entry) {
  if (entry.empty() || entry.size() > kLargestEntry) return fail(ErrorCode::internal, "An entry is empty or longer than 65,535 bytes.");
  put_u16(framed_, static_cast<std::uint16_t>(entry.size()));
  oyer::append(framed_, entry);
  ends_.push_back(framed_.size());
  return {};
}

Result<EntryBatch> EntryBatch::of(std::span<const Bytes> entries) {
  EntryBatch batch;
  std::size_t bytes = 0;
  for (const Bytes& entry : entries) bytes += entry.size();
  batch.reserve(entries.size(), bytes);
  for (const Bytes& entry : entries) TRY(batch.add(entry));
  return batch;
}

void EntryBatch::append(const EntryBatch& more) {
  const std::size_t before = framed_.size();
  oyer::append(framed_, more.framed_);
  for (const std::size_t end : more.ends_) ends_.push_back(before + end);
}

void EntryBatch::reserve(std::size_t entries, std::size_t bytes) {
  framed_.reserve(bytes + 2 * entries);
  ends_.reserve(entries);
}

void EntryBatch::drop_front(std::size_t count) {
  const std::size_t cut = start_of(count);
  framed_.erase(framed_.begin(), framed_.begin() + static_cast<std::ptrdiff_t>(cut));
  ends_.erase(ends_.begin(), ends_.begin() + static_cast<std::ptrdiff_t>(count));
  for (std::size_t& end : ends_) end -= cut;
}

void EntryBatch::truncate(std::size_t count) {
  framed_.resize(start_of(count));
  ends_.resize(count);
}

}  // namespace oyer::seal
