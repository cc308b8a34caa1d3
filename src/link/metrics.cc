// SPDX-License-Identifier: GPL-3.0-or-later
#include "link/metrics.h"

#include <map>
#include <unordered_map>
#include <utility>

namespace oyer::link {
namespace {

double pairs(double n) { return n * (n - 1) / 2; }

void set_f1(Score& score) {
  const double sum = score.precision + score.recall;
  score.f1 = sum > 0 ? 2 * score.precision * score.recall / sum : 0;
}

}  // namespace

Metrics evaluate(const std::vector<std::uint32_t>& cluster, const std::vector<std::string>& truth) {
  Metrics out;
  if (cluster.empty()) return out;
  std::unordered_map<std::string, std::uint32_t> entities;
  std::map<std::uint32_t, double> clusters;
  std::map<std::uint32_t, double> truths;
  std::map<std::pair<std::uint32_t, std::uint32_t>, double> cells;
  for (std::size_t row = 0; row < cluster.size(); ++row) {
    const std::uint32_t entity = entities.emplace(truth[row], static_cast<std::uint32_t>(entities.size())).first->second;
    ++clusters[cluster[row]];
    ++truths[entity];
    ++cells[{cluster[row], entity}];
  }
  double both = 0;
  double claimed = 0;
  double real = 0;
  for (const auto& [id, n] : clusters) claimed += pairs(n);
  for (const auto& [id, n] : truths) real += pairs(n);
  double precision = 0;
  double recall = 0;
  for (const auto& [cell, n] : cells) {
    both += pairs(n);
    precision += n * n / clusters[cell.first];
    recall += n * n / truths[cell.second];
  }
  if (claimed > 0) out.pairwise.precision = both / claimed;
  if (real > 0) out.pairwise.recall = both / real;
  out.b_cubed.precision = precision / static_cast<double>(cluster.size());
  out.b_cubed.recall = recall / static_cast<double>(cluster.size());
  set_f1(out.pairwise);
  set_f1(out.b_cubed);
  return out;
}

}  // namespace oyer::link
