// SPDX-License-Identifier: GPL-3.0-or-later
// age payloads: foreign bytes never authenticate, our own do, and a change of them does not.
#include <cstdlib>

#include "seal/age.h"

using namespace oyer;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  const seal::age::FileKey key{1, 2, 3};
  if (seal::age::decrypt_payload(key, bytes)) std::abort();
  SeededRandom random(size);
  Bytes payload = seal::age::encrypt_payload(key, bytes, random);
  const auto back = seal::age::decrypt_payload(key, payload);
  if (!back || text_of(*back) != text_of(bytes)) std::abort();
  payload[random.next() % payload.size()] ^= 1;
  if (seal::age::decrypt_payload(key, payload)) std::abort();
  return 0;
}
