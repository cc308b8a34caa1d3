// SPDX-License-Identifier: GPL-3.0-or-later
// Proof files: what is accepted is written back byte for byte, and a proof of nothing proves nothing.
#include "fuzz.h"
#include "seal/merkle.h"
#include "seal/note.h"

using namespace oyer;
using fuzz::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  if (const auto proof = seal::TlogProof::parse(text_of(bytes))) {
    must(proof->text() == text_of(bytes), "a proof is written back as it was read");
    must(!seal::verify_inclusion(proof->index, proof->index + 1 + size, seal::leaf_hash(bytes), proof->path, Hash{}), "nobody finds a path to the root of zeros");
  }
  fuzz::Recipe recipe(bytes);
  seal::TlogProof proof;
  proof.index = recipe.number();
  for (std::size_t n = recipe.byte() % 64; n > 0; --n) proof.path.push_back(seal::leaf_hash(recipe.piece(4)));
  proof.checkpoint = std::string(text_of(recipe.rest()));
  const auto back = seal::TlogProof::parse(proof.text());
  must(back.has_value() == !proof.checkpoint.empty(), "a proof of ours is read, if it has a checkpoint");
  if (back) must(back->index == proof.index && back->path == proof.path && back->checkpoint == proof.checkpoint, "a proof of ours is read as it was written");
  return 0;
}
