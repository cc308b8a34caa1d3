// SPDX-License-Identifier: GPL-3.0-or-later
// age payloads: foreign bytes never authenticate, our own do in whatever pieces they were written, and a change of them does not.
#include "fuzz.h"
#include "seal/age.h"
#include "seal/hash.h"

using namespace oyer;
using fuzz::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  const seal::age::FileKey key{1, 2, 3};
  // Under a key that seals nothing here: libFuzzer learns what is compared, and so it learns our own payloads.
  must(!seal::age::decrypt_payload({9, 9, 9}, bytes), "nobody guesses a tag");
  fuzz::Recipe recipe(bytes);
  // Lengths about the ends of chunks, now and then: the plaintext is repeated.
  const std::uint8_t shape = recipe.byte();
  Bytes plaintext = to_bytes(recipe.rest());
  if (shape >= 240) {
    const std::size_t length = (1 + shape % 2) * 65536 + shape % 8 - 4;
    const Bytes pattern = plaintext.empty() ? Bytes{0} : plaintext;
    while (plaintext.size() < length) append(plaintext, pattern);
    plaintext.resize(length);
  }
  SeededRandom random(size);
  const Bytes payload = seal::age::encrypt_payload(key, plaintext, random);
  must(payload.size() == 16 + plaintext.size() + 16 * std::max<std::size_t>(1, (plaintext.size() + 65535) / 65536), "a payload is as long as its chunks");
  const auto back = seal::age::decrypt_payload(key, payload);
  must(back && *back == plaintext, "a payload opens to what was sealed");
  SeededRandom same(size);
  Bytes pieces;
  seal::age::PayloadWriter writer(key, same, [&](ByteView sealed) -> Result<void> {
    append(pieces, sealed);
    return {};
  });
  for (ByteView rest(plaintext); !rest.empty();) {
    const ByteView piece = rest.first(std::min<std::size_t>(rest.size(), recipe.empty() ? rest.size() : 1 + recipe.number()));
    must(writer.write(piece).has_value(), "the sink does not fail");
    rest = rest.subspan(piece.size());
  }
  must(writer.finish().has_value() && pieces == payload, "a payload written in pieces is the payload");
  Bytes changed = payload;
  fuzz::Recipe again(bytes);
  fuzz::edit(changed, again);
  must((changed == payload) == seal::age::decrypt_payload(key, changed).has_value(), "a changed payload does not open");
  changed = payload;
  changed[random.next() % changed.size()] ^= 1;
  must(!seal::age::decrypt_payload(key, changed), "a payload with a flipped bit does not open");
  return 0;
}
