// SPDX-License-Identifier: GPL-3.0-or-later
// Names are compared as phones: an edit distance whose prices say which sounds people, languages and romanisations confuse (g for k costs
// little, m for k a whole letter). Words are then paired greedily, best first, two or three words of one side being allowed to stand for one of
// the other. Where one side leaves vowels unwritten, vowels of the other side are nearly free. The prices are judgements, not fitted.
#include "text/names.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "text/transliterate.h"

namespace oyer::text {
namespace {

constexpr std::size_t kCount = kPhones.size();
constexpr std::size_t kLongest = 63;  // phones of one word that are compared

constexpr std::size_t index_of(char phone) {
  const std::size_t at = kPhones.find(phone);
  return at == std::string_view::npos ? 0 : at;
}
constexpr bool is_vowel(std::size_t phone) { return phone < index_of('k'); }

struct Prices {
  std::array<std::array<std::uint16_t, kCount>, kCount> change{};
  std::array<std::uint16_t, kCount> drop{};
  std::array<std::uint16_t, kCount> drop_unwritten{};  // when the other side leaves vowels out
};

struct Price {
  char a;
  char b;
  std::uint16_t cents;
};

constexpr std::array kPrices = {
    Price{'k', 'g', 8},  Price{'t', 'd', 8},  Price{'p', 'b', 8},  Price{'C', 'J', 8},  Price{'l', 'r', 10}, Price{'s', 'S', 20}, Price{'s', 'z', 15}, Price{'z', 'J', 25}, Price{'z', 'Z', 25}, Price{'v', 'b', 20}, Price{'v', 'w', 10},
    Price{'v', 'f', 15}, Price{'f', 'p', 25}, Price{'b', 'f', 50}, Price{'x', 'k', 20}, Price{'x', 'h', 15}, Price{'G', 'g', 8},  Price{'G', 'k', 15}, Price{'x', 'G', 30}, Price{'x', 'C', 40}, Price{'g', 'h', 40}, Price{'g', 'J', 20},
    Price{'c', 's', 25}, Price{'c', 'C', 20}, Price{'c', 't', 40}, Price{'c', 'z', 15}, Price{'c', 'J', 25}, Price{'c', 'k', 50}, Price{'Z', 'J', 12}, Price{'Z', 'S', 25}, Price{'n', 'N', 12}, Price{'n', 'm', 40}, Price{'N', 'm', 60},
    Price{'S', 'C', 15}, Price{'S', 'J', 40}, Price{'s', 'C', 40}, Price{'y', 'J', 40}, Price{'k', 'C', 45}, Price{'t', 's', 40}, Price{'d', 'z', 40}, Price{'t', 'C', 50}, Price{'h', 'f', 50}, Price{'w', 'b', 50}, Price{'l', 'n', 60},
    Price{'r', 'n', 60}, Price{'o', 'E', 8},  Price{'u', 'E', 14}, Price{'u', 'U', 8},  Price{'o', 'u', 20}, Price{'E', 'U', 25}, Price{'E', 'a', 30}, Price{'E', 'e', 30}, Price{'A', 'e', 6},  Price{'A', 'a', 20}, Price{'A', 'i', 25},
    Price{'e', 'i', 20}, Price{'a', 'e', 30}, Price{'a', 'o', 30}, Price{'U', 'i', 25}, Price{'i', 'y', 10}, Price{'u', 'w', 10}, Price{'o', 'w', 20}, Price{'e', 'y', 40}, Price{'V', 'a', 3},  Price{'V', 'e', 6},  Price{'V', 'A', 6},
    Price{'V', 'o', 12}, Price{'V', 'i', 12}, Price{'V', 'u', 12}, Price{'V', 'E', 10}, Price{'V', 'U', 12}, Price{'V', '`', 10}, Price{'V', 'Y', 20}, Price{'V', 'W', 30}, Price{'V', 'h', 30}, Price{'`', 'a', 5},  Price{'`', 'e', 8},
    Price{'`', 'i', 10}, Price{'`', 'o', 10}, Price{'`', 'u', 10}, Price{'`', 'A', 8},  Price{'W', 'u', 2},  Price{'W', 'o', 2},  Price{'W', 'w', 2},  Price{'W', 'v', 12}, Price{'W', 'E', 6},  Price{'W', 'U', 8},  Price{'W', 'b', 50},
    Price{'Y', 'i', 2},  Price{'Y', 'y', 2},  Price{'Y', 'e', 5},  Price{'Y', 'A', 5},  Price{'Y', 'a', 20}, Price{'Y', 'J', 50}, Price{'Y', 'U', 20},
};

Prices make_prices() {
  Prices out;
  for (std::size_t a = 0; a < kCount; ++a) {
    const bool vowel = is_vowel(a);
    out.drop[a] = vowel ? 50 : 100;
    out.drop_unwritten[a] = vowel ? 6 : 100;
    for (std::size_t b = 0; b < kCount; ++b) out.change[a][b] = a == b ? 0 : vowel && is_vowel(b) ? 45 : vowel != is_vowel(b) ? 110 : 100;
  }
  for (const Price& price : kPrices) out.change[index_of(price.a)][index_of(price.b)] = out.change[index_of(price.b)][index_of(price.a)] = price.cents;
  const auto drop = [&](char phone, std::uint16_t cents, std::uint16_t unwritten) {
    out.drop[index_of(phone)] = cents;
    out.drop_unwritten[index_of(phone)] = unwritten;
  };
  drop('U', 18, 4);  // the vowel that Korean puts between foreign consonants
  drop('u', 40, 6);  // and Japanese
  drop('V', 25, 12);
  drop('Y', 45, 25);
  drop('W', 45, 25);
  drop('y', 40, 25);
  drop('w', 45, 30);
  drop('h', 35, 30);
  drop('`', 12, 10);
  return out;
}

const Prices& prices() {
  static const Prices table = make_prices();
  return table;
}

std::uint32_t weight_of(std::string_view phones, bool unwritten) {
  const auto& drop = unwritten ? prices().drop_unwritten : prices().drop;
  std::uint32_t sum = 0;
  for (char phone : phones) sum += drop[static_cast<std::size_t>(phone)];
  return sum;
}

// Likeness of two phone strings, 0 to 1.
double likeness(std::string_view a, std::string_view b, bool a_written, bool b_written) {
  if (a == b) return 1;
  a = a.substr(0, kLongest);
  b = b.substr(0, kLongest);
  const Prices& price = prices();
  const auto& drop_a = b_written ? price.drop : price.drop_unwritten;
  const auto& drop_b = a_written ? price.drop : price.drop_unwritten;
  std::array<std::uint32_t, kLongest + 1> row{};
  for (std::size_t j = 0; j < b.size(); ++j) row[j + 1] = row[j] + drop_b[static_cast<std::size_t>(b[j])];
  const std::uint32_t whole_b = row[b.size()];
  std::uint32_t whole_a = 0;
  for (char phone : a) {
    const auto p = static_cast<std::size_t>(phone);
    const std::uint32_t drop = drop_a[p];
    whole_a += drop;
    std::uint32_t diagonal = row[0];
    row[0] += drop;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const auto q = static_cast<std::size_t>(b[j]);
      const std::uint32_t best = std::min({diagonal + price.change[p][q], row[j + 1] + drop, row[j] + drop_b[q]});
      diagonal = row[j + 1];
      row[j + 1] = best;
    }
  }
  const double whole = std::max({whole_a, whole_b, 1U});
  return std::max(0.0, 1 - row[b.size()] / whole);
}

// Class of a consonant for skeletons and counts; '\0' for vowels and sounds that come and go.
char consonant_class(char phone) {
  switch (phone) {
    case 'k':
    case 'g':
    case 'x':
    case 'G': return 'K';
    case 't':
    case 'd': return 'T';
    case 'p':
    case 'b':
    case 'f':
    case 'v': return 'P';
    case 's':
    case 'z':
    case 'S':
    case 'C':
    case 'J':
    case 'Z':
    case 'c': return 'S';
    case 'l':
    case 'r': return 'L';
    case 'm': return 'M';
    case 'n':
    case 'N': return 'N';
    default: return phone >= '0' && phone <= '9' ? phone : '\0';
  }
}

char folded(char phone) {
  switch (phone) {
    case 'g':
    case 'x':
    case 'G': return 'k';
    case 'd': return 't';
    case 'b': return 'p';
    case 'C':
    case 'J':
    case 'Z': return 'j';
    case 'S':
    case 'z':
    case 'c': return 's';
    case 'r': return 'l';
    case 'N': return 'n';
    case 'v': return 'w';
    case 'E':
    case 'u':
    case 'U': return 'o';
    case 'A': return 'e';
    case 'y':
    case 'Y': return 'i';
    case 'W': return 'o';
    case 'V': return 'a';
    case '`': return '\0';
    default: return phone;
  }
}

// `count` words from `start`, as one.
struct Span {
  std::size_t start = 0;
  std::size_t count = 1;
};

std::uint32_t mask_of(Span span) { return ((1U << span.count) - 1) << span.start; }

struct Joined {
  std::string phones;
  bool written = true;
  std::uint32_t weight = 0;
};

Joined join(const NameForm& form, Span span) {
  Joined out;
  for (std::size_t i = span.start; i < span.start + span.count; ++i) {
    const NameForm::Word& word = form.words[i];
    for (char phone : word.phones)
      if (out.phones.empty() || out.phones.back() != phone || kPhones[static_cast<std::size_t>(phone)] <= '9') out.phones.push_back(phone);
    out.written = out.written && word.vowels_written;
    out.weight += word.weight;
  }
  return out;
}

struct Edge {
  Span a;
  Span b;
  double rank = 0;
  double likeness = 0;
  std::uint32_t weight = 0;
};

constexpr double kEdgeFloor = 0.45;
constexpr double kJoinPrice = 0.015;

// Among the words that `used_a` and `used_b` leave.
void add_edges(const NameForm& a, const NameForm& b, std::uint32_t used_a, std::uint32_t used_b, std::vector<Edge>& edges) {
  const auto consider = [&](Span x, Span y) {
    if ((used_a & mask_of(x)) != 0 || (used_b & mask_of(y)) != 0) return;
    const NameForm::Word& wx = a.words[x.start];
    const NameForm::Word& wy = b.words[y.start];
    double value = 0;
    std::uint32_t weight = 0;
    if (x.count == 1 && y.count == 1) {
      value = likeness(wx.phones, wy.phones, wx.vowels_written, wy.vowels_written);
      weight = std::max(wx.weight, wy.weight);
    } else {
      const Joined jx = join(a, x);
      const Joined jy = join(b, y);
      if (jx.phones.size() > 2 * jy.phones.size() + 1 || jy.phones.size() > 2 * jx.phones.size() + 1) return;
      value = likeness(jx.phones, jy.phones, jx.written, jy.written);
      weight = std::max(jx.weight, jy.weight);
    }
    const double rank = value - kJoinPrice * static_cast<double>(x.count + y.count - 2);
    if (rank >= kEdgeFloor) edges.push_back({x, y, rank, rank, weight});
  };
  const std::size_t n = a.words.size();
  const std::size_t m = b.words.size();
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < m; ++j) {
      consider({i, 1}, {j, 1});
      for (std::size_t more = 2; more <= 3; ++more) {
        if (i + more <= n) consider({i, more}, {j, 1});
        if (j + more <= m) consider({i, 1}, {j, more});
      }
    }
}

// Takes the best pairings first; what remains on both sides contradicts, what remains on one side is only missing.
double aligned(const NameForm& a, const NameForm& b) {
  std::uint32_t used_a = 0;
  std::uint32_t used_b = 0;
  double matched = 0;
  double total = 0;
  for (std::size_t i = 0; i < a.words.size(); ++i) {  // equal words first: most of what alike names have is equal
    for (std::size_t j = 0; j < b.words.size(); ++j) {
      if ((used_b >> j & 1U) != 0 || a.words[i].phones != b.words[j].phones) continue;
      used_a |= 1U << i;
      used_b |= 1U << j;
      const double weight = std::max(a.words[i].weight, b.words[j].weight);
      matched += weight;
      total += weight;
      break;
    }
  }
  std::vector<Edge> edges;
  add_edges(a, b, used_a, used_b, edges);
  // A longer pairing that is nearly as good explains more: rank by likeness and a little by size.
  for (Edge& edge : edges) edge.rank += 0.00004 * std::min(edge.weight, 800U);
  std::stable_sort(edges.begin(), edges.end(), [](const Edge& x, const Edge& y) { return x.rank > y.rank; });
  for (const Edge& edge : edges) {
    if ((used_a & mask_of(edge.a)) != 0 || (used_b & mask_of(edge.b)) != 0) continue;
    used_a |= mask_of(edge.a);
    used_b |= mask_of(edge.b);
    matched += edge.likeness * edge.weight;
    total += edge.weight;
  }
  double left_a = 0;
  double left_b = 0;
  for (std::size_t i = 0; i < a.words.size(); ++i)
    if ((used_a >> i & 1U) == 0) left_a += a.words[i].weight;
  for (std::size_t i = 0; i < b.words.size(); ++i)
    if ((used_b >> i & 1U) == 0) left_b += b.words[i].weight;
  constexpr double kMissing = 0.25;
  constexpr double kContradiction = 1.75;  // a given name that differs outweighs a father's that agrees
  total += kContradiction * std::min(left_a, left_b) + kMissing * (std::max(left_a, left_b) - std::min(left_a, left_b));
  return total > 0 ? matched / total : 0;
}

bool before(const NameForm& a, const NameForm& b) {
  return std::lexicographical_compare(a.words.begin(), a.words.end(), b.words.begin(), b.words.end(),
                                      [](const auto& x, const auto& y) { return x.vowels_written != y.vowels_written ? x.vowels_written < y.vowels_written : x.phones < y.phones; });
}

}  // namespace

NameForm name_form(std::string_view name) {
  NameForm form;
  for (SpokenWord& spoken : speak(name)) {
    NameForm::Word word;
    word.vowels_written = spoken.vowels_written;
    for (char phone : spoken.phones) {
      constexpr std::string_view kClasses = "PTKSLMN";
      const std::size_t at = kClasses.find(consonant_class(phone));
      if (at != std::string_view::npos && (form.consonants >> (4 * at) & 15U) < 15) form.consonants += 1U << (4 * at);
      word.phones.push_back(static_cast<char>(index_of(phone)));
    }
    word.weight = std::max(weight_of(word.phones, !word.vowels_written), 60U);
    form.words.push_back(std::move(word));
  }
  return form;
}

std::string latin_key(const NameForm& form) {
  std::string key;
  for (const NameForm::Word& word : form.words) {
    std::string part;
    for (char phone : word.phones) {
      const char letter = folded(kPhones[static_cast<std::size_t>(phone)]);
      if (letter != '\0' && (part.empty() || part.back() != letter || (letter >= '0' && letter <= '9'))) part.push_back(letter);
    }
    if (part.empty()) continue;
    if (!key.empty()) key.push_back(' ');
    key += part;
  }
  return key;
}

std::string latin_key(std::string_view name) { return latin_key(name_form(name)); }

std::vector<std::string> skeletons(const NameForm& form, std::size_t length) {
  std::vector<std::string> out;
  for (const NameForm::Word& word : form.words) {
    std::string bones;
    std::string vowels;
    for (char phone : word.phones) {
      const char c = kPhones[static_cast<std::size_t>(phone)];
      const char cls = consonant_class(c);
      const bool digit = cls >= '0' && cls <= '9';
      if (cls == '\0') {
        if (folded(c) != '\0') vowels.push_back(folded(c));
      } else if (bones.size() < length && (digit || bones.empty() || bones.back() != cls)) {
        bones.push_back(cls);
      }
    }
    out.push_back(bones.empty() ? vowels.substr(0, 1) : bones);
  }
  return out;
}

bool perhaps_similar(const NameForm& a, const NameForm& b) {
  int count_a = 0;
  int count_b = 0;
  int missing_a = 0;
  int missing_b = 0;
  for (int at = 0; at < 28; at += 4) {
    const int x = static_cast<int>(a.consonants >> at & 15U);
    const int y = static_cast<int>(b.consonants >> at & 15U);
    count_a += x;
    count_b += y;
    missing_a += std::max(0, x - y);
    missing_b += std::max(0, y - x);
  }
  const bool a_smaller = count_a <= count_b;
  const int smaller = a_smaller ? count_a : count_b;
  const int missing = a_smaller ? missing_a : missing_b;
  return 5 * missing <= 2 * smaller || missing <= 1;
}

double name_similarity(const NameForm& a, const NameForm& b) {
  if (a.words.empty() || b.words.empty()) return 0;
  if (!before(a, b) && !before(b, a)) return 1;
  return before(b, a) ? aligned(b, a) : aligned(a, b);  // one order, so that ties fall the same way
}

double name_similarity(std::string_view a, std::string_view b) { return name_similarity(name_form(a), name_form(b)); }

}  // namespace oyer::text
