// SPDX-License-Identifier: GPL-3.0-or-later
#include "link/cluster.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace oyer::link {
namespace {

constexpr double kLeastThreshold = 0.3;
constexpr double kMostThreshold = 0.95;
constexpr double kSupport = 1.0 / 3;

struct Neighbour {
  std::uint32_t item;
  double probability;
};

}  // namespace

double best_threshold(std::vector<double> probabilities) {
  std::sort(probabilities.begin(), probabilities.end(), std::greater<>());
  const double all = std::accumulate(probabilities.begin(), probabilities.end(), 0.0);
  double best = -1;
  double threshold = 0.5;
  double sum = 0;
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    sum += probabilities[i];
    if (i + 1 < probabilities.size() && probabilities[i + 1] == probabilities[i]) continue;
    const double f1 = 2 * sum / (static_cast<double>(i + 1) + all);
    if (f1 > best) {
      best = f1;
      threshold = probabilities[i];
    }
  }
  return std::clamp(threshold, kLeastThreshold, kMostThreshold);
}

Grouping group(std::size_t items, std::vector<ScoredPair> pairs, double threshold) {
  std::vector<std::size_t> start(items + 1, 0);
  for (const ScoredPair& pair : pairs) {
    ++start[pair.a + 1];
    ++start[pair.b + 1];
  }
  std::partial_sum(start.begin(), start.end(), start.begin());
  std::vector<Neighbour> neighbours(2 * pairs.size());
  std::vector<std::size_t> at(start.begin(), start.end() - 1);
  for (const ScoredPair& pair : pairs) {
    neighbours[at[pair.a]++] = {pair.b, pair.probability};
    neighbours[at[pair.b]++] = {pair.a, pair.probability};
  }
  std::erase_if(pairs, [&](const ScoredPair& pair) { return pair.probability < threshold; });
  std::sort(pairs.begin(), pairs.end(), [](const ScoredPair& x, const ScoredPair& y) { return x.probability != y.probability ? x.probability > y.probability : x.a != y.a ? x.a < y.a : x.b < y.b; });
  Grouping out;
  out.group.resize(items);
  std::iota(out.group.begin(), out.group.end(), 0U);
  out.probability.assign(items, 1);
  std::vector<std::vector<std::uint32_t>> members(items);
  for (std::uint32_t i = 0; i < items; ++i) members[i] = {i};
  const auto join = [&](const ScoredPair& pair) {
    std::uint32_t x = out.group[pair.a];
    std::uint32_t y = out.group[pair.b];
    if (x == y) return true;
    if (members[x].size() < members[y].size()) std::swap(x, y);
    double support = 0;
    for (std::uint32_t item : members[y])
      for (std::size_t i = start[item]; i < start[item + 1]; ++i)
        if (out.group[neighbours[i].item] == x) support += neighbours[i].probability;
    if (support < kSupport * threshold * static_cast<double>(members[x].size()) * static_cast<double>(members[y].size())) return false;
    const auto lower = [&](std::uint32_t item) { out.probability[item] = std::min(out.probability[item], pair.probability); };
    if (members[x].size() == members[y].size()) std::for_each(members[x].begin(), members[x].end(), lower);
    std::for_each(members[y].begin(), members[y].end(), lower);
    for (std::uint32_t item : members[y]) out.group[item] = x;
    members[x].insert(members[x].end(), members[y].begin(), members[y].end());
    members[y] = {};
    return true;
  };
  // Refused joins are tried again, since the groups have grown.
  constexpr int kPasses = 3;
  for (int pass = 0; pass < kPasses && !pairs.empty(); ++pass) std::erase_if(pairs, join);
  for (std::uint32_t i = 0; i < items; ++i) {
    if (members[i].empty()) continue;
    const std::uint32_t least = *std::min_element(members[i].begin(), members[i].end());
    for (std::uint32_t item : members[i]) out.group[item] = least;
  }
  return out;
}

}  // namespace oyer::link
