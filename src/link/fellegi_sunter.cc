// SPDX-License-Identifier: GPL-3.0-or-later
// Fellegi and Sunter (1969): given "same" (m) or "different" (u), the levels of the fields are taken to be independent. u comes from all pairs of
// rows: the top level exactly, from how often each value occurs, the others from a sample of pairs; it is corrected for the matches among
// them. m and the prior come from EM (Dempster, Laird and Rubin 1977; Winkler 1988) over the histogram of patterns of the compared pairs, all
// others being taken for different. Assumptions that fail: fields that depend on each other (suburb and postcode) count twice, and where
// families share most fields EM would learn families instead of persons; m starts from high agreement, and the share of disagreement is capped.
// The frequency of a value enters afterwards (Winkler 1989), for words only, by values that sound the same.
#include "link/fellegi_sunter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

#include "base/clock.h"
#include "link/parallel.h"

namespace oyer::link {
namespace {

constexpr std::size_t kSample = 120'000;
constexpr std::size_t kAllPairsUpTo = 900;  // records
constexpr int kRounds = 200;
constexpr double kSettled = 1e-7;
constexpr double kStart = 0.02;         // prior matches per row, at first
constexpr double kFaith = 4;            // pairs' worth of belief in the starting m
constexpr double kMostDifferent = 0.4;  // of the values of one person: a class in which fields differ more often is of families, not of persons
constexpr double kMostAlike = 0.3;      // and of the lowest level above
constexpr double kFrequencyBits = 5;    // most that a value's frequency adds or takes

double choose_two(double n) { return n * (n - 1) / 2; }

// What one believes of m before seeing anything: the top level mostly, the near ones sometimes, different rarely.
std::vector<double> starting_m(int levels) {
  std::vector<double> m(static_cast<std::size_t>(levels), 0);
  double rest = 1;
  for (int level = levels - 1; level >= 1; --level) {
    const double share = level == 1 ? rest : rest * 0.65;
    m[static_cast<std::size_t>(level)] = share;
    rest -= share;
  }
  return m;
}

struct Weighted {
  Pattern pattern;
  double count;
};

std::vector<Weighted> histogram_of(const std::unordered_map<Pattern, double>& counts) {
  std::vector<Weighted> out;
  for (const auto& [pattern, count] : counts) out.push_back({pattern, count});
  std::sort(out.begin(), out.end(), [](const Weighted& a, const Weighted& b) { return a.pattern < b.pattern; });
  return out;
}

// Shares of the levels among all pairs of rows in which the field is not missing.
std::vector<std::vector<double>> levels_of_all(const Records& records, unsigned threads) {
  const std::size_t n = records.size();
  std::vector<RecordPair> sample;
  std::vector<double> times;
  const auto add = [&](std::uint32_t a, std::uint32_t b, double count) {
    sample.push_back(RecordPair{std::min(a, b)} << 32 | std::max(a, b));
    times.push_back(count);
  };
  if (n <= kAllPairsUpTo) {
    for (std::uint32_t a = 0; a < n; ++a)
      for (std::uint32_t b = a + 1; b < n; ++b) add(a, b, double{1} * records.multiplicity[a] * records.multiplicity[b]);
  } else {
    // By place in the order of values, which no order of the input changes.
    SeededRandom random(20240229);
    for (std::size_t i = 0; i < kSample; ++i) {
      const auto a = static_cast<std::uint32_t>(random.next() % n);
      const auto b = static_cast<std::uint32_t>(random.next() % n);
      if (a != b) add(a, b, double{1} * records.multiplicity[a] * records.multiplicity[b]);
    }
  }
  const std::vector<Pattern> patterns = patterns_of(records, sample, threads);
  std::vector<std::vector<double>> out;
  for (std::size_t f = 0; f < records.fields.size(); ++f) {
    const Encoded& field = records.fields[f];
    const auto top = static_cast<std::size_t>(field.levels - 1);
    std::vector<double> share(top + 1, 0);
    for (std::size_t i = 0; i < patterns.size(); ++i)
      if (const int level = level_of(patterns[i], f); level > 0 && level < field.levels - 1) share[static_cast<std::size_t>(level)] += times[i];
    double below = 0;
    for (std::size_t level = 1; level < top; ++level) below += share[level] += 0.5;
    double present = 0;
    double equal = 0;
    for (std::size_t v = 1; v < field.frequency.size(); ++v) {
      present += field.frequency[v];
      equal += choose_two(field.frequency[v]);
    }
    const double pairs = std::max(1.0, choose_two(present));
    share[top] = std::clamp(equal / pairs, 0.5 / pairs, 0.999);
    for (std::size_t level = 1; level < top; ++level) share[level] *= (1 - share[top]) / below;
    out.push_back(std::move(share));
  }
  return out;
}

double log_ratio(const Model& model, Pattern pattern) {
  double sum = 0;
  for (std::size_t f = 0; f < model.fields.size(); ++f) {
    const auto level = static_cast<std::size_t>(level_of(pattern, f));
    if (level > 0) sum += std::log2(model.fields[f].m[level] / model.fields[f].u[level]);
  }
  return sum;
}

// Keeps m a description of one person: caps the two lowest levels and gives the rest to the others in proportion.
void keep_personal(std::vector<double>& m) {
  const std::size_t capped = m.size() > 4 ? 3 : 2;
  double low = 0;
  double high = 0;
  for (std::size_t level = 1; level < m.size(); ++level) {
    if (level < capped)
      low += m[level] = std::min(m[level], level == 1 ? kMostDifferent : kMostAlike);
    else
      high += m[level];
  }
  for (std::size_t level = capped; level < m.size(); ++level) m[level] *= (1 - low) / high;
}

// One round; gives the new prior.
double step(Model& model, const std::vector<Weighted>& histogram, const std::vector<std::vector<double>>& all, double total) {
  const std::size_t fields = model.fields.size();
  std::vector<std::array<double, 8>> seen(fields);
  for (auto& levels : seen) levels.fill(0);
  double matches = 0;
  for (const Weighted& cell : histogram) {
    const double p = probability_of(model, log_ratio(model, cell.pattern)) * cell.count;
    matches += p;
    for (std::size_t f = 0; f < fields; ++f) seen[f][static_cast<std::size_t>(level_of(cell.pattern, f))] += p;
  }
  for (std::size_t f = 0; f < fields; ++f) {
    FieldModel& field = model.fields[f];
    const auto levels = static_cast<std::size_t>(field.levels);
    double present = 0;
    for (std::size_t level = 1; level < levels; ++level) present += seen[f][level];
    const std::vector<double> start = starting_m(field.levels);
    double sum = 0;
    for (std::size_t level = 1; level < levels; ++level) {
      field.m[level] = (seen[f][level] + kFaith * start[level]) / (present + kFaith);
      // What is not a match among all pairs; never less than a tenth of what was seen.
      field.u[level] = std::max({all[f][level] - seen[f][level] / total, 0.1 * all[f][level], 1e-9});
      sum += field.u[level];
    }
    for (std::size_t level = 1; level < levels; ++level) field.u[level] /= sum;
    keep_personal(field.m);
  }
  return std::clamp(matches / total, 0.01 / total, 0.5);
}

}  // namespace

Pattern pattern_of(const Records& records, std::uint32_t a, std::uint32_t b) {
  Pattern pattern = 0;
  for (std::size_t f = 0; f < records.fields.size(); ++f) {
    const Encoded& field = records.fields[f];
    pattern |= static_cast<Pattern>(compare(field, field.code[a], field.code[b])) << (3 * f);
  }
  return pattern;
}

std::vector<Pattern> patterns_of(const Records& records, const std::vector<RecordPair>& pairs, unsigned threads) {
  std::vector<Pattern> out(pairs.size(), 0);
  parallel_for(threads, pairs.size(), [&](std::size_t begin, std::size_t end) {
    // What was compared lately: names recur from pair to pair.
    constexpr std::size_t kSlots = 1U << 15;
    struct Slot {
      std::uint64_t codes = 0;
      std::uint8_t level = 0;
    };
    std::vector<Slot> cache(kSlots);
    for (std::size_t f = 0; f < records.fields.size(); ++f) {
      const Encoded& field = records.fields[f];
      std::fill(cache.begin(), cache.end(), Slot{});
      for (std::size_t i = begin; i < end; ++i) {
        const std::uint32_t x = field.code[first_of(pairs[i])];
        const std::uint32_t y = field.code[second_of(pairs[i])];
        int level = 0;
        if (x == kMissing || y == kMissing || x == y) {
          level = compare(field, x, y);
        } else {
          const std::uint64_t codes = std::uint64_t{std::min(x, y)} << 32 | std::max(x, y);
          Slot& slot = cache[(codes * 0x9E3779B97F4A7C15U) >> 49];
          if (slot.codes != codes) slot = {codes, static_cast<std::uint8_t>(compare(field, x, y))};
          level = slot.level;
        }
        out[i] |= static_cast<Pattern>(level) << (3 * f);
      }
    }
  });
  return out;
}

Model fit(const Records& records, const std::vector<RecordPair>& pairs, const std::vector<Pattern>& patterns, unsigned threads) {
  Model model;
  model.rows = records.rows;
  model.compared = pairs.size();
  std::unordered_map<Pattern, double> counts;
  for (std::size_t i = 0; i < pairs.size(); ++i) counts[patterns[i]] += double{1} * records.multiplicity[first_of(pairs[i])] * records.multiplicity[second_of(pairs[i])];
  for (std::uint32_t r = 0; r < records.size(); ++r)
    if (records.multiplicity[r] > 1) counts[pattern_of(records, r, r)] += choose_two(records.multiplicity[r]);
  const std::vector<Weighted> histogram = histogram_of(counts);
  const std::vector<std::vector<double>> all = levels_of_all(records, threads);
  for (std::size_t f = 0; f < records.fields.size(); ++f) {
    FieldModel field;
    field.name = records.fields[f].field.name;
    field.kind = records.fields[f].field.kind;
    field.levels = records.fields[f].levels;
    field.m = starting_m(field.levels);
    field.u = all[f];
    model.fields.push_back(std::move(field));
  }
  const double total = std::max(1.0, choose_two(static_cast<double>(records.rows)));
  model.prior = std::clamp(kStart * static_cast<double>(records.rows) / total, 0.01 / total, 0.5);
  for (model.rounds = 1; model.rounds <= kRounds; ++model.rounds) {
    const double before = model.prior;
    model.prior = step(model, histogram, all, total);
    if (std::abs(model.prior - before) < kSettled * before) break;
  }
  model.rounds = std::min(model.rounds, kRounds);
  return model;
}

double weight_of(const Records& records, const Model& model, std::uint32_t a, std::uint32_t b, Pattern pattern) {
  double weight = log_ratio(model, pattern);
  constexpr int kSoundsSame = 4;
  for (std::size_t f = 0; f < records.fields.size(); ++f) {
    const Encoded& field = records.fields[f];
    if (!is_words(field.field.kind) || level_of(pattern, f) < kSoundsSame) continue;
    const double x = field.sounding[field.values[field.code[a]].sound];
    const double y = field.sounding[field.values[field.code[b]].sound];
    weight += std::clamp(std::log2(field.usual / std::sqrt(x * y)), -kFrequencyBits, kFrequencyBits);
  }
  return weight;
}

double probability_of(const Model& model, double weight) {
  const double odds = std::log2(model.prior / (1 - model.prior)) + weight;
  return 1 / (1 + std::exp2(-std::clamp(odds, -1000.0, 1000.0)));
}

}  // namespace oyer::link
