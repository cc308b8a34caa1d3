// SPDX-License-Identifier: GPL-3.0-or-later
// Whether two names may be one, in any two scripts. Everything here is pure and thread-safe, and the same on every machine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace oyer::text {

// A name prepared once for many comparisons. Empty when nothing in it can be read aloud.
struct NameForm {
  struct Word {
    std::string phones;          // indexes into kPhones of text/transliterate.h
    bool vowels_written = true;  // false for Arabic and Hebrew script
    std::uint32_t weight = 0;    // what losing the whole word costs, in hundredths
  };
  std::vector<Word> words;
  std::uint32_t consonants = 0;  // four bits for each of seven classes of consonant: how many there are
};

NameForm name_form(std::string_view name);

// A folded Latin form, words separated by spaces: sounds that romanisations confuse (g and k, eo and o and u, r and l …) share a letter, Korean
// surnames have one spelling and stand first. Equal keys mean "sounds the same", not "is the same".
std::string latin_key(std::string_view name);
std::string latin_key(const NameForm& form);

// For each word, the classes of its consonants (letters of PTKSLMN, at most `length` of them), the same for scripts with and without
// vowels; a word without any gives its vowels. For blocking.
std::vector<std::string> skeletons(const NameForm& form, std::size_t length = 4);

// How alike two names are, in [0, 1], symmetric; 1 for names that sound the same. Words may come in any order, be joined or parted, and one name
// may have words more than the other (at a price).
double name_similarity(std::string_view a, std::string_view b);
double name_similarity(const NameForm& a, const NameForm& b);

// A cheap bound: false only where `name_similarity` would be low (below about 0.7), true otherwise.
bool perhaps_similar(const NameForm& a, const NameForm& b);

}  // namespace oyer::text
