// SPDX-License-Identifier: GPL-3.0-or-later
// Why bigrams: Korean glues particles to nouns and writes compounds with or without spaces, and Chinese has no spaces at all. Two-syllable
// terms find a noun whatever follows it, at the price of some noise that ranking pushes down. A run of one syllable is a term of its own.
#include "text/analyser.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include "base/utf8.h"

namespace oyer::text {
namespace {

enum class Class { none, word, syllable };

Class class_of(char32_t c) {
  if (c < 0x80) return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ? Class::word : Class::none;
  const auto point = static_cast<UChar32>(c);
  UErrorCode error = U_ZERO_ERROR;
  switch (uscript_getScript(point, &error)) {
    case USCRIPT_HAN:
    case USCRIPT_HANGUL:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_THAI:
    case USCRIPT_KHMER: return u_isalnum(point) || u_charType(point) == U_NON_SPACING_MARK || u_charType(point) == U_COMBINING_SPACING_MARK ? Class::syllable : Class::none;
    default: break;
  }
  const auto type = u_charType(point);
  return u_isalnum(point) || type == U_NON_SPACING_MARK || type == U_COMBINING_SPACING_MARK || c == 0x0640 ? Class::word : Class::none;
}

const icu::Normalizer2& casefold() {
  static const icu::Normalizer2* instance = [] {
    UErrorCode error = U_ZERO_ERROR;
    return icu::Normalizer2::getNFKCCasefoldInstance(error);
  }();
  return *instance;
}

const icu::Normalizer2& decompose() {
  static const icu::Normalizer2* instance = [] {
    UErrorCode error = U_ZERO_ERROR;
    return icu::Normalizer2::getNFDInstance(error);
  }();
  return *instance;
}

// Folds one word; may come out empty (tatweel alone).
std::string fold_word(std::string_view word) {
  bool ascii = true;
  for (char c : word) ascii = ascii && static_cast<unsigned char>(c) < 0x80;
  if (ascii) {
    std::string out(word);
    for (char& c : out)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return out;
  }
  UErrorCode error = U_ZERO_ERROR;
  const icu::UnicodeString source = icu::UnicodeString::fromUTF8(icu::StringPiece(word.data(), static_cast<int32_t>(word.size())));
  const icu::UnicodeString apart = decompose().normalize(casefold().normalize(source, error), error);
  icu::UnicodeString folded;
  for (int32_t i = 0; i < apart.length(); i = apart.moveIndex32(i, 1)) {
    UChar32 c = apart.char32At(i);
    if (u_charType(c) == U_NON_SPACING_MARK || c == 0x0640) continue;  // accents, harakat, hamza above and below, tatweel
    switch (c) {
      case 0x0671: c = 0x0627; break;  // alef wasla
      case 0x0649:
      case 0x06CC: c = 0x064A; break;  // alef maksura, Farsi yeh
      case 0x0629: c = 0x0647; break;  // teh marbuta
      case 0x06A9: c = 0x0643; break;  // keheh
      default: break;
    }
    folded.append(c);
  }
  std::string out;
  folded.toUTF8String(out);
  return out;
}

std::string compose(std::string_view run) {
  UErrorCode error = U_ZERO_ERROR;
  std::string out;
  casefold().normalize(icu::UnicodeString::fromUTF8(icu::StringPiece(run.data(), static_cast<int32_t>(run.size()))), error).toUTF8String(out);
  return out;
}

bool emit_syllables(std::string_view text, std::size_t start, std::size_t end, const std::function<bool(const Term&)>& take) {
  const std::string_view run = text.substr(start, end - start);
  const std::string composed = compose(run);
  const bool same = composed == run;  // then offsets are exact; else the whole run stands for each bigram
  std::vector<std::size_t> bounds;
  for (std::size_t at = 0; at < composed.size();) {
    bounds.push_back(at);
    utf8::next(composed, at);
  }
  bounds.push_back(composed.size());
  const std::size_t count = bounds.size() - 1;
  Term term;
  for (std::size_t i = 0; i + 1 < std::max<std::size_t>(count, 2); ++i) {
    const std::size_t from = bounds[i];
    const std::size_t to = bounds[std::min(i + 2, count)];
    term.text = composed.substr(from, to - from);
    term.start = same ? start + from : start;
    term.end = same ? start + to : end;
    if (!take(term)) return false;
  }
  return true;
}

}  // namespace

void analyse(std::string_view text, const std::function<bool(const Term&)>& take) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t start = at;
    const Class kind = class_of(utf8::next(text, at));
    if (kind == Class::none) continue;
    std::size_t end = at;
    while (at < text.size() && class_of(utf8::next(text, at)) == kind) end = at;
    at = end;
    if (kind == Class::syllable) {
      if (!emit_syllables(text, start, end, take)) return;
      continue;
    }
    Term term{fold_word(text.substr(start, end - start)), start, end};
    if (!term.text.empty() && !take(term)) return;
  }
}

std::vector<Term> terms_of(std::string_view text) {
  std::vector<Term> out;
  analyse(text, [&](const Term& term) {
    out.push_back(term);
    return true;
  });
  return out;
}

}  // namespace oyer::text
