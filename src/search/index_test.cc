// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/index.h"

#include <gtest/gtest.h>

#include "text/analyser.h"

namespace oyer::search {
namespace {

struct Indexed {
  std::unique_ptr<casefile::Database> database = casefile::Database::in_memory().value();
  Index index = Index::open(*database).value();
  void add(const std::string& id, const std::string& text) { ASSERT_TRUE(index.add(id, "ex-" + id, {{1, text}})); }
  std::vector<std::string> find(const std::string& query) {
    std::vector<std::string> out;
    const auto hits = index.find(query, 10);
    EXPECT_TRUE(hits) << query;
    if (hits)
      for (const auto& hit : *hits) out.push_back(hit.rendition);
    return out;
  }
};

TEST(Index, KoreanParticlesDoNotHideANoun) {
  Indexed indexed;
  indexed.add("a", "형제복지원에서 구타를 당했다");
  indexed.add("b", "평화로운 마을");
  EXPECT_EQ(indexed.find("복지원"), std::vector<std::string>{"a"});
  EXPECT_EQ(indexed.find("구타"), std::vector<std::string>{"a"});
  EXPECT_EQ(indexed.find("원"), std::vector<std::string>{"a"});  // one syllable begins a bigram
}

TEST(Index, ArabicFormsOfOneLetterMeet) {
  Indexed indexed;
  indexed.add("a", "شَهَادَة الممرضة أمينة");
  EXPECT_EQ(indexed.find("شهادة"), std::vector<std::string>{"a"});
  EXPECT_EQ(indexed.find("امينه"), std::vector<std::string>{"a"});
}

TEST(Index, PhrasesPrefixesOrAndNot) {
  Indexed indexed;
  indexed.add("a", "executions in spring 2008");
  indexed.add("b", "spring rain, no executions");
  EXPECT_EQ(indexed.find("\"spring 2008\""), std::vector<std::string>{"a"});
  EXPECT_EQ(indexed.find("execut* NOT rain"), std::vector<std::string>{"a"});
  EXPECT_EQ(indexed.find("2008 OR rain").size(), 2U);
}

TEST(Index, NoQueryIsSyntax) {
  Indexed indexed;
  indexed.add("a", "it's 100% (sure) text:beaten");
  for (const char* query : {"text:beaten", "(sure)", "it's", "\"unclosed", "NEAR(a b)", "a^2", "beaten OR", "AND beaten", "-beaten", "* beaten"}) EXPECT_TRUE(indexed.index.find(query, 10)) << query;
  EXPECT_EQ(indexed.index.find("\" \"", 10).error().code, ErrorCode::usage);
  EXPECT_EQ(indexed.index.find("", 10).error().code, ErrorCode::usage);
}

TEST(Index, ARareWordRanksAboveACommonOne) {
  Indexed indexed;
  for (int i = 0; i < 20; ++i) indexed.add("n" + std::to_string(i), "prison prison guard");
  indexed.add("rare", "prison ledger");
  EXPECT_EQ(indexed.find("ledger OR prison").front(), "rare");
}

TEST(Snippet, MarksTermsWithOffsetsInTheText) {
  const auto found = snippet("First line.\nThe 처형이 있었다 in spring.", "처형");
  ASSERT_EQ(found.marks.size(), 1U);
  EXPECT_EQ(found.text.substr(found.marks[0].first, found.marks[0].second - found.marks[0].first), "처형");
}

TEST(Analyser, TermsCarryTheirPlace) {
  const std::string text = "Ça, 한국어 ΑΒΓ";
  for (const auto& term : text::terms_of(text)) EXPECT_LE(term.end, text.size());
  EXPECT_EQ(text::terms_of(text)[0].text, "ca");
  EXPECT_EQ(text::terms_of("한국어").size(), 2U);
  EXPECT_EQ(text::terms_of("한").size(), 1U);
}

}  // namespace
}  // namespace oyer::search
