// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/types.h"

#include <gtest/gtest.h>

#include <set>

#include "model/id.h"

namespace oyer::model {
namespace {

TEST(Types, EveryTypeIsVersionedAndHasAKindOfTwoLetters) {
  std::set<std::string_view> seen;
  for (const auto& spec : all_types()) {
    EXPECT_NE(spec.type.find('/'), std::string_view::npos) << spec.type;
    EXPECT_EQ(spec.kind.size(), 2U) << spec.type;
    EXPECT_TRUE(seen.insert(spec.type).second) << spec.type;
    for (const auto& field : spec.fields)
      for (char c : field.name) EXPECT_TRUE((c >= 'a' && c <= 'z') || c == '_') << spec.type << " " << field.name;
  }
}

TEST(Types, AMissingFieldIsNamed) {
  const auto result = check(*find_type("source.add/1"), {{"kind", "press"}, {"held", true}});
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("label"), std::string::npos);
}

TEST(Types, AnUnknownWordIsRefusedWithTheKnownOnes) {
  const auto result = check(*find_type("source.add/1"), {{"label", "A"}, {"kind", "spy"}, {"held", true}});
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().advice.find("organisation"), std::string::npos);
}

TEST(Types, AFieldThatNobodyKnowsIsRefused) { EXPECT_FALSE(check(*find_type("source.add/1"), {{"label", "A"}, {"kind", "press"}, {"held", true}, {"colour", "red"}})); }

TEST(Types, APlaceWithAPositionNeedsRadiusAndMethod) {
  const std::string source = make_id("so", Hash{});
  json::object claim{{"text", "x"}, {"asserter", source}, {"position", "victim"}, {"support", json::array()}, {"where", json::object{{"name", "near K-7"}, {"lat", "1.5"}, {"lon", "2.5"}}}};
  EXPECT_FALSE(check(*find_type("claim.add/1"), claim));
  claim["where"] = json::object{{"name", "near K-7"}, {"lat", "1.5"}, {"lon", "2.5"}, {"radius_m", 12000}, {"method", "caption"}};
  EXPECT_TRUE(check(*find_type("claim.add/1"), claim));
}

TEST(Ids, PrefixesAndWholeIds) {
  const std::string id = make_id("ex", Hash{});
  EXPECT_EQ(id.size(), 55U);
  EXPECT_TRUE(leaf_of(id));
  EXPECT_FALSE(leaf_of(id.substr(0, 20)));
  EXPECT_TRUE(looks_like_id("ex-3f9k2"));
  EXPECT_FALSE(looks_like_id("W-01"));
  EXPECT_FALSE(looks_like_id("ex-3F9K2"));
}

}  // namespace
}  // namespace oyer::model
