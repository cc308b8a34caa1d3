// SPDX-License-Identifier: GPL-3.0-or-later
// The write-ahead file, with headers and digests mended so that the batches inside are reached; and our own batches with edits: what is
// read is a beginning of what was written, or damage is told.
#include "fuzz.h"
#include "seal/hash.h"
#include "seal/wal.h"

using namespace oyer;
using fuzz::must;

namespace {

void check(ByteView file) {
  const auto content = seal::parse_wal(file);
  if (!content) return;
  must(content->valid_bytes <= file.size() && content->first % 256 == 0, "the sound part lies within the file");
  for (std::size_t i = 0; i < content->entries.size(); ++i) must(!content->entries[i].empty() && content->entries[i].size() <= 65535, "no entry is empty or too long");
  const auto again = seal::parse_wal(file.first(content->valid_bytes));
  must(again && again->entries == content->entries && again->valid_bytes == content->valid_bytes, "what is kept is read again");
}

void check_edited(ByteView bytes) {
  fuzz::Recipe recipe(bytes);
  const std::uint64_t first = std::uint64_t{recipe.byte()} * 256;
  Bytes file = seal::wal_header(first);
  seal::EntryBatch entries;
  std::vector<std::size_t> ends{0};                  // entries after each batch
  std::vector<std::size_t> bytes_then{file.size()};  // bytes after each batch
  for (std::size_t n = recipe.byte() % 4; n > 0; --n) {
    std::vector<Bytes> batch;
    for (std::size_t k = 1 + recipe.byte() % 3; k > 0; --k) {
      batch.push_back(to_bytes(recipe.piece()));
      if (batch.back().empty()) batch.back().push_back(0);
    }
    const auto framed = seal::EntryBatch::of(batch);
    must(framed.has_value(), "our own entries fit their frames");
    append(file, seal::wal_batch(first + entries.size(), framed->size(), framed->framed()));
    entries.append(*framed);
    ends.push_back(entries.size());
    bytes_then.push_back(file.size());
  }
  const auto whole = seal::parse_wal(file);
  must(whole && whole->first == first && whole->entries == entries && whole->valid_bytes == file.size(), "what was written is read");
  Bytes edited = file;
  fuzz::edit(edited, recipe);
  const auto content = seal::parse_wal(edited);
  if (edited == file || !content) return;
  const auto end = std::find(ends.begin(), ends.end(), content->entries.size());
  must(end != ends.end() && std::ranges::equal(content->entries.framed(), entries.framed(0, content->entries.size())), "what is read is whole batches from the start");
  must(content->entries.empty() || content->first == first, "entries keep their places");
  // Bytes changed in place before the last batch lose acknowledged entries: that is damage, not a torn tail.
  if (edited.size() == file.size() && ends.size() > 1) {
    const auto at = static_cast<std::size_t>(std::mismatch(edited.begin(), edited.end(), file.begin()).first - edited.begin());
    const auto last_batch = bytes_then[bytes_then.size() - 2];
    std::size_t last_change = file.size();
    while (edited[last_change - 1] == file[last_change - 1]) --last_change;
    must(at >= last_batch || last_change > last_batch, "a broken batch before a sound one is damage");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  check(bytes);
  Bytes framed = seal::wal_header(size % 3 * 256);
  append(framed, bytes);
  check(framed);
  // One batch with a digest that fits, whatever is in it.
  Bytes batch = to_bytes(std::string_view("OYWB"));
  append(batch, bytes);
  append(batch, seal::sha256(ByteView(batch)));
  Bytes file = seal::wal_header(0);
  append(file, batch);
  check(file);
  // The same with head and lengths mended too: count from the first byte, entries behind it.
  if (size > 1) {
    batch = to_bytes(std::string_view("OYWB"));
    put_u64(batch, 0);
    put_u32(batch, data[0]);
    put_u32(batch, static_cast<std::uint32_t>(size - 1));
    append(batch, bytes.subspan(1));
    append(batch, seal::sha256(ByteView(batch)));
    file = seal::wal_header(0);
    append(file, batch);
    check(file);
  }
  check_edited(bytes);
  return 0;
}
