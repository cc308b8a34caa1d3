// SPDX-License-Identifier: GPL-3.0-or-later
// Segments and openings: what is accepted is written back as the same records, and ours are read as they were written.
#include "base/utf8.h"
#include "fuzz.h"
#include "seal/entry.h"
#include "seal/hash.h"

using namespace oyer;
using fuzz::must;

namespace {

bool same(const std::vector<seal::Record>& a, const std::vector<seal::Record>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i].salt != b[i].salt || a[i].body != b[i].body || seal::encode_openings(a[i].openings) != seal::encode_openings(b[i].openings)) return false;
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  const auto check = [](ByteView plaintext) {
    const auto records = seal::decode_segment(plaintext);
    if (!records) return;
    const Bytes written = seal::encode_segment(*records);
    const auto again = seal::decode_segment(written);
    must(again && same(*again, *records), "a segment's records are written and read again");
    const std::size_t both = std::min(written.size(), plaintext.size());  // only the padding may differ
    const ByteView longer = written.size() > both ? ByteView(written) : plaintext;
    must(std::ranges::equal(plaintext.first(both), ByteView(written).first(both)) && std::ranges::all_of(longer.subspan(both), [](std::uint8_t byte) { return byte == 0; }), "a segment is written back as it was read, but for padding");
  };
  check(bytes);
  Bytes framed = to_bytes(std::string_view("oyer-segment/1\n"));
  append(framed, bytes);
  check(framed);
  if (const auto openings = seal::decode_openings(text_of(bytes)))
    if (!openings->empty()) must(seal::encode_openings(*openings) == text_of(bytes), "openings are written back as they were read");

  fuzz::Recipe recipe(bytes);
  std::vector<seal::Record> records(recipe.byte() % 8);
  for (seal::Record& record : records) {
    record.salt = seal::sha256(recipe.piece(8));
    record.body = std::string(text_of(recipe.piece()));
    for (std::size_t n = recipe.byte() % 4; n > 0; --n) {
      std::string key(text_of(recipe.piece(16)));
      for (char& c : key) c = static_cast<char>(c & 0x7F);  // keys are ASCII
      record.openings[key] = {seal::sha256(recipe.piece(8)), utf8::repair(text_of(recipe.piece()))};
    }
  }
  const Bytes ours = seal::encode_segment(records);
  must(ours.size() == seal::padded_length(ours.size()) && ours.size() >= 1024, "a segment's length is a padded one");
  const auto back = seal::decode_segment(ours);
  must(back && same(*back, records), "a segment of ours is read as it was written");
  // Padmé (Nikitin et al. 2019): never shorter, at most 12 % longer, and padding twice changes nothing.
  const std::uint64_t length = size < 8 ? size : get_u64(data) >> (8 + data[0] % 56);
  const std::uint64_t padded = seal::padded_length(length);
  must(padded >= length && padded >= 1024 && (padded == 1024 || (padded - length) * 100 <= length * 12) && seal::padded_length(padded) == padded, "padding keeps its bounds");
  return 0;
}
