// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/bytes.h"
#include "base/clock.h"

namespace oyer {
namespace {

RC_GTEST_PROP(Encodings, every_byte_string_survives_all_text_forms, (const Bytes& bytes)) {
  RC_ASSERT(from_hex(hex(bytes)) == bytes);
  RC_ASSERT(from_base64(base64(bytes)) == bytes);
  RC_ASSERT(from_base64url(base64url(bytes)) == bytes);
  RC_ASSERT(from_base32(base32(bytes)) == bytes);
}

RC_GTEST_PROP(Encodings, what_a_decoder_takes_is_what_its_encoder_writes, ()) {
  const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("AQgw09fv/+-_=")));
  if (const auto bytes = from_hex(text)) RC_ASSERT(hex(*bytes) == text);
  if (const auto bytes = from_base64(text)) RC_ASSERT(base64(*bytes) == text);
  if (const auto bytes = from_base64url(text)) RC_ASSERT(base64url(*bytes) == text);
  if (const auto bytes = from_base32(text)) RC_ASSERT(base32(*bytes) == text);
}

TEST(Encodings, all_texts_of_up_to_four_digits_decode_canonically_or_not_at_all) {
  const std::string digits = "AB/+=-_z";
  for (int length = 0; length <= 4; ++length) {
    int total = 1;
    for (int i = 0; i < length; ++i) total *= static_cast<int>(digits.size());
    for (int n = 0; n < total; ++n) {
      std::string text;
      for (int i = 0, rest = n; i < length; ++i, rest /= static_cast<int>(digits.size())) text.push_back(digits[static_cast<std::size_t>(rest) % digits.size()]);
      if (const auto bytes = from_base64(text)) {
        ASSERT_EQ(base64(*bytes), text);
      }
      if (const auto bytes = from_base64url(text)) {
        ASSERT_EQ(base64url(*bytes), text);
      }
    }
  }
}

TEST(Encodings, rfc_4648_vectors) {
  EXPECT_EQ(base64(view("foobar")), "Zm9vYmFy");
  EXPECT_EQ(base64(view("fooba")), "Zm9vYmE=");
  EXPECT_EQ(base64(view("foob")), "Zm9vYg==");
  EXPECT_EQ(base64url(view("foob")), "Zm9vYg");
  EXPECT_EQ(base32(view("foobar")), "cpnmuoj1e8");
  EXPECT_EQ(base32(view("foob")), "cpnmuog");
  EXPECT_EQ(hex(view("foo")), "666f6f");
}

TEST(Encodings, refuse_what_is_not_canonical) {
  for (const char* text : {"666F6F", "666", " 66", "0x66", "6g"}) EXPECT_FALSE(from_hex(text)) << text;
  for (const char* text : {"Zm9vYg", "Zm9vYg=", "Zm9vYh==", "Zm9vYmF=", "=", "==", "====", "Z===", "Zm9v\n", "Zm 9", "Zm9vYg==Zm9v", "Zm-_"}) EXPECT_FALSE(from_base64(text)) << text;
  for (const char* text : {"Zm9vYg==", "Zm9vYh", "Z", "Zm9v+", "Zm9v/"}) EXPECT_FALSE(from_base64url(text)) << text;
  for (const char* text : {"CPNMUOG", "cpnmuoh", "c", "cpn", "cpnmuo", "cpnmw=", "zz"}) EXPECT_FALSE(from_base32(text)) << text;
}

TEST(Encodings, a_hash_has_exactly_thirty_two_bytes) {
  EXPECT_FALSE(to_hash(Bytes(31)));
  EXPECT_FALSE(to_hash(Bytes(33)));
  EXPECT_TRUE(to_hash(Bytes(32)));
  EXPECT_FALSE(hash_from_hex(std::string(62, '0')));
  EXPECT_TRUE(hash_from_hex(std::string(64, '0')));
  EXPECT_TRUE(hash_from_base64url(std::string(43, 'A')));
  EXPECT_FALSE(hash_from_base64url(std::string(42, 'A') + "B"));  // left-over bits
}

RC_GTEST_PROP(Encodings, numbers_are_big_endian, (std::uint64_t value)) {
  Bytes out;
  put_u64(out, value);
  put_u32(out, static_cast<std::uint32_t>(value));
  put_u16(out, static_cast<std::uint16_t>(value));
  RC_ASSERT(out.size() == 14U);
  RC_ASSERT(get_u64(out.data()) == value);
  RC_ASSERT(get_u32(out.data() + 8) == static_cast<std::uint32_t>(value));
  RC_ASSERT(get_u16(out.data() + 12) == static_cast<std::uint16_t>(value));
  RC_ASSERT(out[0] == value >> 56);
}

RC_GTEST_PROP(Encodings, constant_time_comparison_is_comparison, (const Bytes& a, const Bytes& b)) {
  RC_ASSERT(equal_in_constant_time(a, b) == (a == b));
  RC_ASSERT(equal_in_constant_time(a, a));
}

TEST(Clock, tells_utc_to_the_second) {
  EXPECT_EQ(utc_text(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(utc_text(1769850000), "2026-01-31T09:00:00Z");
  EXPECT_EQ(utc_text(951782399), "2000-02-28T23:59:59Z");
  EXPECT_EQ(utc_text(-1), "1969-12-31T23:59:59Z");
}

TEST(Random, the_seeded_one_repeats_itself_and_the_system_one_does_not) {
  SeededRandom a(7), b(7), c(8);
  EXPECT_EQ(random_bytes(a, 100), random_bytes(b, 100));
  EXPECT_NE(random_bytes(a, 100), random_bytes(c, 100));
  EXPECT_NE(random_bytes(system_random(), 32), random_bytes(system_random(), 32));
}

}  // namespace
}  // namespace oyer
