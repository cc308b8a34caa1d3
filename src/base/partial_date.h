// SPDX-License-Identifier: GPL-3.0-or-later
// Dates that are honest about what is not known: docs/formats/entry.md, "Partial dates".
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace oyer {

struct PartialDate {
  std::string first;  // YYYY, YYYY-MM or YYYY-MM-DD; never filled up
  std::string last;   // the same; equal to first for a single date
  bool precise = true;

  // "2008-03", "2008-03..2008-05", "~2008-04" (imprecise). Errors: bad_input.
  static Result<PartialDate> parse(std::string_view text);
  static Result<PartialDate> from_json(const json::value& value);
  json::object to_json() const;
  std::string text() const;

  // Whether every day it may mean lies within [from, to] (each YYYY, YYYY-MM or YYYY-MM-DD), or whether some may.
  bool surely_within(std::string_view from, std::string_view to) const;
  bool possibly_within(std::string_view from, std::string_view to) const;
};

// Whether `text` is a calendar date of one of the three precisions.
bool valid_date(std::string_view text);

}  // namespace oyer
