// SPDX-License-Identifier: GPL-3.0-or-later
#include "weigh/weigh.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "base/clock.h"

namespace oyer::weigh {
namespace {

TEST(Weigh, FiveArticlesThatCopyOneReportAreOneRoot) {
  std::vector<Source> sources = {{"w1", "W-01", {}, "B"}, {"w2", "W-02", {}, "C"}, {"la", "LANTERN", {"w2"}, ""}};
  for (int i = 1; i <= 5; ++i) sources.push_back({"p" + std::to_string(i), "PRESS-" + std::to_string(i), {"la"}, ""});
  std::vector<Claim> claims;
  Finding finding{"f2", "F2", {}};
  for (const auto& source : sources) {
    claims.push_back({"c" + source.id, "", source.id, source.id[0] == 'w', {source.id}});
    finding.claims.push_back("c" + source.id);
  }
  const auto graph = Graph::create(sources, claims, {});
  ASSERT_TRUE(graph);
  const auto explanation = graph->explain(finding, {"reasonable grounds", 2, "C"});
  ASSERT_TRUE(explanation);
  EXPECT_EQ(explanation->sources.size(), 8U);
  EXPECT_EQ(explanation->roots, (std::vector<std::string>{"W-01", "W-02"}));
  EXPECT_TRUE(explanation->meets_policy);
  EXPECT_EQ(explanation->does_not_count.size(), 6U);
}

TEST(Weigh, ABareDenialIsShownAndDefeatsNothing) {
  const auto graph = Graph::create({{"a", "A", {}, "B"}}, {{"c", "", "a", true, {}}}, {{"c", true, "It did not happen.", ""}});
  const auto explanation = graph->explain({"f", "F", {"c"}}, {"one", 1, ""});
  ASSERT_TRUE(explanation);
  EXPECT_TRUE(explanation->meets_policy);
  EXPECT_EQ(explanation->carried.size(), 1U);
}

TEST(Weigh, AReplyWithEvidenceMustBeWeighedByAPerson) {
  const auto graph = Graph::create({{"a", "A", {}, "B"}}, {{"c", "", "a", true, {}}}, {{"c", false, "A register.", ""}});
  EXPECT_FALSE(graph->explain({"f", "F", {"c"}}, {"one", 1, ""})->meets_policy);
  const auto weighed = Graph::create({{"a", "A", {}, "B"}}, {{"c", "", "a", true, {}}}, {{"c", false, "A register.", "It was written later."}});
  EXPECT_TRUE(weighed->explain({"f", "F", {"c"}}, {"one", 1, ""})->meets_policy);
}

TEST(Weigh, SourcesThatCopyEachOtherAreOneRoot) {
  const auto graph = Graph::create({{"a", "A", {"b"}, ""}, {"b", "B", {"a"}, ""}, {"c", "C", {"a"}, ""}}, {}, {});
  ASSERT_TRUE(graph);
  EXPECT_EQ(graph->roots_of("c"), graph->roots_of("a"));
  EXPECT_EQ(graph->roots_of("c").size(), 1U);
}

// The oracle: a source's roots are the members, taken by least index, of mutually reachable groups that reach nothing outside themselves.
TEST(Weigh, RootsEqualBruteForceOnRandomGraphs) {
  SeededRandom random(7);
  for (int round = 0; round < 3000; ++round) {
    const std::size_t n = 1 + random.next() % 9;
    std::vector<Source> sources;
    std::vector<std::vector<bool>> reach(n, std::vector<bool>(n, false));
    for (std::size_t i = 0; i < n; ++i) {
      sources.push_back({"s" + std::to_string(i), "L" + std::to_string(i), {}, ""});
      reach[i][i] = true;
      for (std::size_t j = 0; j < n; ++j)
        if (random.next() % 5 == 0) {
          sources[i].derives_from.push_back("s" + std::to_string(j));
          reach[i][j] = true;
        }
    }
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j)
          if (reach[i][k] && reach[k][j]) reach[i][j] = true;
    const auto graph = Graph::create(sources, {}, {});
    ASSERT_TRUE(graph);
    for (std::size_t i = 0; i < n; ++i) {
      std::set<std::string> expected;
      for (std::size_t j = 0; j < n; ++j) {
        if (!reach[i][j]) continue;
        bool terminal = true;
        std::size_t least = j;
        for (std::size_t k = 0; k < n; ++k) {
          if (reach[j][k] && !reach[k][j]) terminal = false;
          if (reach[j][k] && reach[k][j]) least = std::min(least, k);
        }
        if (terminal) expected.insert("L" + std::to_string(least));
      }
      const auto roots = graph->roots_of("s" + std::to_string(i));
      EXPECT_EQ(std::set<std::string>(roots.begin(), roots.end()), expected);
    }
  }
}

}  // namespace
}  // namespace oyer::weigh
