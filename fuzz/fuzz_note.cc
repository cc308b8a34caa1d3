// SPDX-License-Identifier: GPL-3.0-or-later
// Checkpoints and verifier keys: what is accepted is written back byte for byte.
#include <cstdlib>

#include "seal/hash.h"
#include "seal/note.h"

using namespace oyer;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  static const seal::SigningKey key(seal::sha256(view("fuzz")));
  static const seal::VerifierKey log{"log.oyer.invalid/fuzz", key.public_key()};
  if (const auto parsed = seal::VerifierKey::parse(text_of(bytes))) {
    std::string_view text = text_of(bytes);
    while (text.ends_with("\n")) text.remove_suffix(1);
    if (parsed->text() != text) std::abort();
  }
  (void)seal::open_checkpoint(text_of(bytes), log);
  // Signed by us, so that what lies behind the signature is reached too. A name in front makes the origin fit more often.
  for (const std::string& text : {std::string(text_of(bytes)), log.name + "\n" + std::string(text_of(bytes))}) {
    const std::string note = seal::sign_note(text, log.name, key);
    if (const auto checkpoint = seal::open_checkpoint(note, log))
      if (checkpoint->text() != text) std::abort();
  }
  return 0;
}
