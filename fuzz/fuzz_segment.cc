// SPDX-License-Identifier: GPL-3.0-or-later
// Segments, openings and entry forms: what is accepted is written back as the same records.
#include <cstdlib>

#include "seal/entry.h"

using namespace oyer;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  const auto check = [](ByteView plaintext) {
    if (const auto records = seal::decode_segment(plaintext)) {
      const auto again = seal::decode_segment(seal::encode_segment(*records));
      if (!again || again->size() != records->size()) std::abort();
      for (std::size_t i = 0; i < records->size(); ++i)
        if ((*again)[i].salt != (*records)[i].salt || (*again)[i].body != (*records)[i].body || seal::encode_openings((*again)[i].openings) != seal::encode_openings((*records)[i].openings)) std::abort();
    }
  };
  check(bytes);
  Bytes framed = to_bytes(std::string_view("oyer-segment/1\n"));
  append(framed, bytes);
  check(framed);
  if (const auto openings = seal::decode_openings(text_of(bytes)))
    if (!openings->empty() && seal::encode_openings(*openings) != text_of(bytes)) std::abort();
  if (const auto form = seal::parse_form(bytes); form && form->sealed) {
    const Bytes again = form->segment ? seal::sealed_closing_entry(form->commitment, *form->segment) : seal::sealed_entry(form->commitment);
    if (text_of(again) != text_of(bytes)) std::abort();
  }
  if (const auto body = parse_canonical(text_of(bytes)); body && body->is_object()) {
    (void)seal::view_body(*body, "case", "log");
    (void)seal::parse_closing(body->get_object());
  }
  return 0;
}
