// SPDX-License-Identifier: GPL-3.0-or-later
#include "council/tally.h"

namespace oyer::council {

std::int64_t seats_of(std::string_view body) {
  if (body == "HRC") return 47;
  if (body == "CHR") return 53;
  if (body == "SC") return 15;
  return 0;
}

Result<Outcome> outcome_of(std::string_view body, const Tally& tally) {
  const std::int64_t seats = seats_of(body);
  const std::int64_t cast = tally.yes + tally.no + tally.abstain;
  if (tally.yes < 0 || tally.no < 0 || tally.abstain < 0) return fail(ErrorCode::bad_input, "A tally has a negative number.");
  if (seats > 0 && cast > seats) return fail(ErrorCode::bad_input, "A tally of " + std::to_string(cast) + " is larger than the " + std::to_string(seats) + " seats of " + std::string(body) + ".", "Check the record: columns may be swapped.");
  Outcome out;
  // Abstentions are not votes (Council rules, rule 20; Economic and Social Council rules, rule 60): more yes than no adopts.
  out.adopted = tally.yes > tally.no;
  if (body == "SC") out.adopted = tally.yes >= 9;  // and no permanent member against, which the tally alone can't show
  out.absent = seats > 0 ? seats - cast : 0;
  out.sentence = (out.adopted ? "adopted by " : "rejected by ") + std::to_string(tally.yes) + " votes to " + std::to_string(tally.no) + ", with " + std::to_string(tally.abstain) + (tally.abstain == 1 ? " abstention" : " abstentions");
  return out;
}

}  // namespace oyer::council
