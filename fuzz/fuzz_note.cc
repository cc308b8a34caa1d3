// SPDX-License-Identifier: GPL-3.0-or-later
// Checkpoints and verifier keys: what is accepted is written back byte for byte, and only what the log signed is accepted.
#include "fuzz.h"
#include "seal/hash.h"
#include "seal/note.h"

using namespace oyer;
using fuzz::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  static const seal::SigningKey key(seal::sha256(view("fuzz")));
  static const seal::VerifierKey log{"log.oyer.invalid/fuzz", key.public_key()};
  const std::string input(text_of(bytes));
  if (const auto parsed = seal::VerifierKey::parse(input)) {
    std::string_view text = input;
    while (text.ends_with("\n")) text.remove_suffix(1);
    must(parsed->text() == text, "a verifier key is written back as it was read");
  }
  // A name that we chose, with the id that belongs to it: it is read back, or refused for its name.
  const seal::VerifierKey named{input, key.public_key()};
  if (const auto back = seal::VerifierKey::parse(named.text())) must(back->name == input && back->key == named.key, "a verifier key is read back as it was written");

  // Ed25519 is deterministic, and a second signature of one text is refused: what opens is the very note that we would sign.
  const auto opens = [&](const std::string& note) {
    const auto checkpoint = seal::open_checkpoint(note, log);
    if (checkpoint) must(seal::sign_note(checkpoint->text(), log.name, key) == note, "a note that opens is what the log signs, byte for byte");
    return checkpoint.has_value();
  };
  (void)opens(input);
  // Signed by us, so that what lies behind the signature is reached too. A name in front makes the origin fit more often.
  for (const std::string& text : {input, log.name + "\n" + input}) {
    std::string note = seal::sign_note(text, log.name, key);
    const bool opened = opens(note);
    if (const auto checkpoint = seal::open_checkpoint(note, log)) must(checkpoint->text() == text, "a checkpoint is written back as it was read");
    if (!opened) continue;
    note[(size * 7919) % note.size()] ^= static_cast<char>(1U << (size % 8));
    must(!seal::open_checkpoint(note, log), "a changed note does not open");
  }
  return 0;
}
