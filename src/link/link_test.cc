// SPDX-License-Identifier: GPL-3.0-or-later
#include "link/link.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "base/clock.h"
#include "link/write.h"

namespace oyer::link {
namespace {

// A list of invented people, some of them entered again with a slip of the pen or without their village.
Source people(std::size_t count, std::uint64_t seed) {
  const std::vector<std::string> given = {"Anna", "Berta", "Carlo", "Dario", "Elena", "Fabio", "Greta", "Hugo", "Irma", "Jonas", "Klara", "Ludwig"};
  const std::vector<std::string> family = {"Alvarine", "Bostrand", "Cellavik", "Dorrumen", "Estavald", "Fintorba", "Gelmarik", "Hostavel", "Immerund", "Jalvesto", "Kestrami", "Lundevor", "Mastrevi", "Norvalin"};
  const std::vector<std::string> village = {"Tessary", "Maluven", "Kordavel", "Halveth", "Sorimak", "Ulmerin"};
  SeededRandom random(seed);
  const auto pick = [&](const std::vector<std::string>& from) { return from[random.next() % from.size()]; };
  Source out{"people.csv", {{"given", "family", "born", "village", "entity"}, {}}};
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<std::string> row = {pick(given), pick(family), std::to_string(1930 + random.next() % 60) + "-0" + std::to_string(1 + random.next() % 9) + "-1" + std::to_string(random.next() % 10), pick(village), "E" + std::to_string(i)};
    out.table.rows.push_back(row);
    if (i % 4 != 0) continue;
    if (i % 8 == 0)
      row[1].erase(3, 1);
    else
      row[3].clear();
    out.table.rows.push_back(row);
  }
  return out;
}

Options with_truth() {
  Options options;
  options.truth_column = "entity";
  return options;
}

LinkResult run(const std::vector<Source>& sources, const Options& options) {
  auto result = link(sources, options);
  EXPECT_TRUE(result) << (result ? "" : result.error().text());
  return result ? *result : LinkResult{};
}

// The partition with rows renamed by `order` (row i of the permuted table is row order[i] of the first one), as canonical groups.
std::set<std::set<std::size_t>> groups(const LinkResult& result, const std::vector<std::size_t>& order) {
  std::map<std::uint32_t, std::set<std::size_t>> by_id;
  for (std::size_t row = 0; row < result.cluster.size(); ++row) by_id[result.cluster[row]].insert(order[row]);
  std::set<std::set<std::size_t>> out;
  for (auto& [id, rows] : by_id) out.insert(std::move(rows));
  return out;
}

std::vector<std::size_t> in_order(std::size_t count) {
  std::vector<std::size_t> out(count);
  std::iota(out.begin(), out.end(), std::size_t{0});
  return out;
}

TEST(Link, FindsDuplicatesWithoutTheTruth) {
  const Source source = people(400, 1);
  const LinkResult result = run({source}, with_truth());
  ASSERT_TRUE(result.metrics);
  EXPECT_GT(result.metrics->pairwise.f1, 0.95);
  for (const FieldModel& field : result.model.fields) EXPECT_NE(field.name, "entity");
}

TEST(Link, NumbersEveryRowFromOneInOrderOfFirstRows) {
  const LinkResult result = run({people(100, 2)}, with_truth());
  ASSERT_EQ(result.cluster.size(), 125U);
  std::uint32_t highest = 0;
  std::map<std::uint32_t, int> sizes;
  for (std::uint32_t id : result.cluster) {
    EXPECT_LE(id, highest + 1);
    highest = std::max(highest, id);
    ++sizes[id];
  }
  for (std::size_t row = 0; row < result.cluster.size(); ++row) {
    EXPECT_GT(result.probability[row], 0);
    EXPECT_LE(result.probability[row], 1);
    if (sizes[result.cluster[row]] == 1) {
      EXPECT_EQ(result.probability[row], 1);
    }
  }
  for (const Pair& pair : result.pairs) EXPECT_LT(pair.a, pair.b);
}

TEST(Link, OrderOfRowsNamesOfColumnsAndEmptyColumnsDoNotMatter) {
  const Source source = people(300, 3);
  const std::size_t rows = source.table.rows.size();
  const LinkResult plain = run({source}, with_truth());
  const auto want = groups(plain, in_order(rows));
  SeededRandom random(4);
  for (int round = 0; round < 3; ++round) {
    std::vector<std::size_t> order = in_order(rows);
    for (std::size_t i = rows; i > 1; --i) std::swap(order[i - 1], order[random.next() % i]);
    Source permuted{source.name, {source.table.header, {}}};
    for (std::size_t row : order) permuted.table.rows.push_back(source.table.rows[row]);
    EXPECT_EQ(groups(run({permuted}, with_truth()), order), want);
  }
  Source renamed = source;
  renamed.table.header = {"x1", "x2", "x3", "x4", "entity"};
  EXPECT_EQ(groups(run({renamed}, with_truth()), in_order(rows)), want);
  Source wider = source;
  wider.table.header.push_back("remarks");
  for (auto& row : wider.table.rows) row.emplace_back();
  EXPECT_EQ(groups(run({wider}, with_truth()), in_order(rows)), want);
}

TEST(Link, IsTheSameWhateverTheThreads) {
  const Source source = people(300, 5);
  Options one = with_truth();
  one.threads = 1;
  Options five = with_truth();
  five.threads = 5;
  const std::vector<Source> sources = {source};
  const LinkResult a = run(sources, one);
  const LinkResult b = run(sources, five);
  EXPECT_EQ(clusters_csv(sources, a), clusters_csv(sources, b));
  EXPECT_EQ(pairs_csv(sources, a), pairs_csv(sources, b));
  EXPECT_EQ(pretty(json::value(model_json(sources, a))), pretty(json::value(model_json(sources, b))));
}

TEST(Link, ThreeScriptsWithTheirOwnHeaders) {
  const std::vector<std::vector<std::string>> latin = {{"Kim Young-ho", "M", "1961", "Tessary"},    {"Lee Min-ho", "M", "1955", "Maluven"},    {"PARK Chul-soo", "M", "1970", "Kordavel"}, {"Choi Eun-ju", "F", "1948", "Halveth"},
                                                       {"Mohammed Haddad", "M", "1963", "Sorimak"}, {"Fatima Najjar", "F", "1981", "Ulmerin"}, {"Khaled Mansour", "M", "1975", "Tessary"}, {"Layla Shaheen", "F", "1990", "Maluven"},
                                                       {"Kang Tae-sik", "M", "1939", "Sorimak"},    {"Samir Darwish", "M", "1958", "Kordavel"}};
  const std::vector<std::vector<std::string>> hangul = {{"김영호", "남", "1961", "테사리"},          {"박철수", "남", "1970", "코르다벨"}, {"최은주", "여", "1948", "할베트"},
                                                        {"모하메드 하다드", "남", "1963", "소리막"}, {"황기남", "남", "1944", "울메린"},   {"강태식", "남", "1939", "소리막"}};
  const std::vector<std::vector<std::string>> arabic = {
      {"محمد حداد", "ذكر", "1963", "سوريماك"}, {"فاطمة النجار", "أنثى", "1981", "أولميرين"}, {"خالد منصور", "ذكر", "1975", "تيساري"}, {"كيم يونغ هو", "ذكر", "1961", "تيساري"}, {"عمر غانم", "ذكر", "1950", "هالفيث"}};
  const std::vector<Source> sources = {{"a.csv", {{"name", "sex", "birth_year", "village"}, latin}}, {"b.csv", {{"이름", "성별", "출생연도", "마을"}, hangul}}, {"c.csv", {{"الاسم", "الجنس", "سنة الميلاد", "القرية"}, arabic}}};
  const LinkResult result = run(sources, {});
  ASSERT_EQ(result.model.fields.size(), 4U);
  EXPECT_EQ(result.model.fields[0].columns, (std::vector<std::string>{"name", "이름", "الاسم"}));
  EXPECT_EQ(result.model.fields[3].columns, (std::vector<std::string>{"village", "마을", "القرية"}));
  const std::vector<std::uint32_t> want = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 3, 4, 5, 11, 9, 5, 6, 7, 1, 12};
  EXPECT_EQ(result.cluster, want);
}

TEST(Link, IdenticalRowsInGreatNumbers) {
  Source source = people(50, 6);
  const std::vector<std::string> common = {"Anna", "Alvarine", "", "", "E0"};
  for (int i = 0; i < 20'000; ++i) source.table.rows.push_back(common);
  const LinkResult result = run({source}, with_truth());
  EXPECT_EQ(result.cluster.size(), source.table.rows.size());
}

TEST(Link, NothingAlikeStaysApart) {
  const Source source{"a.csv", {{"name", "born"}, {{"Anna Bostrand", "1950"}, {"Hugo Gelmarik", "1971"}, {"Irma Lundevor", "1988"}, {"Dario Fintorba", "1933"}}}};
  EXPECT_EQ(run({source}, {}).cluster, (std::vector<std::uint32_t>{1, 2, 3, 4}));
}

TEST(Link, WritesEveryRowOnce) {
  const std::vector<Source> sources = {{"a.csv", {{"name", "born"}, {{"Anna Bostrand", "1950"}, {"Hugo Gelmarik", "1971"}}}}, {"b,c.csv", {{"name", "born"}, {{"Irma Lundevor", "1988"}}}}};
  const LinkResult result = run(sources, {});
  EXPECT_EQ(clusters_csv(sources, result), "source,row,cluster,probability\na.csv,1,1,1.0000\na.csv,2,2,1.0000\n\"b,c.csv\",1,3,1.0000\n");
  EXPECT_TRUE(pairs_csv(sources, result).starts_with("source_a,row_a,source_b,row_b,probability,weight,name,born\n"));
}

TEST(Link, BadInputGivesASentence) {
  const auto code = [](const std::vector<Source>& sources, const Options& options) {
    const auto result = link(sources, options);
    EXPECT_FALSE(result);
    return result ? ErrorCode::internal : result.error().code;
  };
  const Source one{"a.csv", {{"name"}, {{"Anna"}}}};
  const Source two{"a.csv", {{"name", "no"}, {{"Anna", "1"}, {"Berta", "2"}}}};
  Options ignoring;
  ignoring.ignore_columns = {"name", "no"};
  Options misspelt;
  misspelt.ignore_columns = {"naem"};
  Options too_high;
  too_high.threshold = 1.5;
  const Source blank{"a.csv", {{"name"}, {{""}, {""}}}};
  EXPECT_EQ(code({}, {}), ErrorCode::bad_input);
  EXPECT_EQ(code({one}, {}), ErrorCode::bad_input);
  EXPECT_EQ(code({blank}, {}), ErrorCode::bad_input);
  EXPECT_EQ(code({two}, ignoring), ErrorCode::bad_input);
  EXPECT_EQ(code({two}, with_truth()), ErrorCode::not_found);
  EXPECT_EQ(code({two}, misspelt), ErrorCode::not_found);
  EXPECT_EQ(code({two}, too_high), ErrorCode::usage);
}

}  // namespace
}  // namespace oyer::link
