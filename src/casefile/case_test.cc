// SPDX-License-Identifier: GPL-3.0-or-later
#include "casefile/case.h"

#include <gtest/gtest.h>

#include <clocale>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "casefile/query.h"
#include "model/id.h"
#include "support/history.h"

namespace oyer::casefile {
namespace {

struct Made {
  std::string directory;
  CaseKeys keys;
  ~Made() { std::filesystem::remove_all(directory); }
};

std::unique_ptr<Made> make_case(bool open = false) {
  static int counter = 0;
  auto made = std::make_unique<Made>();
  made->directory = testing::TempDir() + "case-" + std::to_string(::getpid()) + "-" + std::to_string(counter++);
  std::filesystem::remove_all(made->directory);
  NewCase options;
  options.title = "A test";
  options.open = open;
  options.secret.key_file = Hash{};
  options.secret.key_file->fill(7);
  options.config_directory = made->directory + "-config";
  made->keys = Case::create(real_disk(), made->directory, options).value();
  std::filesystem::remove_all(options.config_directory);
  return made;
}

std::vector<std::string> dump(Projection& projection, std::string_view tier) {
  std::vector<std::string> lines;
  EXPECT_TRUE(projection.dump(tier, [&](const std::string& line) { lines.push_back(line); }));
  return lines;
}

std::vector<std::string> rebuilt(const seal::Store& store, std::string_view tier) {
  auto fresh = Projection::in_memory().value();
  const auto report = fresh->apply(store, true);
  EXPECT_TRUE(report) << report.error().text();
  return dump(*fresh, tier);
}

// Incremental application, rebuilding, reopening, and the locked view of the open tier must give the same bytes.
void check_history(std::uint64_t seed, int acts) {
  const auto made = make_case();
  std::vector<std::string> kept, kept_open;
  {
    auto opened = Case::open(real_disk(), made->directory, made->keys, true).value();
    tests::History history(*opened, seed);
    for (int i = 0; i < acts; ++i) {
      const auto done = history.act();
      ASSERT_TRUE(done) << done.error().text();
    }
    kept = dump(opened->projection(), "");
    kept_open = dump(opened->projection(), "open");
    ASSERT_EQ(rebuilt(opened->store(), ""), kept) << "seed " << seed;
    ASSERT_TRUE(opened->publish());
  }
  {
    auto reopened = Case::open(real_disk(), made->directory, made->keys, false).value();
    ASSERT_EQ(dump(reopened->projection(), ""), kept) << "seed " << seed;
  }
  auto locked = Case::open(real_disk(), made->directory, std::nullopt, false).value();
  EXPECT_FALSE(locked->readable());
  ASSERT_EQ(dump(locked->projection(), "open"), kept_open) << "seed " << seed;
  ASSERT_EQ(dump(locked->projection(), "case").size(), 0U);
}

TEST(Case, RebuildingEqualsApplyingStepByStepOnRandomHistories) {
  // 1,000 of them in the long run (ctest -L long); here as many as a minute holds.
  for (std::uint64_t seed = 0; seed < 60; ++seed) check_history(seed, 12);
}

TEST(CaseLong, RebuildingEqualsApplyingStepByStepOn1000RandomHistories) {
  if (std::getenv("OYER_LONG") == nullptr) GTEST_SKIP() << "the long run sets OYER_LONG (make e2e)";
  for (std::uint64_t seed = 1000; seed < 2000; ++seed) check_history(seed, 20);
}

TEST(Case, RebuildingIsTheSameInOtherLocalesTimeZonesAndThreads) {
  const auto made = make_case();
  auto opened = Case::open(real_disk(), made->directory, made->keys, true).value();
  tests::History history(*opened, 5);
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(history.act());
  const auto expected = dump(opened->projection(), "");
  ::setenv("TZ", "America/St_Johns", 1);
  ::tzset();
  std::setlocale(LC_ALL, "C");
  EXPECT_EQ(rebuilt(opened->store(), ""), expected);
  std::setlocale(LC_ALL, "C.UTF-8");
  ::setenv("TZ", "Asia/Seoul", 1);
  ::tzset();
  std::vector<std::thread> threads;
  std::vector<std::vector<std::string>> results(3);
  for (auto& result : results)
    threads.emplace_back([&result, &made] {
      auto own = Case::open(real_disk(), made->directory, made->keys, false).value();
      result = rebuilt(own->store(), "");
    });
  for (auto& thread : threads) thread.join();
  for (const auto& result : results) EXPECT_EQ(result, expected);
}

// Long tails are unsealed, parsed and added on two threads: the rows and the faults must be the same.
TEST(Case, AWholeBuildOnTwoThreadsEqualsStepByStepAndNamesDamage) {
  const auto made = make_case();
  std::vector<std::string> kept;
  {
    auto opened = Case::open(real_disk(), made->directory, made->keys, true).value();
    const auto source = opened->append("t", {{"source.add/1", {{"label", "A"}, {"kind", "press"}, {"held", true}}, {}, {}, ""}}, false).value()[0];
    for (int batch = 0; batch < 60; ++batch) {
      std::vector<Draft> drafts;
      for (int i = 0; i < 100; ++i) drafts.push_back({"claim.add/1", {{"text", "claim " + std::to_string(batch * 100 + i)}, {"asserter", source}, {"position", "hearsay"}, {"support", json::array()}}, {}, {}, ""});
      ASSERT_TRUE(opened->append("t", std::move(drafts), false));
    }
    ASSERT_TRUE(opened->publish());
    kept = dump(opened->projection(), "");
  }
  std::filesystem::remove_all(made->directory + "/derived");
  {
    auto rebuilt_case = Case::open(real_disk(), made->directory, made->keys, false).value();
    EXPECT_EQ(dump(rebuilt_case->projection(), ""), kept);
  }
  std::filesystem::remove_all(made->directory + "/derived");
  // Damage in the middle of the packs: an error that names the place, on whichever thread it is found.
  const std::string pack = made->directory + "/blobs/packs/000001.pack";
  Bytes bytes = real_disk().read_all(pack).value();
  bytes[bytes.size() / 2] ^= 1;
  ASSERT_TRUE(real_disk().write_atomic(pack, bytes));
  const auto damaged_case = Case::open(real_disk(), made->directory, made->keys, false);
  ASSERT_FALSE(damaged_case);
  EXPECT_EQ(damaged_case.error().code, ErrorCode::damaged);
  EXPECT_NE(damaged_case.error().message.find("Entry"), std::string::npos);
}

TEST(Case, TwoEntriesThatSupersedeOneTargetAreAVisibleConflict) {
  const auto made = make_case();
  auto opened = Case::open(real_disk(), made->directory, made->keys, true).value();
  const json::object source{{"label", "A"}, {"kind", "press"}, {"held", true}};
  const auto first = opened->append("t", {{"source.add/1", source, {}, {}, ""}}, false).value()[0];
  opened->append("t", {{"source.add/1", source, {first}, {}, ""}}, false).value();
  opened->append("t", {{"source.add/1", source, {first}, {}, ""}}, false).value();
  Query query(opened->database(), {});
  EXPECT_EQ(query.superseded_by(first)->size(), 2U);
  EXPECT_EQ(query.list("so")->size(), 2U);
  EXPECT_EQ(query.find("A").error().code, ErrorCode::usage);
}

TEST(Case, AReaderWithOpenClearanceSeesOpenThingsAlone) {
  const auto made = make_case();
  auto opened = Case::open(real_disk(), made->directory, made->keys, true).value();
  opened->append("t", {{"source.add/1", {{"label", "closed"}, {"kind", "press"}, {"held", true}}, {}, {}, ""}}, false).value();
  opened->append("t", {{"source.add/1", {{"label", "open"}, {"kind", "press"}, {"held", true}}, {}, {}, ""}}, true).value();
  Query query(opened->database(), Reader{Clearance::open});
  EXPECT_EQ(query.list("so")->size(), 1U);
  EXPECT_EQ(query.find("closed").error().code, ErrorCode::not_found);
  EXPECT_EQ(query.find("closed").error().advice.find("closed"), std::string::npos);  // not even as a suggestion
}

TEST(Case, SomethingOfAnUnknownTypeMakesItReadOnly) {
  const auto made = make_case(true);
  {
    auto opened = Case::open(real_disk(), made->directory, made->keys, true).value();
    seal::SubmissionContext context{opened->info().id, opened->store().journal().log().name, "open", "t", random_bytes(system_random(), 16), 0, true, false};
    seal::SubmissionBuilder builder(context, system_random());
    ASSERT_TRUE(builder.add("prophecy.add/9", {{"text", "x"}}));
    const auto entries = builder.finish(*made->keys.actor, nullptr).value();
    ASSERT_TRUE(opened->store().append(entries));
  }
  auto opened = Case::open(real_disk(), made->directory, made->keys, true).value();
  const auto refused = opened->append("t", {{"source.add/1", {{"label", "A"}, {"kind", "press"}, {"held", true}}, {}, {}, ""}}, true);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::refused);
  EXPECT_NE(refused.error().message.find("prophecy.add/9"), std::string::npos);
}

TEST(Case, OneWriterAtATime) {
  const auto made = make_case();
  auto first = Case::open(real_disk(), made->directory, made->keys, true);
  ASSERT_TRUE(first);
  const auto second = Case::open(real_disk(), made->directory, made->keys, true);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::refused);
  EXPECT_TRUE(Case::open(real_disk(), made->directory, made->keys, false));
}

TEST(Case, AProjectionThatIsNotOursIsMadeAnew) {
  const auto made = make_case();
  const std::string path = made->directory + "/derived/projection.db";
  std::filesystem::remove(path + "-wal");
  ASSERT_TRUE(real_disk().write_atomic(path, Bytes(8192, 0x5A)));
  auto opened = Case::open(real_disk(), made->directory, made->keys, false);
  ASSERT_TRUE(opened) << opened.error().text();
  EXPECT_EQ(Query((*opened)->database(), {}).count("ac").value(), 1);
}

TEST(Query, ShortIdsAreUniqueAndFound) {
  const auto made = make_case();
  auto opened = Case::open(real_disk(), made->directory, made->keys, true).value();
  std::vector<Draft> drafts;
  for (int i = 0; i < 400; ++i) drafts.push_back({"source.add/1", {{"label", "S" + std::to_string(i)}, {"kind", "press"}, {"held", true}}, {}, {}, ""});
  const auto ids = opened->append("t", drafts, false).value();
  Query query(opened->database(), {});
  for (const auto& id : ids) {
    const std::string prefix = query.short_id(id).value();
    EXPECT_GE(prefix.size(), 8U);
    EXPECT_EQ(query.find(prefix)->id, id);
  }
  EXPECT_NE(query.find("S39O").error().advice.find("Did you mean"), std::string::npos);
}

}  // namespace
}  // namespace oyer::casefile
