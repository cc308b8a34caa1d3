// SPDX-License-Identifier: GPL-3.0-or-later
// age headers and keys: what is unwrapped must have authenticated.
#include <cstdlib>

#include "seal/age.h"
#include "seal/hash.h"

using namespace oyer;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  static const seal::age::Identity identity(seal::sha256(view("fuzz")));
  const std::string text(text_of(bytes));
  if (const auto length = seal::age::header_length(bytes)) {
    if (*length > size) std::abort();
    if (seal::age::unwrap(text.substr(0, *length), identity)) std::abort();  // nobody guesses a MAC
  }
  (void)seal::age::unwrap(text, identity);
  const std::string framed = "age-encryption.org/v1\n" + text;
  if (seal::age::unwrap(framed, identity)) std::abort();
  if (text.find("scrypt") == std::string::npos) (void)seal::age::unwrap_passphrase(framed, "x");  // else it would spend its time in scrypt
  if (const auto recipient = seal::age::parse_recipient(text)) (void)seal::age::make_header({}, {*recipient}, system_random());
  if (const auto parsed = seal::age::Identity::parse(text))
    if (!text.starts_with(parsed->text())) std::abort();
  return 0;
}
