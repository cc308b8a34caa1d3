// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes and their text forms. Pure functions; decoders refuse what an encoder would not have written.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace oyer {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;
using Hash = std::array<std::uint8_t, 32>;

inline ByteView view(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }
inline std::string_view text_of(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
inline Bytes to_bytes(std::string_view text) { return Bytes(text.begin(), text.end()); }
inline Bytes to_bytes(ByteView bytes) { return Bytes(bytes.begin(), bytes.end()); }

std::string hex(ByteView bytes);                       // lower case
std::optional<Bytes> from_hex(std::string_view text);  // lower case only
std::string base64(ByteView bytes);                    // RFC 4648 section 4, padded
std::optional<Bytes> from_base64(std::string_view text);
std::string base64url(ByteView bytes);  // RFC 4648 section 5, without padding
std::optional<Bytes> from_base64url(std::string_view text);
std::string base32(ByteView bytes);  // RFC 4648 section 7 (extended hex), lower case, without padding
std::optional<Bytes> from_base32(std::string_view text);

std::optional<Hash> to_hash(ByteView bytes);  // exactly 32 bytes
std::optional<Hash> hash_from_base64url(std::string_view text);
std::optional<Hash> hash_from_hex(std::string_view text);

// Big-endian numbers, appended to or read from `at` (the caller has checked the length).
void put_u16(Bytes& out, std::uint16_t value);
void put_u32(Bytes& out, std::uint32_t value);
void put_u64(Bytes& out, std::uint64_t value);
inline std::uint16_t get_u16(const std::uint8_t* at) { return static_cast<std::uint16_t>((at[0] << 8) | at[1]); }
inline std::uint32_t get_u32(const std::uint8_t* at) { return (std::uint32_t{at[0]} << 24) | (std::uint32_t{at[1]} << 16) | (std::uint32_t{at[2]} << 8) | at[3]; }
inline std::uint64_t get_u64(const std::uint8_t* at) { return (std::uint64_t{get_u32(at)} << 32) | get_u32(at + 4); }
inline void append(Bytes& out, ByteView more) { out.insert(out.end(), more.begin(), more.end()); }

// Compares without telling by its time where the first difference is.
bool equal_in_constant_time(ByteView a, ByteView b);

struct HashOfHash {  // a hash is already uniform: take its first bytes
  std::size_t operator()(const Hash& hash) const { return static_cast<std::size_t>(get_u64(hash.data())); }
};

}  // namespace oyer
