// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/bech32.h"

#include <algorithm>
#include <cctype>

namespace oyer::seal {
namespace {

constexpr std::string_view kAlphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

std::uint32_t checksum(std::string_view prefix, const Bytes& digits) {
  constexpr std::uint32_t kGenerator[5] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
  std::uint32_t state = 1;
  const auto take = [&](std::uint8_t digit) {
    const std::uint32_t top = state >> 25;
    state = ((state & 0x1ffffff) << 5) ^ digit;
    for (unsigned i = 0; i < 5; ++i)
      if ((top >> i) & 1) state ^= kGenerator[i];
  };
  for (char c : prefix) take(static_cast<std::uint8_t>(static_cast<unsigned char>(c) >> 5));
  take(0);
  for (char c : prefix) take(static_cast<std::uint8_t>(c & 31));
  for (std::uint8_t digit : digits) take(digit);
  return state;
}

}  // namespace

std::string bech32_encode(std::string_view prefix, ByteView bytes) {
  Bytes digits;
  std::uint32_t buffer = 0;
  unsigned held = 0;
  for (std::uint8_t byte : bytes) {
    buffer = ((buffer << 8) | byte) & 0xFFFF;
    held += 8;
    while (held >= 5) {
      held -= 5;
      digits.push_back((buffer >> held) & 31);
    }
  }
  if (held > 0) digits.push_back((buffer << (5 - held)) & 31);
  Bytes checked = digits;
  checked.insert(checked.end(), 6, 0);
  const std::uint32_t sum = checksum(prefix, checked) ^ 1;
  for (int i = 5; i >= 0; --i) digits.push_back((sum >> (5 * i)) & 31);
  std::string out(prefix);
  out.push_back('1');
  for (std::uint8_t digit : digits) out.push_back(kAlphabet[digit]);
  return out;
}

std::optional<Bytes> bech32_decode(std::string_view prefix, std::string_view text) {
  const bool upper = std::any_of(text.begin(), text.end(), [](unsigned char c) { return std::isupper(c); });
  const bool lower = std::any_of(text.begin(), text.end(), [](unsigned char c) { return std::islower(c); });
  if (upper && lower) return std::nullopt;
  std::string folded(text);
  for (char& c : folded) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (!folded.starts_with(std::string(prefix) + "1") || folded.size() < prefix.size() + 7) return std::nullopt;
  Bytes digits;
  for (char c : folded.substr(prefix.size() + 1)) {
    const std::size_t digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    digits.push_back(static_cast<std::uint8_t>(digit));
  }
  if (checksum(prefix, digits) != 1) return std::nullopt;
  digits.resize(digits.size() - 6);
  Bytes out;
  std::uint32_t buffer = 0;
  unsigned held = 0;
  for (std::uint8_t digit : digits) {
    buffer = ((buffer << 5) | digit) & 0xFFF;
    held += 5;
    if (held >= 8) {
      held -= 8;
      out.push_back(static_cast<std::uint8_t>(buffer >> held));
      buffer &= (1U << held) - 1;
    }
  }
  if (held >= 5 || buffer != 0) return std::nullopt;
  return out;
}

}  // namespace oyer::seal
