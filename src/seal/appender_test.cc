// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/appender.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>

#include "seal/hash.h"
#include "support/faulty_disk.h"

namespace {

using namespace oyer;
using namespace oyer::seal;
using test::FaultyDisk;

struct Case {
  FaultyDisk disk;
  SigningKey actor{Hash{8}};
  std::unique_ptr<Store> store;
  age::Identity identity = age::Identity(Hash{9});

  Case() {
    EXPECT_TRUE(Journal::create(disk, "c/journal", VerifierKey{"log.oyer.invalid/test", SigningKey(Hash{7}).public_key()}));
    EXPECT_TRUE(BlobStore::create(disk, "c/blobs"));
    EXPECT_TRUE(HeaderStore::create(disk, "c/vault"));
    open();
  }
  void open() {
    store.reset();
    store = Store::open(disk, "c", base64url(Bytes(16, 1)), true).value();
    KeyRing keys;
    keys.add(identity);
    store->unlock(std::move(keys));
  }
  FinishedSubmission submission(const std::string& text) {
    SubmissionBuilder builder({store->case_id(), "log.oyer.invalid/test", "base", "test", Bytes(16, 2), 0, false, false}, system_random());
    EXPECT_TRUE(builder.add("claim.add/1", {{"text", text}}));
    FinishedSubmission out;
    out.entries = builder
                      .finish(actor,
                              [&](ByteView plaintext) -> Result<Hash> {
                                out.blobs.push_back(TRY(store->seal(plaintext)));
                                return out.blobs.back().ref.address;
                              })
                      .value();
    return out;
  }
  // The text of the submission whose closing entry is `index`, read back by way of the segment.
  std::string text_at(std::uint64_t index) {
    const Bytes entry = store->journal().entry(index).value();
    const EntryForm form = parse_form(entry).value();
    if (!form.segment) return "no closing entry";
    const Bytes segment = store->get(*form.segment, false).value();
    return decode_segment(segment).value().front().body;
  }
};

TEST(Appender, submissions_of_many_threads_are_whole_durable_and_told_their_place) {
  Case made;
  constexpr int kThreads = 8;
  constexpr int kEach = 25;
  std::vector<std::pair<std::uint64_t, std::string>> placed[kThreads];
  std::uint64_t rounds = 0;
  {
    Appender appender(*made.store);
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) {
          const std::string text = "thread " + std::to_string(t) + " claim " + std::to_string(i) + ".";
          const auto first = appender.append(made.submission(text));
          ASSERT_TRUE(first) << first.error().text();
          placed[t].emplace_back(*first, text);
        }
      });
    for (auto& thread : threads) thread.join();
    rounds = appender.rounds();
  }
  EXPECT_LE(rounds, kThreads * kEach);
  made.disk.restart_after_power_cut(5);  // acknowledged means durable
  made.open();
  EXPECT_EQ(made.store->journal().size(), 2U * kThreads * kEach);
  std::set<std::uint64_t> places;
  for (const auto& of_thread : placed) {
    std::uint64_t before = 0;
    for (const auto& [first, text] : of_thread) {
      EXPECT_TRUE(places.insert(first).second);
      EXPECT_TRUE(first == 0 || first > before);  // a caller that waits keeps its own order
      before = first;
      EXPECT_NE(made.text_at(first + 1).find(text), std::string::npos) << first;
    }
  }
}

TEST(Appender, after_a_failed_round_everything_is_refused_and_nothing_acknowledged_is_lost) {
  for (std::uint64_t at = 0; at < 10; ++at) {
    Case made;
    std::vector<std::uint64_t> acknowledged;
    std::vector<FinishedSubmission> ready;
    for (int i = 0; i < 6; ++i) ready.push_back(made.submission("claim " + std::to_string(i) + "."));
    {
      Appender appender(*made.store);
      made.disk.arm(FaultyDisk::Fault::io_error, at);
      bool failed = false;
      for (auto& one : ready) {
        const auto first = appender.append(std::move(one));
        EXPECT_FALSE(failed && first) << at;
        failed = failed || !first;
        if (first) acknowledged.push_back(*first);
      }
      EXPECT_TRUE(failed) << at;
    }
    made.disk.restart_after_power_cut(at);
    made.open();
    for (std::size_t i = 0; i < acknowledged.size(); ++i) EXPECT_NE(made.text_at(acknowledged[i] + 1).find("claim " + std::to_string(i) + "."), std::string::npos) << at;
  }
}

TEST(Appender, refuses_after_it_was_closed_and_a_bad_submission_fails_alone) {
  Case made;
  Appender appender(*made.store);
  EXPECT_FALSE(appender.append({{Bytes{}}, {}}));
  EXPECT_FALSE(appender.append({}));
  EXPECT_TRUE(appender.append(made.submission("stands.")));
  appender.close();
  const auto late = appender.append(made.submission("late."));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::refused);
  EXPECT_EQ(made.store->journal().size(), 2U);
}

TEST(Streams, come_back_piece_by_piece_and_tell_a_flipped_byte) {
  Case made;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{65536}, std::size_t{65537}, std::size_t{3} << 20}) {
    Bytes plain(size);
    SeededRandom(size + 1).fill(plain);
    std::size_t at = 0;
    const auto ref = made.store->put_stream(
        [&]() -> Result<Bytes> {
          const std::size_t n = std::min<std::size_t>(300000, plain.size() - at);
          at += n;
          return Bytes(plain.begin() + static_cast<std::ptrdiff_t>(at - n), plain.begin() + static_cast<std::ptrdiff_t>(at));
        },
        false);
    ASSERT_TRUE(ref);
    EXPECT_EQ(ref->digest, sha256(plain));
    EXPECT_TRUE(std::ranges::equal(ref->sha512, sha512(plain)));
    EXPECT_EQ(made.store->get(ref->address, false).value(), plain);
    Bytes read;
    const auto into = [&](ByteView piece) -> Result<void> {
      append(read, piece);
      return {};
    };
    ASSERT_TRUE(made.store->get_stream(ref->address, false, into));
    EXPECT_EQ(read, plain);
    if (size <= BlobStore::kLargestPacked) continue;
    ASSERT_TRUE(made.store->append({}));  // to its place
    const std::string name = hex(ref->address);
    Bytes& stored = made.disk.raw("c/blobs/" + name.substr(0, 2) + "/" + name);
    for (const std::size_t flip : {std::size_t{0}, stored.size() / 2, stored.size() - 1}) {
      stored[flip] ^= 1;
      const auto told = made.store->get_stream(ref->address, false, into);
      ASSERT_FALSE(told);
      EXPECT_EQ(told.error().code, ErrorCode::damaged);
      stored[flip] ^= 1;
    }
    const Bytes whole = stored;
    for (const std::size_t cut : {std::size_t{5}, std::size_t{16}, std::size_t{16 + 65552}, stored.size() - 1}) {  // also at a chunk's edge
      stored.resize(cut);
      EXPECT_FALSE(made.store->get_stream(ref->address, false, into)) << cut;
      stored = whole;
    }
  }
}

}  // namespace
