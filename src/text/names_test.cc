// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/names.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <thread>

#include "text/transliterate.h"

namespace oyer::text {
namespace {

TEST(LatinKey, KoreanSurnamesMeet) {
  for (const auto& family : std::vector<std::vector<std::string>>{{"Ri", "Lee", "Yi", "Rhee", "I", "Li", "이", "리"},
                                                                  {"Pak", "Park", "Bak", "박"},
                                                                  {"Kim", "Gim", "김"},
                                                                  {"Choe", "Choi", "최"},
                                                                  {"Jong", "Jeong", "Chung", "Jung", "정"},
                                                                  {"Lim", "Rim", "Im", "임", "림"},
                                                                  {"Yoo", "Ryu", "Yu", "류", "유"}}) {
    std::vector<std::string> keys;
    for (const std::string& spelling : family) {
      const bool hangul = static_cast<unsigned char>(spelling[0]) >= 0x80;
      keys.push_back(latin_key(hangul ? spelling + "영수" : spelling + " Yong-su"));
    }
    for (const std::string& key : keys) EXPECT_EQ(key, keys[0]) << family[0];
  }
}

TEST(LatinKey, SpellingsOfOneKoreanNameMeet) {
  const std::string key = latin_key("김영수");
  for (const char* spelling : {"Kim Yong Su", "Gim Young-soo", "KIM Yŏng-su", "Kim Yongsu", "Yong-su Kim", "김 영수"}) EXPECT_EQ(latin_key(spelling), key) << spelling;
  EXPECT_NE(latin_key("김명수"), key);
}

TEST(NameSimilarity, AcrossScripts) {
  for (const auto& [a, b] : std::vector<std::pair<std::string, std::string>>{{"김영수", "Kim Yong Su"},
                                                                             {"김영수", "Gim Young-soo"},
                                                                             {"محمد", "Mohammed"},
                                                                             {"محمد", "Muhammad"},
                                                                             {"Mohammed", "Muhammad"},
                                                                             {"كيم يونغ هو", "Kim Young-ho"},
                                                                             {"كيم يونغ هو", "김영호"},
                                                                             {"무함마드", "محمد"},
                                                                             {"عبد الله", "Abdullah"},
                                                                             {"عبدالله", "عبد الله"},
                                                                             {"فاطمه النجار", "Fatima Najjar"},
                                                                             {"Кузнецов", "Kuznetsov"},
                                                                             {"Владимир", "Vladimir"},
                                                                             {"ג'ון ויקרס", "Jon Vickers"},
                                                                             {"안나 룬드", "Anna Lundh"}}) {
    EXPECT_GE(name_similarity(a, b), 0.8) << a << " / " << b << " " << latin_key(a) << " / " << latin_key(b);
  }
  for (const auto& [a, b] : std::vector<std::pair<std::string, std::string>>{{"김영수", "Pak Chol-min"}, {"محمد", "Samir"}, {"Khaled Haddad", "Karim Ghanem"}, {"خالد حداد", "Salem Bakri"}}) {
    EXPECT_LT(name_similarity(a, b), 0.7) << a << " / " << b;
  }
}

TEST(NameSimilarity, OrderAndSpacingOfWordsDoNotMatter) {
  EXPECT_DOUBLE_EQ(name_similarity("Anna Maria Lund", "Lund, Anna Maria"), 1);
  EXPECT_GT(name_similarity("Annamaria Lund", "Anna Maria Lund"), 0.95);
  EXPECT_GT(name_similarity("Mohamed Ali Fares", "Mohamed Fares"), 0.8);
}

TEST(NameSimilarity, IsSymmetricBoundedAndOneForItself) {
  EXPECT_TRUE(rc::check([](const std::string& a, const std::string& b) {
    const double ab = name_similarity(a, b);
    RC_ASSERT(ab >= 0 && ab <= 1);
    RC_ASSERT(ab == name_similarity(b, a));
    if (!name_form(a).words.empty()) RC_ASSERT(name_similarity(a, a) > 0.999);
  }));
}

TEST(NameSimilarity, BadUtf8AndNothingReadable) {
  EXPECT_EQ(name_similarity("", "Kim"), 0);
  EXPECT_EQ(name_similarity("***", "Kim"), 0);
  EXPECT_GT(name_similarity("Kim \xFF", "Kim"), 0.9);
}

TEST(Skeletons, MeetAcrossScripts) {
  EXPECT_EQ(skeletons(name_form("محمد")), skeletons(name_form("Muhammad")));
  EXPECT_EQ(skeletons(name_form("김영수")), skeletons(name_form("Kim Yong Su")));
  EXPECT_EQ(skeletons(name_form("Кузнецов")), skeletons(name_form("Kuznetsov")));
}

TEST(Speak, IsTheSameFromManyThreads) {
  const std::vector<std::string> names = {"김영수", "محمد", "Müller", "Γεώργιος", "たなか", "習近平", "Čapek"};
  std::vector<std::string> expected;
  for (const std::string& name : names) expected.push_back(latin_key(name));
  std::vector<int> wrong(4, 0);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int round = 0; round < 50; ++round)
        for (std::size_t i = 0; i < names.size(); ++i) wrong[static_cast<std::size_t>(t)] += latin_key(names[i]) != expected[i];
    });
  for (std::thread& thread : threads) thread.join();
  for (int count : wrong) EXPECT_EQ(count, 0);
}

}  // namespace
}  // namespace oyer::text
