// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/upkeep/witness_client.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>
#include <vector>

#include "seal/hash.h"
#include "seal/witness.h"
#include "support/faulty_disk.h"

namespace oyer::seal {
namespace {

using test::FaultyDisk;
using State = WitnessReply::State;

const std::string kLog = "log.oyer.invalid/0123456789abcdefghijklmnop";
SigningKey log_key() { return SigningKey(sha256(view("the log's key"))); }
VerifierKey log_vkey() { return {kLog, log_key().public_key(), KeyType::log}; }

class FixedClock : public Clock {
 public:
  std::int64_t now() const override { return 1'700'000'000; }
};
FixedClock the_clock;

// Asks a function instead of the network; counts.
class Wire : public HttpClient {
 public:
  using Answer = std::function<HttpResponse(const HttpRequest&)>;
  explicit Wire(Answer answer) : answer_(std::move(answer)) {}
  Result<HttpResponse> send(const HttpRequest& request) override {
    asked.push_back(request.method + " " + request.url);
    if (down) return fail(ErrorCode::interrupted, "The network is down.");
    return answer_(request);
  }
  std::vector<std::string> asked;
  bool down = false;

 private:
  Answer answer_;
};

HttpResponse response(int status, const std::string& type, const std::string& body) {
  HttpResponse out;
  out.status = status;
  out.headers = {{"content-type", type}};
  out.body = to_bytes(std::string_view(body));
  return out;
}

// A journal in memory whose entries are named, and what stands in it.
struct Log {
  FaultyDisk disk;
  std::unique_ptr<Journal> journal;

  Log() {
    EXPECT_TRUE(Journal::create(disk, "j", log_vkey()));
    journal = Journal::open(disk, "j", true).value();
  }
  Log& add(const std::string& name, int count) {
    std::vector<Bytes> entries;
    for (int i = 0; i < count; ++i) entries.push_back(to_bytes(std::string_view(name + std::to_string(journal->size()) + "/" + std::to_string(i))));
    EXPECT_TRUE(journal->append(entries));
    EXPECT_TRUE(journal->publish(log_key()));
    return *this;
  }
  std::string note() const { return journal->checkpoint_note().value(); }
  WitnessReply ask(HttpClient& http, const std::string& url = "https://w.invalid/x/") const { return ask_witness(http, url, *journal, note(), journal->size()); }
};

// The real witness behind the wire.
struct Served {
  FaultyDisk disk;
  std::unique_ptr<Witness> witness;
  Wire wire;

  Served() : wire([this](const HttpRequest& request) { return answer(request); }) {
    SeededRandom random(1);
    EXPECT_TRUE(Witness::create(disk, "w", "w.invalid/x", random));
    EXPECT_TRUE(Witness::trust(disk, "w", log_vkey(), kLog));
    witness = Witness::open(disk, "w", the_clock).value();
  }
  HttpResponse answer(const HttpRequest& request) {
    const std::string prefix = "https://w.invalid/x/", path = request.url.substr(prefix.size());
    Witness::Answer made{404, "text/plain", ""};
    if (request.method == "POST" && path == "add-checkpoint") made = witness->add_checkpoint(text_of(request.body));
    if (request.method == "GET" && path.ends_with("/checkpoint")) made = witness->newest(path.substr(0, path.size() - 11));
    return response(static_cast<int>(made.status), made.type, made.body);
  }
};

TEST(AskingAWitness, gets_a_cosignature_in_two_calls_at_most) {
  Log log;
  Served served;
  for (const int count : {3, 1, 300, 7}) {
    log.add("e", count);
    served.wire.asked.clear();
    const auto reply = log.ask(served.wire);
    ASSERT_EQ(reply.state, State::cosigned) << reply.text;
    EXPECT_LE(served.wire.asked.size(), 2U);
    EXPECT_EQ(served.wire.asked[0], "POST https://w.invalid/x/add-checkpoint");
    EXPECT_EQ(served.witness->logs()->at(0).newest->size, log.journal->size());
    // The same again is cosigned again.
    EXPECT_EQ(log.ask(served.wire).state, State::cosigned);
  }
}

TEST(AskingAWitness, finds_a_fork_of_every_size_and_shows_the_other_checkpoint) {
  for (const int mine : {1, 4, 5, 6, 300}) {
    Log truth, forged;
    truth.add("e", 3).add("true", 2);
    forged.add("e", 3).add("false", mine);
    Served served;
    ASSERT_EQ(truth.ask(served.wire).state, State::cosigned);
    const auto reply = forged.ask(served.wire);
    if (forged.journal->size() < 5) {
      EXPECT_EQ(reply.state, State::ahead) << mine;
    } else {
      EXPECT_EQ(reply.state, State::fork) << mine << reply.text;
    }
    EXPECT_TRUE(reply.evidence.starts_with(truth.note()));
    EXPECT_LE(served.wire.asked.size(), 4U);
    ASSERT_TRUE(keep_fork(forged.disk, "j", forged.note(), reply.evidence));
    ASSERT_TRUE(keep_fork(forged.disk, "j", forged.note(), reply.evidence));
    EXPECT_EQ(forged.disk.list("j/forks")->size(), 2U);
  }
}

TEST(AskingAWitness, nothing_counts_as_evidence_that_the_log_did_not_sign_or_that_shows_no_more) {
  Log log;
  log.add("e", 5);
  const std::string old_note = log.note();
  log.add("e", 4);
  Log other;
  other.add("x", 40);
  const SigningKey stranger(sha256(view("a stranger")));
  const Checkpoint far{kLog, 40, other.journal->root().value()};
  std::string shown;
  Wire wire([&](const HttpRequest& request) { return request.method == "POST" ? response(409, "text/x.tlog.size", "40\n") : response(200, "text/plain", shown); });
  for (const std::string& note : {std::string(), std::string("rubbish"), old_note, log.note(), sign_note(far.text(), kLog, stranger), sign_note(Checkpoint{"other", 40, {}}.text(), "other", log_key()),
                                  sign_note(Checkpoint{"other", 40, {}}.text(), kLog, log_key())}) {
    shown = note;
    const auto reply = log.ask(wire);
    EXPECT_EQ(reply.state, State::ahead);
    EXPECT_TRUE(reply.evidence.empty()) << note;
    EXPECT_NE(reply.text.find("may also be mistaken"), std::string::npos);
  }
  shown = sign_note(far.text(), kLog, log_key());
  EXPECT_EQ(log.ask(wire).evidence, shown);
}

TEST(AskingAWitness, tells_the_network_from_a_refusal) {
  Log log;
  log.add("e", 2);
  Served served;
  served.wire.down = true;
  EXPECT_EQ(log.ask(served.wire).state, State::unreachable);
  for (const int status : {301, 400, 403, 404, 405, 409, 418, 422, 500, 503}) {
    Wire wire([&](const HttpRequest&) { return response(status, "text/plain", "\x1B[2J\xFF no\nsecond line\n"); });
    const auto reply = log.ask(wire);
    EXPECT_EQ(reply.state, State::refused) << status;
    EXPECT_EQ(reply.text.find('\x1B'), std::string::npos);
    EXPECT_EQ(reply.text.find("second"), std::string::npos);
    EXPECT_LE(wire.asked.size(), 3U);
  }
}

RC_GTEST_PROP(AskingALiar, ends_after_a_few_calls_and_never_takes_its_word_for_a_fork, ()) {
  SeededRandom random(*rc::gen::arbitrary<std::uint64_t>());
  Log log;
  log.add("e", static_cast<int>(1 + random.next() % 20));
  const std::string note = log.note();
  Wire wire([&](const HttpRequest&) {
    const int statuses[] = {200, 404, 409, 409, 409, 422, 500};
    std::string body;
    switch (random.next() % 4) {
      case 0: body = std::to_string(random.next() % 30) + "\n"; break;
      case 1: body = note; break;
      case 2: body = std::to_string(random.next()) + "\n"; break;
      default: body = std::string(random.next() % 50, static_cast<char>(random.next()));
    }
    return response(statuses[random.next() % 7], random.next() % 3 == 0 ? "text/plain" : "text/x.tlog.size", body);
  });
  const auto reply = log.ask(wire);
  RC_ASSERT(wire.asked.size() <= 3U);
  RC_ASSERT(reply.state != State::fork);
  RC_ASSERT(reply.evidence.empty());
  RC_ASSERT(!reply.text.empty());
}

}  // namespace
}  // namespace oyer::seal
