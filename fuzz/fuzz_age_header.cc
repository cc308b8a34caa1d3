// SPDX-License-Identifier: GPL-3.0-or-later
// age headers and keys. A second reading of the grammar of c2sp.org/age, made otherwise, must accept the same headers; what is unwrapped
// must have authenticated; foreign stanzas beside ours do no harm.
#include <optional>

#include "fuzz.h"
#include "seal/age.h"
#include "seal/hash.h"

using namespace oyer;
using fuzz::must;

namespace {

constexpr std::string_view kVersion = "age-encryption.org/v1\n";

std::string unpadded(ByteView bytes) {
  std::string text = base64(bytes);
  while (text.ends_with("=")) text.pop_back();
  return text;
}

bool is_unpadded(std::string_view text) {
  std::string padded(text);
  padded.append((4 - padded.size() % 4) % 4, '=');
  const auto bytes = from_base64(padded);
  return text.find('=') == std::string_view::npos && bytes && unpadded(*bytes) == text;
}

// header = v1-line 1*stanza "--- " 43base64 LF; stanza = "->" 1*(SP 1*VCHAR) LF *(64base64 LF) *63base64 LF. Its length, or nothing.
std::optional<std::size_t> grammar(std::string_view text) {
  if (!text.starts_with(kVersion)) return std::nullopt;
  std::size_t at = kVersion.size();
  std::size_t stanzas = 0;
  bool in_body = false;
  std::string body;
  for (;;) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    if (in_body) {
      if (line.size() > 64) return std::nullopt;
      body += line;
      if (line.size() == 64) continue;
      if (!is_unpadded(body)) return std::nullopt;
      in_body = false;
    } else if (line.starts_with("-> ")) {
      if (line.size() > 4096 || line.ends_with(' ') || line.find("  ") != std::string_view::npos) return std::nullopt;  // our own limit, and no empty argument
      if (std::any_of(line.begin(), line.end(), [](char c) { return c < 0x20 || c == 0x7F; })) return std::nullopt;
      if (++stanzas > 1024) return std::nullopt;  // our own limit
      in_body = true;
      body.clear();
    } else {
      if (stanzas == 0 || line.size() != 47 || !line.starts_with("--- ") || !is_unpadded(line.substr(4))) return std::nullopt;
      return at;
    }
  }
}

// Without a stanza that would spend the fuzzer's time in scrypt.
bool cheap(std::string_view text) {
  for (std::size_t at = text.find("-> scrypt "); at != std::string_view::npos; at = text.find("-> scrypt ", at + 1)) {
    const std::string_view line = text.substr(at, text.find('\n', at) - at);
    const std::string_view factor = line.substr(line.rfind(' ') + 1);
    if (factor.size() == 2 && factor <= "20") return false;
    if (factor.size() == 1 && factor > "4") return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  static const seal::age::Identity identity(seal::sha256(view("fuzz")));
  static const seal::age::Identity stranger(seal::sha256(view("stranger")));  // nothing is sealed for it: libFuzzer learns our own headers from what is compared
  const std::string text(text_of(bytes));
  const std::string framed = std::string(kVersion) + text;
  for (const std::string& header : {text, framed}) {
    const auto length = seal::age::header_length(view(header));
    const auto expected = grammar(header);
    must(length.has_value() == expected.has_value() && (!length || *length == *expected), "a header is read if and only if the grammar has it");
    must(!seal::age::unwrap(header, stranger), "nobody guesses a MAC");
    if (cheap(header)) must(!seal::age::unwrap_passphrase(header, "x"), "nobody guesses a MAC under a passphrase");
  }

  // Our stanza and any other text before or behind it, under a MAC that fits: opens if the whole is a header.
  const seal::age::FileKey key{1, 2, 3};
  SeededRandom random(size);
  const std::string ours = seal::age::make_header(key, {identity.recipient()}, random);
  const std::string stanza = ours.substr(kVersion.size(), ours.rfind("---") - kVersion.size());
  for (const std::string& inside : {stanza + text, text + stanza}) {
    std::string header = std::string(kVersion) + inside + "---";
    header += " " + unpadded(seal::hmac_sha256(seal::hkdf_sha256(key, {}, "header"), view(header))) + "\n";
    const bool whole = grammar(header) == header.size();
    const auto opened = seal::age::unwrap(header, identity);
    if (opened) must(whole && *opened == key, "what opens is a header, and its key is the key");
    const bool intact = inside.starts_with(stanza) || text.ends_with("\n");
    if (whole && intact && !opened) must(header.find("-> X25519") != header.rfind("-> X25519") || header.find("-> scrypt") != std::string::npos, "a header with our stanza opens, unless another one is malformed");
  }
  // Any change of a header breaks it.
  fuzz::Recipe recipe(bytes);
  Bytes changed = to_bytes(std::string_view(ours));
  fuzz::edit(changed, recipe);
  must((text_of(changed) == ours) == seal::age::unwrap(text_of(changed), identity).has_value(), "a changed header does not open");
  static const std::string by_passphrase = [] {
    SeededRandom fixed(1);
    return seal::age::make_passphrase_header({1, 2, 3}, "correct", 1, fixed);
  }();
  Bytes changed_one = to_bytes(std::string_view(by_passphrase));
  fuzz::edit(changed_one, recipe);
  if (cheap(text_of(changed_one))) must((text_of(changed_one) == by_passphrase) == seal::age::unwrap_passphrase(text_of(changed_one), "correct").has_value(), "a changed passphrase header does not open");

  std::string_view line = text;
  while (line.ends_with("\n") || line.ends_with("\r")) line.remove_suffix(1);
  if (const auto parsed = seal::age::Identity::parse(text)) must(parsed->text() == line, "an identity is written back as it was read");
  if (const auto recipient = seal::age::parse_recipient(text)) {
    must(seal::age::recipient_text(*recipient) == line, "a recipient is written back as it was read");
    (void)seal::age::make_header(key, {*recipient}, random);  // one of low order was refused: this must not abort
  }
  if (const auto hash = to_hash(bytes.first(std::min<std::size_t>(size, 32)))) {
    const seal::age::Identity made(*hash);
    const auto back = seal::age::Identity::parse(made.text());
    must(back && back->secret() == *hash, "an identity of ours is read as it was written");
    if (const auto recipient = seal::age::parse_recipient(seal::age::recipient_text(*hash))) {
      must(*recipient == *hash, "a recipient of ours is read as it was written");
      (void)seal::age::make_header(key, {*recipient}, random);
    }
  }
  return 0;
}
