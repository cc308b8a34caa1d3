// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/bytes.h"

#include <algorithm>

namespace oyer {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kBase32 = "0123456789abcdefghijklmnopqrstuv";

std::string encode(ByteView bytes, std::string_view alphabet, unsigned bits_per_digit) {
  std::string out;
  out.reserve((bytes.size() * 8 + bits_per_digit - 1) / bits_per_digit);
  std::uint32_t buffer = 0;
  unsigned held = 0;
  const std::uint32_t mask = (1U << bits_per_digit) - 1;
  for (std::uint8_t byte : bytes) {
    buffer = (buffer << 8) | byte;
    held += 8;
    while (held >= bits_per_digit) {
      held -= bits_per_digit;
      out.push_back(alphabet[(buffer >> held) & mask]);
    }
  }
  if (held > 0) out.push_back(alphabet[(buffer << (bits_per_digit - held)) & mask]);
  return out;
}

// Refuses characters outside the alphabet, impossible lengths and non-zero left-over bits, so that each value has one text.
std::optional<Bytes> decode(std::string_view text, std::string_view alphabet, unsigned bits_per_digit) {
  std::array<std::int8_t, 256> table{};
  table.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i) table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::int8_t>(i);
  Bytes out;
  out.reserve(text.size() * bits_per_digit / 8);
  std::uint32_t buffer = 0;
  unsigned held = 0;
  for (char c : text) {
    const std::int8_t digit = table[static_cast<std::uint8_t>(c)];
    if (digit < 0) return std::nullopt;
    buffer = (buffer << bits_per_digit) | static_cast<std::uint32_t>(digit);
    held += bits_per_digit;
    if (held >= 8) {
      held -= 8;
      out.push_back(static_cast<std::uint8_t>(buffer >> held));
    }
    buffer &= (1U << held) - 1;
  }
  if (held >= bits_per_digit || buffer != 0) return std::nullopt;
  return out;
}

}  // namespace

std::string hex(ByteView bytes) { return encode(bytes, kHex, 4); }

std::optional<Bytes> from_hex(std::string_view text) { return decode(text, kHex, 4); }

std::string base64(ByteView bytes) {
  std::string out = encode(bytes, kBase64, 6);
  while (out.size() % 4 != 0) out.push_back('=');
  return out;
}

std::optional<Bytes> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  const std::size_t pad = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  auto out = decode(text.substr(0, text.size() - pad), kBase64, 6);
  if (!out || (out->size() + 2) / 3 * 4 != text.size()) return std::nullopt;
  return out;
}

std::string base64url(ByteView bytes) { return encode(bytes, kBase64Url, 6); }
std::optional<Bytes> from_base64url(std::string_view text) { return decode(text, kBase64Url, 6); }
std::string base32(ByteView bytes) { return encode(bytes, kBase32, 5); }
std::optional<Bytes> from_base32(std::string_view text) { return decode(text, kBase32, 5); }

std::optional<Hash> to_hash(ByteView bytes) {
  Hash hash;
  if (bytes.size() != hash.size()) return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

std::optional<Hash> hash_from_base64url(std::string_view text) {
  const auto bytes = from_base64url(text);
  return bytes ? to_hash(*bytes) : std::nullopt;
}

std::optional<Hash> hash_from_hex(std::string_view text) {
  const auto bytes = from_hex(text);
  return bytes ? to_hash(*bytes) : std::nullopt;
}

void put_u16(Bytes& out, std::uint16_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

void put_u32(Bytes& out, std::uint32_t value) {
  put_u16(out, static_cast<std::uint16_t>(value >> 16));
  put_u16(out, static_cast<std::uint16_t>(value));
}

void put_u64(Bytes& out, std::uint64_t value) {
  put_u32(out, static_cast<std::uint32_t>(value >> 32));
  put_u32(out, static_cast<std::uint32_t>(value));
}

bool equal_in_constant_time(ByteView a, ByteView b) {
  if (a.size() != b.size()) return false;
  std::uint8_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference = static_cast<std::uint8_t>(difference | (a[i] ^ b[i]));
  return difference == 0;
}

}  // namespace oyer
