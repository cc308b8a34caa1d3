// SPDX-License-Identifier: GPL-3.0-or-later
// Canonical JSON: one value, one text.
#include <cstdlib>

#include "base/bytes.h"
#include "base/json.h"
#include "base/partial_date.h"

using namespace oyer;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  const auto value = parse_canonical(text_of(bytes));
  if (value && canonical(*value) != text_of(bytes)) std::abort();
  if (const auto any = parse_json(text_of(bytes))) {
    const auto again = parse_json(pretty(*any));
    if (!again) std::abort();
    if (const auto date = PartialDate::from_json(*any))
      if (!PartialDate::parse(date->text())) std::abort();
  }
  if (const auto date = PartialDate::parse(text_of(bytes)))
    if (date->text() != text_of(bytes) && date->first != date->last) std::abort();
  return 0;
}
