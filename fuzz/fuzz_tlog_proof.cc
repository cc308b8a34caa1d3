// SPDX-License-Identifier: GPL-3.0-or-later
// Proof files: what is accepted is written back byte for byte.
#include <cstdlib>

#include "seal/merkle.h"
#include "seal/note.h"

using namespace oyer;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  if (const auto proof = seal::TlogProof::parse(text_of(bytes))) {
    if (proof->text() != text_of(bytes)) std::abort();
    if (seal::verify_inclusion(proof->index, proof->index + 1 + size, seal::leaf_hash(bytes), proof->path, Hash{})) std::abort();
  }
  return 0;
}
