// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes as text (hex, base64, base32, Bech32): a text that is accepted is the one text of its bytes, and a plain reading bit by bit gives
// the same. In Bech32 one wrong character is always found.
#include <optional>

#include "fuzz.h"
#include "seal/bech32.h"

using namespace oyer;
using fuzz::must;

namespace {

// The definition: digits as one string of bits, cut into bytes; the rest is zeros and shorter than a digit.
std::optional<Bytes> plain(std::string_view text, std::string_view alphabet, unsigned width) {
  std::string bits;
  for (char c : text) {
    const std::size_t digit = alphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    for (unsigned i = width; i > 0; --i) bits.push_back((digit >> (i - 1)) & 1 ? '1' : '0');
  }
  const std::size_t whole = bits.size() / 8 * 8;
  if (bits.size() - whole >= width || bits.find('1', whole) != std::string::npos) return std::nullopt;
  Bytes out;
  for (std::size_t at = 0; at < whole; at += 8) out.push_back(static_cast<std::uint8_t>(std::stoul(bits.substr(at, 8), nullptr, 2)));
  return out;
}

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::optional<Bytes> plain_base64(std::string_view text) {
  std::string_view digits = text;
  for (int i = 0; i < 2 && digits.ends_with('='); ++i) digits.remove_suffix(1);
  auto out = plain(digits, kBase64, 6);
  if (out && digits.size() + (4 - digits.size() % 4) % 4 != text.size()) return std::nullopt;
  return out;
}

template <typename Encode, typename Decode, typename Plain>
void check(ByteView bytes, Encode encode, Decode decode, Plain reading) {
  const std::string text = encode(bytes);
  const auto back = decode(text);
  must(back && *back == to_bytes(bytes), "bytes are read as they were written");
  const auto foreign = decode(text_of(bytes));
  must(foreign == reading(text_of(bytes)), "a text is read as a plain reading has it");
  if (foreign) must(encode(*foreign) == text_of(bytes), "bytes have one text");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, std::min<std::size_t>(size, 4096));
  check(bytes, hex, from_hex, [](std::string_view text) { return plain(text, "0123456789abcdef", 4); });
  check(bytes, base64, from_base64, plain_base64);
  check(bytes, base64url, from_base64url, [](std::string_view text) { return plain(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 6); });
  check(bytes, base32, from_base32, [](std::string_view text) { return plain(text, "0123456789abcdefghijklmnopqrstuv", 5); });

  for (const std::string_view prefix : {"age", "age-secret-key-"}) {
    std::string text = seal::bech32_encode(prefix, bytes);
    const auto back = seal::bech32_decode(prefix, text);
    must(back && *back == to_bytes(bytes), "bytes are read from Bech32 as they were written");
    if (const auto foreign = seal::bech32_decode(prefix, text_of(bytes))) {
      std::string lower(text_of(bytes));
      for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
      must(seal::bech32_encode(prefix, *foreign) == lower, "bytes have one text in Bech32, but for its case");
    }
    if (size < 2) continue;
    char& place = text[prefix.size() + 1 + get_u16(data) % (text.size() - prefix.size() - 1)];
    const char old = place;
    place = static_cast<char>(data[size - 1]);
    if (place != old) must(!seal::bech32_decode(prefix, text), "one wrong character is found");
  }
  return 0;
}
