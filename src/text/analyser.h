// SPDX-License-Identifier: GPL-3.0-or-later
// From text to index terms, the same for every back end: words of alphabetic scripts folded, runs of Han, Hangul and Kana as bigrams.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace oyer::text {

struct Term {
  std::string text;
  std::size_t start = 0;  // byte offsets in the analysed text, half-open
  std::size_t end = 0;
};

// Calls `take` for each term in order; `take` returns false to stop. Folding: case, compatibility forms and accents (Latin, Greek,
// Cyrillic), Arabic alef, hamza, teh marbuta, diacritics and tatweel, decomposed Hangul. `text` is valid UTF-8. Thread-safe.
void analyse(std::string_view text, const std::function<bool(const Term&)>& take);

std::vector<Term> terms_of(std::string_view text);

}  // namespace oyer::text
