// SPDX-License-Identifier: GPL-3.0-or-later
// The golden case: every version must open it, verify it and rebuild the same rows, forever.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "dossier/verify.h"
#include "service/unlocking.h"
#include "service/use_case.h"

namespace oyer::service {
namespace {

namespace fs = std::filesystem;

struct Golden {
  std::string from = std::string(OYER_SOURCE_DIR) + "/tests/golden/1";
  std::string copy = testing::TempDir() + "golden-" + std::to_string(::getpid());
  Golden() {
    fs::remove_all(copy);
    fs::copy(from + "/case", copy, fs::copy_options::recursive);
  }
  ~Golden() { fs::remove_all(copy); }
  casefile::CaseKeys keys() const {
    casefile::CaseKeys out;
    out.custodian = seal::Vault::unlock(real_disk(), copy + "/vault", "custodian", read_key_file(from + "/test.key").value()).value();
    return out;
  }
};

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

std::string dump(casefile::Projection& projection, std::string_view tier) {
  std::string out;
  EXPECT_TRUE(projection.dump(tier, [&](const std::string& line) { out += line + "\n"; }));
  return out;
}

TEST(GoldenCase, OpensVerifiesAndRebuildsTheSameRows) {
  const Golden golden;
  auto opened = casefile::Case::open(real_disk(), golden.copy, golden.keys(), true);
  ASSERT_TRUE(opened) << opened.error().text();
  EXPECT_EQ(dump((*opened)->projection(), ""), read(golden.from + "/dump.jsonl"));
  Context context;
  context.target = opened->get();
  const auto verified = call(context, "verify", {});
  ASSERT_TRUE(verified) << verified.error().text();
  EXPECT_TRUE(verified->as_object().at("whole").as_bool()) << json::serialize(*verified);
  const auto found = call(context, "search", {{"query", "처형"}});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->as_object().at("items").as_array().size(), 1U);
}

TEST(GoldenCase, LockedItShowsItsOpenTierAlone) {
  const Golden golden;
  auto locked = casefile::Case::open(real_disk(), golden.copy, std::nullopt, false);
  ASSERT_TRUE(locked) << locked.error().text();
  std::string expected;
  std::istringstream lines(read(golden.from + "/dump.jsonl"));
  for (std::string line; std::getline(lines, line);)
    if (line.find("\"tier\":\"open\"") != std::string::npos) expected += line + "\n";
  EXPECT_EQ(dump((*locked)->projection(), "open"), expected);
}

TEST(GoldenCase, ItsDossierStillVerifies) {
  const Golden golden;
  const auto verdict = dossier::verify(real_disk(), golden.from + "/dossier", read(golden.from + "/case/journal/policy"));
  ASSERT_TRUE(verdict);
  EXPECT_TRUE(verdict->authenticated()) << dossier::describe(*verdict);
}

// One byte at a time, in every file of the record: verify must name a fault (or the case must refuse to open).
TEST(GoldenCase, EveryFlippedByteOfASampleIsNoticed) {
  const Golden golden;
  SeededRandom random(1);
  int flips = 0;
  for (const auto& file : fs::recursive_directory_iterator(golden.copy)) {
    const std::string path = file.path().string();
    if (!file.is_regular_file() || file.path().filename() == "lock" || path.find("/derived/") != std::string::npos || path.find("/custodians/") != std::string::npos) continue;
    const std::string whole = read(path);
    for (int k = 0; k < 6; ++k) {
      std::string changed = whole;
      changed[random.next() % changed.size()] ^= static_cast<char>(1 << (random.next() % 8));
      std::ofstream(path, std::ios::binary) << changed;
      auto opened = casefile::Case::open(real_disk(), golden.copy, golden.keys(), false);
      if (opened) {
        Context context;
        context.target = opened->get();
        const auto verified = call(context, "verify", {});
        EXPECT_FALSE(verified && verified->as_object().at("whole").as_bool()) << path << " round " << k;
      }
      ++flips;
    }
    std::ofstream(path, std::ios::binary) << whole;
    fs::remove_all(golden.copy + "/derived");
  }
  EXPECT_GT(flips, 50);
}

}  // namespace
}  // namespace oyer::service
