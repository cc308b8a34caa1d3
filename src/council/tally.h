// SPDX-License-Identifier: GPL-3.0-or-later
// What a recorded vote says by the body's own rules. A pure engine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace oyer::council {

struct Tally {
  std::int64_t yes = 0;
  std::int64_t no = 0;
  std::int64_t abstain = 0;
};

// Seats of a body that votes by simple majority of members present and voting: the Human Rights Council has 47 (A/RES/60/251, paragraph 7),
// the Commission had 53. 0 when the body is not known here.
std::int64_t seats_of(std::string_view body);

struct Outcome {
  bool adopted = false;
  std::int64_t absent = 0;  // seats that neither voted nor abstained; meaningful when the body's seats are known
  std::string sentence;     // "adopted by 30 votes to 6, with 11 abstentions"
};
// Error: bad_input when more votes were cast than there are seats, or a number is negative.
Result<Outcome> outcome_of(std::string_view body, const Tally& tally);

}  // namespace oyer::council
