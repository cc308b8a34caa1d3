// SPDX-License-Identifier: GPL-3.0-or-later
// From letters to phones. Each script whose usual romanisations disagree with each other has a table here (Hangul, Arabic, Hebrew,
// Cyrillic); every other goes through ICU to Latin letters, which are read by rules that suit names from many languages at once. The rules
// err towards merging sounds; text/names.cc then weighs what is left. Han characters are read as Mandarin, whatever the language.
#include "text/transliterate.h"

#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/utf8.h"

namespace oyer::text {
namespace {

constexpr std::size_t kWordLimit = 16;

enum class Script { latin, hangul, arabic, hebrew, cyrillic, digits, other };

struct Word {
  std::u32string letters;
  Script script = Script::latin;
  bool hyphen_before = false;
};

// ICU, once per process and cloned once per thread: a Transliterator promises nothing about concurrent use.
icu::Transliterator* own_transliterator() {
  static std::mutex mutex;
  static std::unique_ptr<icu::Transliterator> first;
  thread_local std::unique_ptr<icu::Transliterator> own;
  if (own) return own.get();
  const std::lock_guard lock(mutex);
  if (!first) {
    UErrorCode status = U_ZERO_ERROR;
    first.reset(icu::Transliterator::createInstance(u"Any-Latin; Latin-ASCII; Lower", UTRANS_FORWARD, status));
    if (U_FAILURE(status)) first.reset();
  }
  if (first) own.reset(first->clone());
  return own.get();
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool vowel_letter(char c) { return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y'; }

// Two equal phones side by side are one.
void push(std::string& phones, std::string_view more) {
  for (char c : more)
    if (phones.empty() || phones.back() != c || (c >= '0' && c <= '9')) phones.push_back(c);
}

// --- Latin ---------------------------------------------------------------------------------------------------------------------------

struct Rule {
  std::string_view letters;
  std::string_view phones;
};

// Longest first. Where languages disagree (ch, j, w, x) the cost table of names.cc forgives.
constexpr std::array kLatinRules = {
    Rule{"tsch", "C"}, Rule{"shch", "S"}, Rule{"sch", "S"}, Rule{"tch", "C"}, Rule{"dzh", "J"}, Rule{"eau", "o"}, Rule{"sh", "S"}, Rule{"ch", "C"}, Rule{"kh", "x"}, Rule{"gh", "G"}, Rule{"ph", "f"}, Rule{"th", "t"}, Rule{"zh", "Z"},
    Rule{"dh", "d"},   Rule{"dj", "J"},   Rule{"ck", "k"},  Rule{"cz", "C"},  Rule{"ts", "c"},  Rule{"tz", "c"},  Rule{"qu", "k"}, Rule{"rh", "r"}, Rule{"wh", "w"}, Rule{"ou", "u"}, Rule{"oo", "u"}, Rule{"ee", "i"}, Rule{"ie", "i"},
    Rule{"ai", "A"},   Rule{"ay", "A"},   Rule{"ei", "A"},  Rule{"ey", "A"},  Rule{"ae", "A"},  Rule{"au", "o"},  Rule{"aw", "o"}, Rule{"eo", "E"}, Rule{"eu", "U"}, Rule{"x", "ks"}, Rule{"q", "k"},  Rule{"j", "J"},
};

std::string latin_phones(std::string_view word) {
  std::string out;
  for (std::size_t i = 0; i < word.size();) {
    const std::string_view rest = word.substr(i);
    const char c = rest[0];
    const char next = rest.size() > 1 ? rest[1] : '\0';
    if (i == 0 && c == 'x') {
      push(out, "S");
      ++i;
      continue;
    }
    if (rest.starts_with("ng") && (rest.size() == 2 || !vowel_letter(rest[2]))) {
      push(out, "N");
      i += 2;
      continue;
    }
    if (c == 'h' && rest.size() == 1 && !out.empty() && vowel_letter(word[i - 1])) {
      ++i;
      continue;
    }  // Fatimah, Noh
    if (c == 'c' && !(next == 'h' || next == 'k' || next == 'z')) {
      push(out, next == 'e' || next == 'i' || next == 'y' ? "s" : "k");
      ++i;
      continue;
    }
    if (c == 'y') {
      push(out, vowel_letter(next) && next != 'y' ? "y" : "i");
      ++i;
      continue;
    }
    const auto rule = std::find_if(kLatinRules.begin(), kLatinRules.end(), [&](const Rule& r) { return rest.starts_with(r.letters); });
    if (rule != kLatinRules.end()) {
      push(out, rule->phones);
      i += rule->letters.size();
      continue;
    }
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) push(out, std::string_view(&c, 1));
    ++i;
  }
  return out;
}

// --- Hangul --------------------------------------------------------------------------------------------------------------------------

constexpr std::array<std::string_view, 19> kOnset = {"g", "k", "n", "d", "t", "r", "m", "b", "p", "s", "s", "", "J", "J", "C", "k", "t", "p", "h"};
constexpr std::array<std::string_view, 21> kVowel = {"a", "A", "ya", "yA", "E", "e", "yE", "ye", "o", "wa", "wA", "we", "yo", "u", "wE", "we", "wi", "yu", "U", "i", "i"};
constexpr std::array<std::string_view, 28> kCoda = {"", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p", "t", "t", "N", "t", "t", "k", "t", "p", "t"};
constexpr char32_t kFirstSyllable = 0xAC00;
constexpr char32_t kLastSyllable = 0xD7A3;

bool syllable(char32_t c) { return c >= kFirstSyllable && c <= kLastSyllable; }

std::string hangul_phones(std::u32string_view word) {
  std::string out;
  for (char32_t c : word) {
    if (!syllable(c)) continue;
    const std::size_t index = c - kFirstSyllable;
    std::string_view onset = kOnset[index / 588];
    if (onset == "r" && !out.empty() && out.back() == 'l') onset = "";
    push(out, onset);
    push(out, kVowel[index % 588 / 28]);
    push(out, kCoda[index % 28]);
  }
  return out;
}

struct Surname {
  std::u32string_view hangul;  // one or more spellings; the last one gives the phones
  std::string_view latin;      // separated by spaces
};

constexpr std::array kSurnames = {
    Surname{U"김", "kim gim ghim"},
    Surname{U"이리", "lee yi ri rhee li i rhie ree rhi"},
    Surname{U"박", "park pak bak bark"},
    Surname{U"최", "choi choe choy chey"},
    Surname{U"정", "jung jong jeong chung chong joung cheong"},
    Surname{U"강", "kang gang"},
    Surname{U"조", "cho jo joe"},
    Surname{U"윤", "yoon yun youn"},
    Surname{U"장", "jang chang"},
    Surname{U"임림", "lim im rim yim leem rhim"},
    Surname{U"신", "shin sin"},
    Surname{U"오", "oh o"},
    Surname{U"유류", "yoo yu ryu ryoo you lyu liu yoou"},
    Surname{U"노로", "noh no roh ro rho"},
    Surname{U"현", "hyun hyon hyeon"},
    Surname{U"황", "hwang whang"},
    Surname{U"서", "seo so suh sur"},
    Surname{U"권", "kwon gwon kwun"},
    Surname{U"한", "han hahn"},
    Surname{U"송", "song"},
    Surname{U"안", "ahn an"},
    Surname{U"홍", "hong"},
    Surname{U"전", "jeon jon jun chon chun"},
    Surname{U"고", "ko go koh"},
    Surname{U"문", "moon mun"},
    Surname{U"양량", "yang ryang"},
    Surname{U"손", "son sohn"},
    Surname{U"배", "bae pae bai pai"},
    Surname{U"백", "baek paek paik baik back"},
    Surname{U"허", "heo hur huh ho hoh"},
    Surname{U"남", "nam"},
    Surname{U"심", "sim shim"},
    Surname{U"하", "ha hah"},
    Surname{U"주", "joo ju chu choo"},
    Surname{U"구", "koo gu ku goo"},
    Surname{U"민", "min"},
    Surname{U"진", "jin chin"},
    Surname{U"지", "ji chi jee"},
    Surname{U"엄", "eom om um uhm"},
    Surname{U"채", "chae"},
    Surname{U"원", "won"},
    Surname{U"천", "cheon"},
    Surname{U"방", "bang pang"},
    Surname{U"공", "gong kong"},
    Surname{U"곽", "kwak gwak"},
    Surname{U"우", "woo wu u"},
    Surname{U"차", "cha"},
    Surname{U"라나", "na ra nah rah"},
    Surname{U"변", "byun byon byeon pyon"},
    Surname{U"성", "sung seong"},
    Surname{U"소", "soh"},
    Surname{U"길", "gil kil"},
    Surname{U"마", "ma mah"},
    Surname{U"표", "pyo"},
    Surname{U"명", "myung myong myeong"},
    Surname{U"태", "tae"},
};
constexpr std::array<std::u32string_view, 8> kLongSurnames = {U"남궁", U"황보", U"제갈", U"사공", U"선우", U"서문", U"독고", U"동방"};

const std::unordered_map<char32_t, std::string>& surnames_by_syllable() {
  static const auto table = [] {
    std::unordered_map<char32_t, std::string> out;
    for (const Surname& surname : kSurnames)
      for (char32_t c : surname.hangul) out.emplace(c, hangul_phones(surname.hangul.substr(surname.hangul.size() - 1)));
    return out;
  }();
  return table;
}

const std::unordered_map<std::string_view, std::string>& surnames_by_latin() {
  static const auto table = [] {
    std::unordered_map<std::string_view, std::string> out;
    for (const Surname& surname : kSurnames) {
      const std::string phones = hangul_phones(surname.hangul.substr(surname.hangul.size() - 1));
      for (std::string_view rest = surname.latin; !rest.empty();) {
        const std::size_t end = std::min(rest.find(' '), rest.size());
        out.emplace(rest.substr(0, end), phones);
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    }
    return out;
  }();
  return table;
}

// Latin letters read as Korean syllables, or nothing. Longer spellings first, so that "young" is one syllable.
constexpr std::array kRomanOnset = {Rule{"kk", "k"}, Rule{"tt", "t"}, Rule{"pp", "p"}, Rule{"ss", "s"}, Rule{"jj", "J"}, Rule{"ch", "C"}, Rule{"sh", "s"}, Rule{"rh", "r"}, Rule{"k", "k"}, Rule{"g", "g"}, Rule{"n", "n"},
                                    Rule{"t", "t"},  Rule{"d", "d"},  Rule{"r", "r"},  Rule{"l", "r"},  Rule{"m", "m"},  Rule{"p", "p"},  Rule{"b", "b"},  Rule{"s", "s"},  Rule{"j", "J"}, Rule{"h", "h"}, Rule{"", ""}};
constexpr std::array kRomanVowel = {Rule{"yeo", "yE"}, Rule{"yae", "yA"}, Rule{"yoo", "yu"}, Rule{"you", "yE"}, Rule{"wae", "wA"}, Rule{"weo", "wE"}, Rule{"woo", "u"}, Rule{"yu", "yu"}, Rule{"yo", "yo"}, Rule{"ya", "ya"}, Rule{"ye", "ye"},
                                    Rule{"yi", "i"},   Rule{"wa", "wa"},  Rule{"wo", "wE"},  Rule{"we", "we"},  Rule{"wi", "wi"},  Rule{"wu", "u"},   Rule{"eo", "E"},  Rule{"eu", "U"},  Rule{"ae", "A"},  Rule{"ai", "A"},  Rule{"ee", "i"},
                                    Rule{"oo", "u"},   Rule{"ou", "E"},   Rule{"oe", "we"},  Rule{"oi", "we"},  Rule{"ui", "i"},   Rule{"a", "a"},    Rule{"e", "e"},   Rule{"i", "i"},   Rule{"o", "o"},   Rule{"u", "u"}};
constexpr std::array kRomanCoda = {Rule{"ng", "N"}, Rule{"ck", "k"}, Rule{"n", "n"}, Rule{"k", "k"}, Rule{"g", "k"}, Rule{"t", "t"}, Rule{"l", "l"},
                                   Rule{"r", "l"},  Rule{"m", "m"},  Rule{"p", "p"}, Rule{"b", "p"}, Rule{"h", ""},  Rule{"", ""}};

struct Syllables {
  std::string phones;
  int count = 0;
};

std::optional<Syllables> korean_syllables(std::string_view word, int at_most) {
  if (word.empty()) return Syllables{};
  if (at_most == 0 || word.size() > 14) return std::nullopt;
  for (const Rule& onset : kRomanOnset) {
    if (!word.starts_with(onset.letters)) continue;
    const std::string_view after_onset = word.substr(onset.letters.size());
    for (const Rule& vowel : kRomanVowel) {
      if (!after_onset.starts_with(vowel.letters)) continue;
      const std::string_view after_vowel = after_onset.substr(vowel.letters.size());
      for (const Rule& coda : kRomanCoda) {
        if (!after_vowel.starts_with(coda.letters)) continue;
        const std::string_view rest = after_vowel.substr(coda.letters.size());
        // A consonant before a vowel opens the next syllable: mi-na, not min-a.
        if (!rest.empty() && coda.letters.size() == 1 && vowel_letter(rest[0]) && rest[0] != 'y') continue;
        const auto more = korean_syllables(rest, at_most - 1);
        if (!more) continue;
        Syllables out{std::string(onset.phones), more->count + 1};
        push(out.phones, vowel.phones);
        push(out.phones, coda.phones);
        push(out.phones, more->phones);
        return out;
      }
    }
  }
  return std::nullopt;
}

// Latin words as a Korean name: a surname of the table at one end and one to three syllables of given name.
std::optional<std::vector<SpokenWord>> korean_from_latin(const std::vector<std::string>& words, const std::vector<bool>& hyphen_before) {
  if (words.size() < 2 || words.size() > 4) return std::nullopt;
  const auto& surnames = surnames_by_latin();
  const auto read = [&](std::size_t surname) -> std::optional<std::vector<SpokenWord>> {
    const auto found = surnames.find(words[surname]);
    if (found == surnames.end()) return std::nullopt;
    std::string given;
    int count = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (i == surname) continue;
      const auto part = korean_syllables(words[i], 3);
      if (!part) return std::nullopt;
      push(given, part->phones);
      count += part->count;
    }
    if (count == 0 || count > 3) return std::nullopt;
    return std::vector<SpokenWord>{{found->second, true}, {given, true}};
  };
  const std::size_t last = words.size() - 1;
  const bool first_hyphened = hyphen_before[1];
  const bool last_hyphened = hyphen_before[last];
  // Without a hyphen to say which is the given name, one of two syllables is; else the first word is the surname.
  bool last_first = first_hyphened && !last_hyphened;
  if (words.size() == 2 && !first_hyphened) {
    const auto first = korean_syllables(words[0], 3);
    const auto second = korean_syllables(words[1], 3);
    last_first = first && second && first->count > second->count;
  }
  if (words.size() == 2 && first_hyphened) return std::nullopt;  // a given name alone
  auto name = read(last_first ? last : 0);
  return name ? name : read(last_first ? 0 : last);
}

std::vector<SpokenWord> korean_from_hangul(const std::vector<std::u32string>& words) {
  const auto& surnames = surnames_by_syllable();
  std::vector<SpokenWord> out;
  const auto add = [&](std::string phones) {
    if (!phones.empty()) out.push_back({std::move(phones), true});
  };
  std::u32string_view first = words[0];
  std::size_t take = 0;
  if (words.size() == 1 && first.size() >= 2 && first.size() <= 5) {
    const bool long_one = first.size() >= 3 && std::find(kLongSurnames.begin(), kLongSurnames.end(), first.substr(0, 2)) != kLongSurnames.end();
    take = long_one ? 2 : first.size() <= 4 && surnames.contains(first[0]) ? 1 : 0;
  } else if (words.size() <= 3 && first.size() == 1 && surnames.contains(first[0])) {
    take = 1;
  }
  if (take > 0) {
    add(take == 1 ? surnames.at(first[0]) : hangul_phones(first.substr(0, take)));
    std::u32string given(first.substr(take));
    for (std::size_t i = 1; i < words.size(); ++i) given += words[i];
    add(hangul_phones(given));
    return out;
  }
  for (const std::u32string& word : words) add(hangul_phones(word));
  return out;
}

// --- Arabic, Hebrew, Cyrillic --------------------------------------------------------------------------------------------------------

std::string_view arabic_letter(char32_t c) {
  switch (c) {
    case U'ا':
    case U'أ':
    case U'إ':
    case U'آ':
    case U'ٱ': return "V";
    case U'ب': return "b";
    case U'پ': return "p";
    case U'ت':
    case U'ث':
    case U'ط': return "t";
    case U'ج': return "J";
    case U'چ': return "C";
    case U'ح':
    case U'ه':
    case U'ھ':
    case U'ہ': return "h";
    case U'خ': return "x";
    case U'د':
    case U'ذ':
    case U'ض': return "d";
    case U'ر': return "r";
    case U'ز':
    case U'ظ': return "z";
    case U'ژ': return "Z";
    case U'س':
    case U'ص': return "s";
    case U'ش': return "S";
    case U'ع': return "`";
    case U'غ': return "G";
    case U'ف': return "f";
    case U'ڤ': return "v";
    case U'ق':
    case U'ك':
    case U'ک': return "k";
    case U'گ': return "g";
    case U'ل': return "l";
    case U'م': return "m";
    case U'ن': return "n";
    case U'و':
    case U'ؤ': return "W";
    case U'ي':
    case U'ى':
    case U'ی':
    case U'ئ': return "Y";
    case U'ة': return "V";
    default: return "";  // hamza, short vowels, tatweel
  }
}

std::string arabic_phones(std::u32string_view word) {
  if (word == U"بارك") return "bVk";  // the r of Park is only English spelling
  std::string out;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char32_t next = i + 1 < word.size() ? word[i + 1] : 0;
    const bool last = i + 1 == word.size();
    if (word[i] == U'ت' && next == U'ش') {
      push(out, "C");
      ++i;
      continue;
    }
    if (word[i] == U'ن' && (next == U'غ' || (next == U'ج' && i + 2 == word.size()))) {
      push(out, "N");
      ++i;
      continue;
    }
    if (last && out.size() > 1 && word[i] == U'ه') {
      push(out, "V");
      continue;
    }  // teh marbuta without its dots
    push(out, arabic_letter(word[i]));
  }
  return out;
}

std::string_view hebrew_letter(char32_t c) {
  constexpr std::array<std::string_view, 27> kLetters = {"V", "b", "g", "d", "h", "W", "z", "x", "t", "Y", "k", "k", "l", "m", "m", "n", "n", "s", "`", "p", "p", "c", "c", "k", "r", "S", "t"};
  return c >= 0x05D0 && c <= 0x05EA ? kLetters[c - 0x05D0] : "";
}

std::string hebrew_phones(std::u32string_view word) {
  std::string out;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char32_t next = i + 1 < word.size() ? word[i + 1] : 0;
    if (next == U'\'' || next == 0x05F3) {
      push(out, word[i] == U'ג' ? "J" : word[i] == U'צ' || word[i] == U'ץ' ? "C" : word[i] == U'ז' ? "Z" : hebrew_letter(word[i]));
      ++i;
      continue;
    }
    if (word[i] == U'ה' && i + 1 == word.size() && out.size() > 1) {
      push(out, "V");
      continue;
    }
    push(out, hebrew_letter(word[i]));
  }
  return out;
}

std::string_view cyrillic_letter(char32_t lower) {
  constexpr std::array<std::string_view, 32> kLetters = {"a", "b", "v", "g", "d", "e", "Z", "z", "i", "y", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f", "x", "c", "C", "S", "S", "", "i", "", "e", "yu", "ya"};
  if (lower >= 0x0430 && lower <= 0x044F) return kLetters[lower - 0x0430];
  switch (lower) {
    case U'ё': return "yo";
    case U'і':
    case U'ї': return "i";
    case U'є': return "ye";
    case U'ґ': return "g";
    case U'ў': return "w";
    case U'ј': return "y";
    case U'љ': return "ly";
    case U'њ': return "ny";
    case U'ћ': return "C";
    case U'ђ':
    case U'џ': return "J";
    case U'қ': return "k";
    case U'ғ': return "G";
    case U'ү':
    case U'ұ': return "u";
    case U'ө': return "o";
    case U'ә': return "a";
    case U'ң': return "N";
    case U'һ': return "h";
    default: return "";
  }
}

// --- Words ---------------------------------------------------------------------------------------------------------------------------

Script script_of(char32_t c) {
  if (c < 0x80) return c >= '0' && c <= '9' ? Script::digits : Script::latin;
  if (u_isdigit(static_cast<UChar32>(c))) return Script::digits;
  UErrorCode status = U_ZERO_ERROR;
  switch (uscript_getScript(static_cast<UChar32>(c), &status)) {
    case USCRIPT_LATIN: return Script::latin;
    case USCRIPT_HANGUL: return Script::hangul;
    case USCRIPT_ARABIC: return Script::arabic;
    case USCRIPT_HEBREW: return Script::hebrew;
    case USCRIPT_CYRILLIC: return Script::cyrillic;
    default: return Script::other;
  }
}

bool in_word(char32_t c) {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return u_isalnum(static_cast<UChar32>(c)) || u_charType(static_cast<UChar32>(c)) == U_NON_SPACING_MARK || c == 0x30FC;
}

bool hyphen(char32_t c) { return c == '-' || (c >= 0x2010 && c <= 0x2015) || c == 0x30FB; }
bool apostrophe(char32_t c) { return c == '\'' || c == '`' || c == 0x2019 || c == 0x2018 || c == 0x02BC || c == 0x02BB || c == 0x05F3 || c == 0x02BF || c == 0x02BE; }

std::vector<Word> split(std::string_view text) {
  std::vector<Word> words;
  Word word;
  bool hyphen_seen = false;
  const auto finish = [&] {
    if (!word.letters.empty() && words.size() < kWordLimit) words.push_back(word);
    word = {};
  };
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = utf8::next(text, at);
    if (in_word(c)) {
      const Script script = script_of(c);
      const bool mark = c >= 0x80 && u_charType(static_cast<UChar32>(c)) == U_NON_SPACING_MARK;
      if (!word.letters.empty() && !mark && script != word.script && c != 0x30FC) finish();
      if (word.letters.empty()) {
        if (mark) continue;
        word.script = script;
        word.hyphen_before = hyphen_seen;
        hyphen_seen = false;
      }
      word.letters.push_back(c < 0x80 ? (c >= 'A' && c <= 'Z' ? c + 32 : c) : static_cast<char32_t>(u_tolower(static_cast<UChar32>(c))));
    } else if (apostrophe(c)) {
      if (word.script == Script::hebrew && !word.letters.empty()) word.letters.push_back(U'\'');
    } else {
      finish();
      hyphen_seen = hyphen(c);
    }
  }
  finish();
  return words;
}

std::string utf8_of(std::u32string_view letters) {
  std::string out;
  for (char32_t c : letters) utf8::append(out, c);
  return out;
}

// Letters whose sound Latin-ASCII would lose.
std::string latin_of(std::u32string_view letters) {
  std::string out;
  bool plain = true;
  for (char32_t c : letters) {
    switch (c) {
      case U'č':
      case U'ć': out += "ch"; break;
      case U'š':
      case U'ş':
      case U'ș': out += "sh"; break;
      case U'ž': out += "zh"; break;
      case U'ŏ': out += "eo"; break;
      case U'ŭ': out += "eu"; break;
      default: utf8::append(out, c); plain = plain && c < 0x80;
    }
  }
  return plain ? out : plain_latin(out);
}

bool abd(std::string_view word) { return word == "abd" || word == "abdul" || word == "abdel" || word == "abdal" || word == "abdu" || word == "abdoul"; }
bool article(std::string_view word) { return word == "al" || word == "el" || word == "ul"; }

std::vector<SpokenWord> speak_latin(const std::vector<Word>& words) {
  std::vector<std::string> spelled;
  std::vector<bool> hyphens;
  for (const Word& word : words) {
    spelled.push_back(latin_of(word.letters));
    hyphens.push_back(word.hyphen_before);
  }
  if (auto korean = korean_from_latin(spelled, hyphens)) return *korean;
  std::vector<SpokenWord> out;
  for (std::size_t i = 0; i < spelled.size(); ++i) {
    const bool more = i + 1 < spelled.size();
    if (article(spelled[i]) && more) continue;
    std::string joined = spelled[i];
    if (abd(joined) && more) {
      if (article(spelled[i + 1]) && i + 2 < spelled.size()) joined += spelled[++i];
      joined += spelled[++i];
    }
    std::string phones = latin_phones(joined);
    if (!phones.empty()) out.push_back({std::move(phones), true});
  }
  return out;
}

std::vector<SpokenWord> speak_arabic(const std::vector<Word>& words) {
  std::vector<SpokenWord> out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::u32string letters = words[i].letters;
    std::erase_if(letters, [](char32_t c) { return (c >= 0x064B && c <= 0x065F) || c == 0x0640 || c == 0x0670; });
    if (letters == U"عبد" && i + 1 < words.size())
      letters += words[++i].letters;
    else if (letters.size() >= 5 && letters.starts_with(U"ال"))
      letters.erase(0, 2);
    else if (letters == U"ال" && i + 1 < words.size())
      continue;
    std::string phones = arabic_phones(letters);
    if (!phones.empty()) out.push_back({std::move(phones), false});
  }
  return out;
}

std::vector<SpokenWord> speak_run(const std::vector<Word>& words) {
  std::vector<SpokenWord> out;
  const auto add = [&](std::string phones, bool vowels) {
    if (!phones.empty()) out.push_back({std::move(phones), vowels});
  };
  switch (words[0].script) {
    case Script::latin: return speak_latin(words);
    case Script::arabic: return speak_arabic(words);
    case Script::hangul: {
      std::vector<std::u32string> letters;
      for (const Word& word : words) letters.push_back(word.letters);
      return korean_from_hangul(letters);
    }
    case Script::hebrew:
      for (const Word& word : words) add(hebrew_phones(word.letters), false);
      return out;
    case Script::cyrillic:
      for (const Word& word : words) {
        std::string phones;
        for (char32_t c : word.letters) push(phones, cyrillic_letter(c));
        if (word.letters.starts_with(U"е")) phones.insert(phones.begin(), 'y');
        add(std::move(phones), true);
      }
      return out;
    case Script::digits:
      for (const Word& word : words) {
        std::string phones;
        for (char32_t c : word.letters) phones.push_back(static_cast<char>('0' + std::max(0, u_charDigitValue(static_cast<UChar32>(c)))));
        add(std::move(phones), true);
      }
      return out;
    case Script::other:
      for (const Word& word : words) {
        const std::string latin = plain_latin(utf8_of(word.letters));
        for (std::string_view rest = latin; !rest.empty();) {
          const std::size_t end = std::min(rest.find(' '), rest.size());
          add(latin_phones(rest.substr(0, end)), true);
          rest.remove_prefix(std::min(end + 1, rest.size()));
        }
      }
      return out;
  }
  return out;
}

}  // namespace

std::string plain_latin(std::string_view text) {
  icu::UnicodeString buffer = icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
  if (icu::Transliterator* transliterator = own_transliterator()) transliterator->transliterate(buffer);
  std::string out;
  buffer.toUTF8String(out);
  std::erase_if(out, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  return out;
}

std::vector<SpokenWord> speak(std::string_view name) {
  std::string composed;
  if (!is_ascii(name)) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* normalizer = icu::Normalizer2::getNFKCInstance(status);
    const std::string sound = utf8::valid(name) ? std::string(name) : utf8::repair(name);
    if (U_SUCCESS(status)) {
      icu::UnicodeString buffer = normalizer->normalize(icu::UnicodeString::fromUTF8(sound), status);
      buffer.toUTF8String(composed);
    }
    if (U_FAILURE(status)) composed = sound;
    name = composed;
  }
  const std::vector<Word> words = split(name);
  std::vector<SpokenWord> out;
  for (std::size_t start = 0; start < words.size();) {  // runs of one script
    std::size_t end = start + 1;
    while (end < words.size() && words[end].script == words[start].script) ++end;
    for (SpokenWord& word : speak_run(std::vector<Word>(words.begin() + static_cast<std::ptrdiff_t>(start), words.begin() + static_cast<std::ptrdiff_t>(end)))) out.push_back(std::move(word));
    start = end;
  }
  if (out.size() > kWordLimit) out.resize(kWordLimit);
  return out;
}

}  // namespace oyer::text
