// SPDX-License-Identifier: GPL-3.0-or-later
// UTF-8 against the definition of RFC 3629 (a code point's bytes are those that encoding it gives), and the functions against each other.
#include <vector>

#include "base/utf8.h"
#include "fuzz.h"

using namespace oyer;
using fuzz::must;

namespace {

// The code point at `at` read by its leading bits alone, accepted if it may stand and writing it gives the same bytes.
bool take(std::string_view text, std::size_t& at, std::vector<char32_t>& out) {
  const auto first = static_cast<std::uint8_t>(text[at]);
  const std::size_t length = first < 0x80 ? 1 : (first & 0xE0) == 0xC0 ? 2 : (first & 0xF0) == 0xE0 ? 3 : 4;
  if (at + length > text.size()) return false;
  char32_t c = first < 0x80 ? first : first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) c = c << 6 | (static_cast<std::uint8_t>(text[at + i]) & 0x3FU);
  if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return false;
  std::string written;
  utf8::append(written, c);
  if (text.substr(at, length) != written) return false;
  at += length;
  out.push_back(c);
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of(ByteView(data, size));
  std::vector<char32_t> points;
  bool valid = true;
  for (std::size_t at = 0; at < text.size() && valid;) valid = take(text, at, points);
  must(utf8::valid(text) == valid, "a text is valid if and only if each code point is");
  const std::string repaired = utf8::repair(text);
  must(utf8::valid(repaired) && utf8::repair(repaired) == repaired, "a repaired text is valid");
  must((repaired == text) == valid, "a repair changes what is not valid, and nothing else");

  points.clear();
  for (std::size_t at = 0; at < repaired.size();) must(take(repaired, at, points), "a repaired text has code points");
  must(utf8::length(repaired) == points.size(), "a text is as long as its code points");
  const auto join = [&](std::size_t start, std::size_t end) {
    std::string out;
    for (std::size_t i = start; i < std::min(end, points.size()); ++i) utf8::append(out, points[i]);
    return out;
  };
  const std::size_t start = size == 0 ? 0 : data[0] % (points.size() + 2);
  const std::size_t end = size == 0 ? 0 : data[size - 1] % (points.size() + 2);
  must(utf8::offset_of(repaired, start) == join(0, start).size(), "an offset lies behind the code points before it");
  must(utf8::slice(repaired, start, end) == join(start, end), "a slice is its code points");
  std::size_t at = 0;
  for (const char32_t c : points) must(utf8::next(repaired, at) == c, "code points come one after the other");
  must(at == repaired.size(), "the last code point ends the text");
  return 0;
}
