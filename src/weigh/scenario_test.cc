// SPDX-License-Identifier: GPL-3.0-or-later
// Runs tests/scenarios/*.txt: behaviour as data that a lawyer can read and write.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "weigh/weigh.h"

namespace oyer::weigh {
namespace {

struct Scenario {
  std::vector<Source> sources;
  std::vector<Claim> claims;
  std::vector<Reply> replies;
  std::map<std::string, Finding> findings;
  Policy policy;
};

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line);
  return {std::istream_iterator<std::string>(in), {}};
}

std::vector<std::string> everything_said(const Explanation& why) {
  std::vector<std::string> out;
  for (const auto* part : {&why.counts, &why.does_not_count, &why.missing, &why.carried}) out.insert(out.end(), part->begin(), part->end());
  return out;
}

void expect(const Scenario& scenario, const std::vector<std::string>& words, const std::string& where) {
  const auto graph = Graph::create(scenario.sources, scenario.claims, scenario.replies);
  ASSERT_TRUE(graph) << where << graph.error().message;
  ASSERT_TRUE(scenario.findings.contains(words[1])) << where;
  const auto why = graph->explain(scenario.findings.at(words[1]), scenario.policy);
  ASSERT_TRUE(why) << where << why.error().message;
  if (words[2] == "says") {
    std::string wanted;
    for (std::size_t i = 3; i < words.size(); ++i) wanted += (i == 3 ? "" : " ") + words[i];
    const auto said = everything_said(*why);
    EXPECT_TRUE(std::any_of(said.begin(), said.end(), [&](const std::string& sentence) { return sentence.find(wanted) != std::string::npos; })) << where << "nobody says “" << wanted << "”";
    return;
  }
  EXPECT_EQ(why->meets_policy, words[2] == "meets") << where;
  EXPECT_EQ(std::to_string(why->sources.size()), words[4]) << where;
  EXPECT_EQ(why->roots, std::vector<std::string>(words.begin() + 6, words.end())) << where;
}

void run(const std::filesystem::path& path) {
  std::ifstream in(path);
  Scenario scenario;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    const auto words = words_of(line);
    if (words.empty() || words[0][0] == '#') continue;
    const std::string where = path.filename().string() + ":" + std::to_string(number) + ": ";
    if (words[0] == "source") {
      Source source{words[1], words[1], {}, ""};
      bool from = false;
      for (std::size_t i = 2; i < words.size(); ++i) {
        if (words[i] == "from")
          from = true;
        else if (from)
          source.derives_from.push_back(words[i]);
        else if (words[i] == "grade")
          source.grade = words[++i];
      }
      scenario.sources.push_back(source);
    } else if (words[0] == "claim") {
      Claim claim{words[1], words[1], words[3], true, {}};
      for (std::size_t i = 4; i < words.size(); ++i) {
        if (words[i] == "hearsay")
          claim.direct = false;
        else if (words[i] != "also")
          claim.sources.push_back(words[i]);
      }
      scenario.claims.push_back(claim);
    } else if (words[0] == "reply") {
      scenario.replies.push_back({words[2], words[3] == "denial", "It is answered.", words.size() > 4 ? "reasons" : ""});
    } else if (words[0] == "policy") {
      scenario.policy = {"scenario", std::stoll(words[1]), words.size() > 2 ? words[2] : ""};
    } else if (words[0] == "finding") {
      scenario.findings[words[1]] = {words[1], words[1], {words.begin() + 3, words.end()}};
    } else if (words[0] == "expect") {
      expect(scenario, words, where);
    } else {
      FAIL() << where << "no such line";
    }
  }
}

TEST(Scenarios, AllOfThemHold) {
  int count = 0;
  for (const auto& file : std::filesystem::directory_iterator(std::string(OYER_SOURCE_DIR) + "/tests/scenarios")) {
    if (file.path().extension() != ".txt") continue;
    run(file.path());
    ++count;
  }
  EXPECT_GE(count, 4);
}

}  // namespace
}  // namespace oyer::weigh
