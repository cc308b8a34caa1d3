// SPDX-License-Identifier: GPL-3.0-or-later
// Canonical JSON: one value, one text; and any JSON survives being made pretty.
#include "base/json.h"
#include "base/utf8.h"
#include "fuzz.h"

using namespace oyer;
using fuzz::must;

namespace {

// Whether a value has a canonical form (docs/formats/entry.md), told without writing it.
bool has_canonical_form(const json::value& value) {
  constexpr std::int64_t kLargest = (std::int64_t{1} << 53) - 1;
  if (value.is_double()) return false;
  if (value.is_int64()) return value.get_int64() <= kLargest && value.get_int64() >= -kLargest;
  if (value.is_uint64()) return value.get_uint64() <= static_cast<std::uint64_t>(kLargest);
  if (value.is_array()) return std::ranges::all_of(value.get_array(), has_canonical_form);
  if (value.is_object())
    return std::ranges::all_of(value.get_object(), [](const auto& member) { return std::ranges::all_of(member.key(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }) && has_canonical_form(member.value()); });
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of(ByteView(data, size));
  const auto value = parse_canonical(text);
  if (value) must(canonical(*value) == text, "a canonical text is written back as it was read");
  const auto any = parse_json(text);
  must(any.has_value() || !value.has_value(), "canonical JSON is JSON");
  if (!any) return 0;
  const std::string nice = pretty(*any);
  const auto again = parse_json(nice);
  must(again.has_value(), "pretty JSON is JSON");
  if (!has_canonical_form(*any)) {  // a float, for one: Boost.JSON reads 5e+250 a little off, so that it may be written otherwise each time
    must(!value, "what has no canonical form is refused");
    return 0;
  }
  must(pretty(*again) == nice, "pretty JSON stays as it is");
  // Any spelling of the value leads to one canonical text.
  const std::string one = canonical(*any);
  must(value.has_value() == (one == text && utf8::valid(text)), "a text is canonical if and only if it is the one text of its value");
  if (!utf8::valid(one)) return 0;
  const auto back = parse_canonical(one);
  must(back && canonical(*back) == one, "a canonical text of ours is read");
  const auto pretty_one = parse_json(nice);
  must(pretty_one && canonical(*pretty_one) == one, "pretty and canonical text have one value");
  return 0;
}
