// SPDX-License-Identifier: GPL-3.0-or-later
// Names of any script as strings of phones, one alphabet in which Latin, Hangul, Arabic, Hebrew, Cyrillic and the rest meet.
// Pure and thread-safe: each thread keeps its own ICU transliterator, made at its first non-ASCII name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace oyer::text {

// The phones, one ASCII character each. Vowels: a e i o u, A (ae, ay), E (the eo of Seoul), U (eu), V (alef: some vowel), Y and W (yeh and
// waw: vowel or glide). Consonants: x (kh), G (gh), S (sh), C (ch), J (j), Z (zh), c (ts), N (ng), ` (ain); digits stand for themselves.
inline constexpr std::string_view kPhones = "aeiouAEUVYWkgxGtdpbfvszSCJZchmnNlrwy`0123456789";

struct SpokenWord {
  std::string phones;          // characters of kPhones, no two equal neighbours but digits; never empty
  bool vowels_written = true;  // false for Arabic and Hebrew script
};

// The words of a name in the order written, but Korean names surname first and given name joined; Arabic articles dropped, Abd joined to
// what follows. Malformed UTF-8 is read as if the bad bytes were not there. At most 16 words.
std::vector<SpokenWord> speak(std::string_view name);

// Plain lower-case ASCII through ICU (Any-Latin; Latin-ASCII; Lower), for scripts without a table of their own.
std::string plain_latin(std::string_view text);

}  // namespace oyer::text
