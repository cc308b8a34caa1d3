// SPDX-License-Identifier: GPL-3.0-or-later
#include "intake/reader_client.h"

#include <gtest/gtest.h>

#include "base/clock.h"

namespace oyer::intake {
namespace {

void frame(Bytes& out, int type, std::string_view payload) {
  append(out, view("OYRF"));
  out.push_back(static_cast<std::uint8_t>(type));
  put_u32(out, static_cast<std::uint32_t>(payload.size()));
  append(out, view(payload));
}

Bytes good() {
  Bytes out;
  frame(out, 1, R"({"protocol":1,"tool":"t","version":"1"})");
  frame(out, 2, R"({"kind":"text","parameters":{}})");
  frame(out, 3, R"({"n":1,"text":"one two","words":[[0,3,0,0,10,10,1000],[4,7,12,0,20,10,1000]]})");
  frame(out, 8, R"({"pages":1})");
  return out;
}

TEST(ReaderFrames, AWholeRunIsTaken) {
  const auto outcome = parse_frames(good());
  ASSERT_TRUE(outcome);
  ASSERT_EQ(outcome->renditions.size(), 1U);
  EXPECT_EQ(outcome->renditions[0].file(), R"({"kind":"text","pages":[{"n":1,"text":"one two","words":[[0,3,0,0,10,10,1000],[4,7,12,0,20,10,1000]]}],"v":1})");
}

TEST(ReaderFrames, BrokenOnesAreRefused) {
  const auto run = [](std::initializer_list<std::pair<int, std::string>> frames) {
    Bytes out;
    for (const auto& [type, payload] : frames) frame(out, type, payload);
    return parse_frames(out).has_value();
  };
  const std::string hello = R"({"protocol":1,"tool":"t","version":"1"})";
  const std::string text = R"({"kind":"text","parameters":{}})";
  const std::string done = R"({"pages":0})";
  EXPECT_TRUE(run({{1, hello}, {8, done}}));
  EXPECT_FALSE(run({{1, hello}}));                                           // never ends
  EXPECT_FALSE(run({{8, done}}));                                            // never begins
  EXPECT_FALSE(run({{1, hello}, {1, hello}, {8, done}}));                    // begins twice
  EXPECT_FALSE(run({{1, hello}, {3, R"({"n":1,"text":"x"})"}, {8, done}}));  // a page of nothing
  EXPECT_FALSE(run({{1, hello}, {2, R"({"kind":"script","parameters":{}})"}, {8, done}}));
  EXPECT_FALSE(run({{1, hello}, {2, text}, {3, R"({"n":2,"text":"x"})"}, {3, R"({"n":1,"text":"x"})"}, {8, done}}));  // backward
  EXPECT_FALSE(run({{1, hello}, {2, text}, {3, R"({"n":1,"text":"abc","words":[[0,9,0,0,1,1,1]]})"}, {8, done}}));    // beyond the text
  EXPECT_FALSE(run({{1, hello}, {2, text}, {3, R"({"n":1,"text":"abc","words":[[2,1,0,0,1,1,1]]})"}, {8, done}}));
  EXPECT_FALSE(run({{1, hello}, {2, text}, {3, R"({"n":1,"text":"abc","extra":1})"}, {8, done}}));
  EXPECT_FALSE(run({{1, hello}, {8, done}, {5, R"({"text":"late"})"}}));
  EXPECT_FALSE(run({{7, "{}"}}));
  EXPECT_EQ(parse_frames(Bytes{}).error().code, ErrorCode::bad_input);
}

TEST(ReaderFrames, NoMutationIsTakenForSomethingElseThanItSays) {
  const Bytes whole = good();
  SeededRandom random(3);
  for (int round = 0; round < 20000; ++round) {
    Bytes bytes = whole;
    for (std::size_t n = 1 + random.next() % 3; n > 0; --n) bytes[random.next() % bytes.size()] = static_cast<std::uint8_t>(random.next());
    if (random.next() % 4 == 0) bytes.resize(random.next() % bytes.size());
    const auto outcome = parse_frames(bytes);
    if (!outcome) continue;
    for (const auto& rendition : outcome->renditions) EXPECT_FALSE(rendition.file().empty());
  }
}

}  // namespace
}  // namespace oyer::intake
