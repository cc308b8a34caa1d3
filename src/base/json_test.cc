// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/json.h"
#include "base/utf8.h"

namespace oyer {
namespace {

void expect_refused(std::string_view text) {
  const auto value = parse_canonical(text);
  ASSERT_FALSE(value) << text;
  EXPECT_EQ(value.error().code, ErrorCode::bad_input) << text;
}

TEST(CanonicalJson, rfc_8785_string_escapes) {
  // RFC 8785 section 3.2.2.2: only the short escapes and \u00xx in lower case for controls; nothing else is escaped.
  std::string all;
  for (char c = 1; c < 0x20; ++c) all.push_back(c);
  const json::value value(all);
  EXPECT_EQ(canonical(value), "\"\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e\\u000f\\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017\\u0018\\u0019\\u001a\\u001b\\u001c\\u001d\\u001e\\u001f\"");
  EXPECT_EQ(canonical(json::value(std::string("\0", 1))), "\"\\u0000\"");
  EXPECT_EQ(canonical(json::value("\"\\/\x7F\xE2\x80\xA8\xE2\x82\xAC")), "\"\\\"\\\\/\x7F\xE2\x80\xA8\xE2\x82\xAC\"");
  EXPECT_EQ(canonical(json::value("\xE2\x82\xAC$\x0F\nA'B\"\\\\\"/")), "\"\xE2\x82\xAC$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"");  // RFC 8785, 3.2.2
}

TEST(CanonicalJson, keys_are_sorted_by_byte_and_literals_are_bare) {
  const json::value value = {{"b", nullptr}, {"a", json::array{true, false, 1, -1, 0}}, {"A", "x"}, {"", json::object{}}, {"a0", json::array{}}, {"\r", 1}};
  EXPECT_EQ(canonical(value), "{\"\":{},\"\\r\":1,\"A\":\"x\",\"a\":[true,false,1,-1,0],\"a0\":[],\"b\":null}");
}

TEST(CanonicalJson, integers_end_where_doubles_lose_them) {
  EXPECT_TRUE(parse_canonical("9007199254740991"));
  EXPECT_TRUE(parse_canonical("-9007199254740991"));
  for (const char* text : {"9007199254740992", "-9007199254740992", "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616", "-9223372036854775808", "100000000000000000000000"}) expect_refused(text);
}

TEST(CanonicalJson, refuses_every_other_spelling) {
  for (const char* text : {"1.0",
                           "1e2",
                           "0.5",
                           "-0",
                           "-0.0",
                           "01",
                           "+1",
                           "1E400",
                           "NaN",
                           "Infinity",
                           " 1",
                           "1 ",
                           "1\n",
                           "{\"a\": 1}",
                           "{\"a\":1 }",
                           "[1, 2]",
                           "[1,]",
                           "{\"b\":1,\"a\":2}",
                           "{\"a\":1,\"a\":1}",
                           "{\"a\":1,\"a\":2}",
                           "\"\\u0041\"",
                           "\"\\/\"",
                           "\"\\u000A\"",
                           "\"\\u000a\"",
                           "\"\\u001F\"",
                           "\"\\u00e9\"",
                           "\"\\ud83d\\ude00\"",
                           "\"\\ud800\"",
                           "\"\\udc00x\"",
                           "",
                           "{",
                           "\"",
                           "nul",
                           "true false",
                           "// x\n1",
                           "'a'",
                           "{a:1}",
                           "{\"a\\u0062\":1}",
                           "{\"\xC3\xA9\":1}",
                           "\xEF\xBB\xBF{}",
                           "\"\t\"",
                           "[1]]"})
    expect_refused(text);
  expect_refused(std::string_view("1\0", 2));
  expect_refused(std::string_view("\"\0\"", 3));
}

TEST(CanonicalJson, refuses_what_is_not_utf8) {
  for (const char* text : {"\"\x80\"", "\"\xC0\xAF\"", "\"\xED\xA0\x80\"", "\"\xF4\x90\x80\x80\"", "\"\xC3\"", "\"\xFF\""}) expect_refused(text);
  EXPECT_TRUE(parse_canonical("\"\xF4\x8F\xBF\xBF\""));
  EXPECT_TRUE(parse_canonical("\"e\xCC\x81\""));  // no normalisation: both forms stand as they are
  EXPECT_TRUE(parse_canonical("\"\xC3\xA9\""));
}

TEST(CanonicalJson, deep_nesting_is_refused_and_not_followed) {
  EXPECT_FALSE(parse_json(std::string(100000, '[')));
  EXPECT_FALSE(parse_json(std::string(200, '[') + std::string(200, ']')));
  EXPECT_TRUE(parse_canonical(std::string(50, '[') + std::string(50, ']')));
}

TEST(Json, errors_of_any_json_name_a_place) {
  const auto value = parse_json("{\"a\":1,}");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code, ErrorCode::bad_input);
  EXPECT_NE(value.error().message.find("byte"), std::string::npos);
  EXPECT_FALSE(parse_json("1 2"));
  EXPECT_FALSE(parse_json(""));
}

json::value any_value(int depth) {
  switch (*rc::gen::inRange(0, depth > 0 ? 7 : 5)) {
    case 0: return nullptr;
    case 1: return *rc::gen::arbitrary<bool>();
    case 2: return *rc::gen::inRange<std::int64_t>(-9007199254740991, 9007199254740992);
    case 3: return json::value(static_cast<std::uint64_t>(*rc::gen::inRange<std::int64_t>(0, 9007199254740992)));
    case 4: {
      std::string text;
      for (const std::uint32_t c : *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange<std::uint32_t>(0, 0x110000)))
        if (c < 0xD800 || c > 0xDFFF) utf8::append(text, c);
      return json::value(text);
    }
    case 5: {
      json::array array;
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) array.push_back(any_value(depth - 1));
      return array;
    }
    default: {
      json::object object;
      for (int i = *rc::gen::inRange(0, 5); i > 0; --i) object[*rc::gen::container<std::string>(rc::gen::inRange<char>(0, 127))] = any_value(depth - 1);
      return object;
    }
  }
}

RC_GTEST_PROP(CanonicalJson, what_we_write_is_read_back_the_same, ()) {
  const json::value value = any_value(4);
  const std::string text = canonical(value);
  const auto back = parse_canonical(text);
  RC_ASSERT(back.has_value());
  RC_ASSERT(canonical(*back) == text);
}

RC_GTEST_PROP(CanonicalJson, no_two_texts_mean_one_value, ()) {
  // Any one-byte change of a canonical text is refused or means another value: its canonical form is itself.
  std::string text = canonical(any_value(3));
  RC_PRE(!text.empty());
  const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
  text[at] = *rc::gen::arbitrary<char>();
  if (const auto value = parse_canonical(text)) RC_ASSERT(canonical(*value) == text);
}

RC_GTEST_PROP(Json, the_pretty_form_holds_the_same_value, ()) {
  const json::value value = any_value(3);
  const auto back = parse_json(pretty(value));
  RC_ASSERT(back.has_value());
  RC_ASSERT(canonical(*back) == canonical(value));
}

TEST(Json, the_pretty_form_of_a_number_too_large_is_still_json) { EXPECT_TRUE(parse_json(pretty(parse_json("[1e400,-52e0082009,1.5]").value()))); }

TEST(Json, members_are_taken_only_with_their_type) {
  const json::object object{{"s", "x"}, {"i", 5}, {"u", json::value(std::uint64_t{7})}, {"f", 1.5}, {"b", true}, {"o", json::object{}}, {"a", json::array{}}, {"big", json::value(std::uint64_t{1} << 60)}};
  EXPECT_EQ(get_string(object, "s"), "x");
  EXPECT_FALSE(get_string(object, "i"));
  EXPECT_EQ(get_integer(object, "i"), 5);
  EXPECT_EQ(get_integer(object, "u"), 7);
  EXPECT_FALSE(get_integer(object, "f"));
  EXPECT_FALSE(get_integer(object, "big"));
  EXPECT_TRUE(get_bool(object, "b"));
  EXPECT_FALSE(get_bool(object, "s"));
  EXPECT_TRUE(get_bool(object, "s", true));
  EXPECT_NE(get_object(object, "o"), nullptr);
  EXPECT_EQ(get_object(object, "a"), nullptr);
  EXPECT_EQ(get_array(object, "o"), nullptr);
  EXPECT_EQ(string_or_empty(object, "none"), "");
}

}  // namespace
}  // namespace oyer
