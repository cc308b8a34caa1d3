// SPDX-License-Identifier: GPL-3.0-or-later
// CSV, partial dates, UTF-8.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/bytes.h"
#include "base/csv.h"
#include "base/partial_date.h"
#include "base/utf8.h"

namespace oyer {
namespace {

TEST(Csv, quotes_separators_and_line_feeds_inside_fields) {
  const auto table = parse_csv("\xEF\xBB\xBFname,note\r\n\"A, B\",\"line 1\r\nline \"\"2\"\"\"\r\nshort\r\n\r\n,\r\n");
  ASSERT_TRUE(table) << table.error().text();
  EXPECT_EQ(table->header, (std::vector<std::string>{"name", "note"}));
  ASSERT_EQ(table->rows.size(), 3U);
  EXPECT_EQ(table->rows[0], (std::vector<std::string>{"A, B", "line 1\r\nline \"2\""}));
  EXPECT_EQ(table->rows[1], (std::vector<std::string>{"short", ""}));
  EXPECT_EQ(table->rows[2], (std::vector<std::string>{"", ""}));
  EXPECT_EQ(table->column("note"), 1);
  EXPECT_EQ(table->column("Note"), -1);
}

TEST(Csv, guesses_the_separator_from_the_first_line_outside_quotes) {
  for (const char separator : {',', ';', '\t', '|'}) {
    const std::string s(1, separator);
    const auto table = parse_csv("a" + s + "b" + s + "\"x,x;x|x\tx,,;;||\t\t\"\n1" + s + "2" + s + "3\n");
    ASSERT_TRUE(table);
    EXPECT_EQ(table->header.size(), 3U) << separator;
    EXPECT_EQ(table->rows.at(0).size(), 3U);
  }
}

TEST(Csv, errors_are_bad_input_and_name_the_line) {
  for (const char* text : {"", "\n\n", " \t\r\n", "a,b\n\"x", "a\xFF,b\n"}) {
    const auto table = parse_csv(text);
    ASSERT_FALSE(table) << text;
    EXPECT_EQ(table.error().code, ErrorCode::bad_input);
  }
  const auto wide = parse_csv("a,b\n1,2\n\"x\ny\",2\n1,2,3\n");
  ASSERT_FALSE(wide);
  EXPECT_NE(wide.error().message.find("Line 5"), std::string::npos) << wide.error().message;
  const auto open = parse_csv("a,b\n1,2\n1,\"2\n3,4\n");
  ASSERT_FALSE(open);
  EXPECT_NE(open.error().message.find("line 3"), std::string::npos) << open.error().message;
}

RC_GTEST_PROP(Csv, what_is_written_is_read_back, ()) {
  const auto field = rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab \",;\t|\r\n'=")));
  const auto width = *rc::gen::inRange<std::size_t>(1, 5);
  const auto rows = *rc::gen::container<std::vector<std::vector<std::string>>>(rc::gen::container<std::vector<std::string>>(width, field));
  std::vector<std::string> header;
  for (std::size_t i = 0; i < width; ++i) header.push_back("h" + *field);
  std::string text;
  write_csv_row(text, header);
  for (const auto& row : rows) write_csv_row(text, row);
  const auto table = parse_csv(text);
  RC_ASSERT(table.has_value());
  RC_ASSERT(table->header == header);
  RC_ASSERT(table->rows == rows);
}

RC_GTEST_PROP(Csv, any_text_is_parsed_or_refused, (const std::string& text)) {
  if (const auto table = parse_csv(text))
    for (const auto& row : table->rows) RC_ASSERT(row.size() == table->header.size());
}

TEST(PartialDate, takes_the_three_precisions_ranges_and_the_tilde) {
  for (const char* text : {"2008", "2008-03", "2008-02-29", "2000-02-29", "2008-03..2008-05", "~2008-04", "~2008..2009-06", "0001-01-01", "2008-03..2008"}) {
    const auto date = PartialDate::parse(text);
    ASSERT_TRUE(date) << text;
    EXPECT_EQ(date->text(), text);
    const auto back = PartialDate::from_json(date->to_json());
    ASSERT_TRUE(back) << text;
    EXPECT_EQ(back->text(), text);
  }
}

TEST(PartialDate, refuses_what_no_calendar_has) {
  for (const char* text :
       {"",        "~",          "..",         "2008..", "..2008",           "200",        "20088",  "2008-1",           "2008-13",     "2008-00", "2008-02-30", "1900-02-29", "2007-02-29", "2008-04-31", "2008-04-00", "0000",
        "2008/03", "2008-03-1x", "-008-03-14", "+008",   "2008-05..2008-03", "2009..2008", "~~2008", "2008..2009..2010", "2008-03-14T", " 2008",   "2008 ",      "20080314",   "2008-0314x"})
    EXPECT_FALSE(PartialDate::parse(text)) << text;
}

TEST(PartialDate, a_body_with_a_backward_or_malformed_range_is_refused) {
  EXPECT_FALSE(PartialDate::from_json(json::value("2008")));
  EXPECT_FALSE(PartialDate::from_json(json::object{{"first", "2009"}, {"last", "2008"}, {"precise", true}}));
  EXPECT_FALSE(PartialDate::from_json(json::object{{"first", "2009"}}));
  EXPECT_FALSE(PartialDate::from_json(json::object{{"first", 2009}, {"last", "2009"}}));
}

TEST(PartialDate, surely_and_possibly_within) {
  const auto march = PartialDate::parse("2008-03").value();
  EXPECT_TRUE(march.surely_within("2008", "2008"));
  EXPECT_TRUE(march.surely_within("2008-03-01", "2008-03-31"));
  EXPECT_FALSE(march.surely_within("2008-03-01", "2008-03-30"));
  EXPECT_TRUE(march.possibly_within("2008-03-31", "2009"));
  EXPECT_FALSE(march.possibly_within("2008-04", "2009"));
  EXPECT_TRUE(PartialDate::parse("2008-02").value().surely_within("2008", "2008-02-29"));
  EXPECT_FALSE(PartialDate::parse("2008-02").value().surely_within("2008", "2008-02-28"));
}

TEST(Utf8, is_valid_exactly_where_rfc_3629_says_so) {
  // Every one-, two- and three-byte string against encoding each code point.
  std::vector<bool> valid3(1U << 24);
  for (char32_t c = 0x800; c < 0x10000; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    utf8::append(text, c);
    ASSERT_EQ(text.size(), 3U);
    valid3[(static_cast<std::size_t>(static_cast<unsigned char>(text[0])) << 16) | (static_cast<std::size_t>(static_cast<unsigned char>(text[1])) << 8) | static_cast<unsigned char>(text[2])] = true;
  }
  for (std::size_t n = 0xE00000; n < 0xF00000; ++n) {
    const char text[3] = {static_cast<char>(n >> 16), static_cast<char>(n >> 8), static_cast<char>(n)};
    if (utf8::valid({text, 3}) != valid3[n]) FAIL() << std::hex << n;
  }
  for (int a = 0; a < 256; ++a) {
    const char one = static_cast<char>(a);
    EXPECT_EQ(utf8::valid({&one, 1}), a < 0x80);
    for (int b = 0; b < 256; ++b) {
      const char two[2] = {one, static_cast<char>(b)};
      EXPECT_EQ(utf8::valid({two, 2}), (a < 0x80 && b < 0x80) || (a >= 0xC2 && a <= 0xDF && b >= 0x80 && b <= 0xBF));
    }
  }
  for (const char* text : {"\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xF0\x9F\x98", "\xF8\x88\x80\x80\x80"}) EXPECT_FALSE(utf8::valid(text));
}

TEST(Utf8, each_code_point_survives) {
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    utf8::append(text, c);
    std::size_t at = 0;
    ASSERT_TRUE(utf8::valid(text));
    ASSERT_EQ(utf8::next(text, at), c);
    ASSERT_EQ(at, text.size());
    ASSERT_EQ(utf8::length(text), 1U);
  }
}

RC_GTEST_PROP(Utf8, repair_gives_valid_text_and_leaves_valid_text_alone, (const std::string& text)) {
  RC_ASSERT(utf8::valid(utf8::repair(text)));
  if (utf8::valid(text)) RC_ASSERT(utf8::repair(text) == text);
}

RC_GTEST_PROP(Utf8, slices_count_code_points, ()) {
  std::string text;
  std::vector<std::string> points;
  for (const std::uint32_t c : *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::elementOf(std::vector<std::uint32_t>{'a', 0xE9, 0xAC00, 0x1F600, 0x0E01}))) {
    points.emplace_back();
    utf8::append(points.back(), c);
    text += points.back();
  }
  const auto start = *rc::gen::inRange<std::size_t>(0, points.size() + 3);
  const auto end = *rc::gen::inRange<std::size_t>(0, points.size() + 3);
  std::string expected;
  for (std::size_t i = start; i < std::min(end, points.size()); ++i) expected += points[i];
  RC_ASSERT(utf8::slice(text, start, end) == expected);
  RC_ASSERT(utf8::length(text) == points.size());
}

}  // namespace
}  // namespace oyer
