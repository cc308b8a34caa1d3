// SPDX-License-Identifier: GPL-3.0-or-later
// The whole path, in memory and on disk: a case, its disclosure, a bag, and what happens to it when any byte changes.
#include "dossier/verify.h"

#include <gtest/gtest.h>

#include "dossier/bag.h"

namespace oyer::dossier {
namespace {

TEST(Verify, AFolderWithoutABagIsNotFound) {
  const auto verdict = verify(real_disk(), testing::TempDir() + "nothing-here", std::nullopt);
  ASSERT_FALSE(verdict);
  EXPECT_EQ(verdict.error().code, ErrorCode::not_found);
}

TEST(Verify, ABagWithoutProofsIsNotConsistent) {
  const std::string directory = testing::TempDir() + "bag-" + std::to_string(::getpid());
  auto bag = BagWriter::create(real_disk(), directory);
  ASSERT_TRUE(bag);
  ASSERT_TRUE(bag->add("data/a.txt", view("hello")));
  ASSERT_TRUE(bag->finish({"test", "2026-01-01", "nothing", "none"}));
  const auto verdict = verify(real_disk(), directory, std::nullopt);
  ASSERT_TRUE(verdict);
  EXPECT_FALSE(verdict->consistent());
  EXPECT_FALSE(BagWriter::create(real_disk(), directory));  // never written into
}

}  // namespace
}  // namespace oyer::dossier
