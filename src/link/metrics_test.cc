// SPDX-License-Identifier: GPL-3.0-or-later
#include "link/metrics.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace oyer::link {
namespace {

// By the definitions, over all pairs and all rows.
Metrics oracle(const std::vector<std::uint32_t>& cluster, const std::vector<std::string>& truth) {
  double both = 0;
  double claimed = 0;
  double real = 0;
  double precision = 0;
  double recall = 0;
  for (std::size_t a = 0; a < cluster.size(); ++a) {
    double mine = 0;
    double theirs = 0;
    double shared = 0;
    for (std::size_t b = 0; b < cluster.size(); ++b) {
      const bool c = cluster[a] == cluster[b];
      const bool t = truth[a] == truth[b];
      mine += c;
      theirs += t;
      shared += c && t;
      if (b <= a) continue;
      both += c && t;
      claimed += c;
      real += t;
    }
    precision += shared / mine;
    recall += shared / theirs;
  }
  Metrics out;
  if (claimed > 0) out.pairwise.precision = both / claimed;
  if (real > 0) out.pairwise.recall = both / real;
  out.b_cubed.precision = precision / static_cast<double>(cluster.size());
  out.b_cubed.recall = recall / static_cast<double>(cluster.size());
  return out;
}

TEST(Metrics, AgreeWithTheDefinitions) {
  EXPECT_TRUE(rc::check([] {
    const auto n = *rc::gen::inRange<std::size_t>(1, 40);
    const auto cluster = *rc::gen::container<std::vector<std::uint32_t>>(n, rc::gen::inRange<std::uint32_t>(1, 8));
    const auto digits = *rc::gen::container<std::vector<int>>(n, rc::gen::inRange(0, 8));
    std::vector<std::string> truth;
    for (int digit : digits) truth.push_back(std::to_string(digit));
    const Metrics got = evaluate(cluster, truth);
    const Metrics want = oracle(cluster, truth);
    const auto near = [](double a, double b) { return a - b < 1e-9 && b - a < 1e-9; };
    RC_ASSERT(near(got.pairwise.precision, want.pairwise.precision));
    RC_ASSERT(near(got.pairwise.recall, want.pairwise.recall));
    RC_ASSERT(near(got.b_cubed.precision, want.b_cubed.precision));
    RC_ASSERT(near(got.b_cubed.recall, want.b_cubed.recall));
  }));
}

TEST(Metrics, OfNothingAndOfSingletons) {
  EXPECT_EQ(evaluate({}, {}).pairwise.f1, 1);
  EXPECT_EQ(evaluate({1, 2}, {"a", "b"}).pairwise.f1, 1);
  EXPECT_EQ(evaluate({1, 2}, {"a", "a"}).pairwise.f1, 0);
}

}  // namespace
}  // namespace oyer::link
