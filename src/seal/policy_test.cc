// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/policy.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "base/clock.h"
#include "seal/anchor.h"
#include "seal/hash.h"
#include "seal/time_authority.h"

namespace oyer::seal {
namespace {

SigningKey key_of(const std::string& who) { return SigningKey(sha256(view("a key of the tests: " + who))); }
VerifierKey log_of(const std::string& name) { return {name, key_of(name).public_key(), KeyType::log}; }
VerifierKey witness_of(const std::string& name) { return {name, key_of(name).public_key(), KeyType::witness}; }

const std::string kLog = "log.oyer.invalid/0123456789abcdefghijklmnop";
std::string log_line() { return "log " + log_of(kLog).text() + "\n"; }
std::string witness_line(const std::string& name) { return "witness " + name + " " + witness_of("w.invalid/" + name).text() + "\n"; }

// The lines of three witnesses, of whom two are asked for.
std::string two_of_three() { return log_line() + witness_line("a") + witness_line("b") + witness_line("c") + "group needed 2 a b c\nquorum needed\n"; }

// ---- Reading: each rule of C2SP tlog-policy.

TEST(Policies, read_what_the_specification_allows) {
  const std::string logs = log_line(), a = witness_line("a"), b = witness_line("b");
  for (const std::string& good : std::vector<std::string>{
           std::string("quorum none\n"),
           logs + "quorum none\n",
           "quorum none\n" + logs + a,  // lines in any order where they refer to nothing
           a + logs + "quorum a\n",
           a + "quorum a\n" + b,
           "\n \t \n# a remark, then \xFF octets\n  # and one with blanks before it\n\tquorum\t \tnone \t\n",
           "log " + log_of(kLog).text() + " https://log.invalid/x\nquorum none\n",
           a.substr(0, a.size() - 1) + " https://w.invalid/\n" + "quorum a\n",
           a + b + "group g any a b\nquorum g\n",
           a + b + "group g all a b\nquorum g\n",
           a + b + "group g 2 a b\ngroup h 1 g\nquorum h\n",
           "witness \xE2\x84\xAA " + witness_of("w").text() + "\nquorum \xE2\x84\xAA\n",  // a Kelvin sign is no K
           "witness # " + witness_of("w").text() + "\nquorum #\n",
       }) {
    const auto policy = Policy::parse(good);
    EXPECT_TRUE(policy) << good << policy.error().text();
  }
}

TEST(Policies, refuse_what_the_specification_forbids) {
  const std::string logs = log_line(), a = witness_line("a"), b = witness_line("b"), end = "quorum none\n";
  const std::string other_name_same_key = "witness b " + VerifierKey{"elsewhere", key_of("w.invalid/a").public_key(), KeyType::witness}.text() + "\n";
  const std::string other_log_same_key = "log " + VerifierKey{"elsewhere", key_of(kLog).public_key(), KeyType::log}.text() + "\n";
  for (const std::string& bad : std::vector<std::string>{
           std::string(),
           logs,           // no quorum
           end + end,      // two of them
           "quorum none",  // no line feed at the end
           "quorum\n",
           "quorum none none\n",
           "quorum nobody\n",
           "quorum a\n" + a,  // named before it is defined
           "Quorum none\n",
           "quorum K\nwitness \xE2\x84\xAA " + witness_of("w").text() + "\n",
           "quorum none\r\n",  // a control character
           std::string("quorum none\0\n", 13),
           "quorum none\x7F\n",
           "# a remark with \x1B in it\n" + end,
           "quorum\xC2\xA0none\n",  // blanks are spaces and tabs only
           "log\n" + end,
           "log " + witness_of("w").text() + "\n" + end,  // a witness's key is no log's
           "log " + log_of(kLog).text() + " a b\n" + end,
           logs + logs + end,
           logs + other_log_same_key + end,  // the same key under another name
           "witness a\n" + end,
           "witness a " + log_of(kLog).text() + "\n" + end,
           a.substr(0, a.size() - 1) + " x y\n" + end,
           a + a + end,
           a + other_name_same_key + end,
           "witness none " + witness_of("w").text() + "\n" + end,
           a + "group g 1\n" + end,  // no member
           a + "group g 0 a\n" + end,
           a + "group g 2 a\n" + end,
           a + "group g -1 a\n" + end,
           a + "group g 01 a\n" + end,
           a + "group g 1.0 a\n" + end,
           a + "group g some a\n" + end,
           a + "group g 99999999999999999999 a\n" + end,
           a + "group g any none\n" + end,
           a + "group g any b\n" + b + end,  // a member defined below
           a + "group g any g\n" + end,      // itself
           a + "group g any a a\n" + end,
           a + "group g any a\ngroup h any a\n" + end,  // in two groups
           a + "group g all g a\n" + end,
           a + "group a any a\n" + end,  // one namespace
           a + b + "group g any a\ngroup g any b\n" + end,
           a + "group none any a\n" + end,
           a + "group g any a\nwitness g " + witness_of("w").text() + "\n" + end,
       }) {
    const auto policy = Policy::parse(bad);
    ASSERT_FALSE(policy) << bad;
    EXPECT_EQ(policy.error().code, ErrorCode::bad_input) << bad;
  }
}

TEST(Policies, tell_the_line_that_is_wrong) { EXPECT_NE(Policy::parse("# first\n\nquorum nobody\n").error().message.find("Line 3 "), std::string::npos); }

TEST(Policies, take_as_many_of_each_as_is_recommended_and_no_more) {
  std::string logs, witnesses, groups;
  for (int i = 0; i < 32; ++i) {
    logs += "log " + log_of("log-" + std::to_string(i)).text() + "\n";
    witnesses += witness_line("w" + std::to_string(i));
    groups += "group g" + std::to_string(i) + " 1 w" + std::to_string(i) + "\n";
  }
  const std::string end = "quorum g31\n";
  EXPECT_TRUE(Policy::parse(logs + witnesses + groups + end));
  EXPECT_FALSE(Policy::parse(logs + "log " + log_of("log-32").text() + "\n" + witnesses + groups + end));
  EXPECT_FALSE(Policy::parse(logs + witnesses + witness_line("w32") + groups + end));
  EXPECT_FALSE(Policy::parse(logs + witnesses + groups + "group g32 1 g0\n" + end));
}

TEST(Policies, no_changed_octet_of_a_key_is_read_as_that_key) {
  const std::string text = two_of_three();
  const Policy before = Policy::parse(text).value();
  for (std::size_t i = 0; i < text.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = text;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      const auto policy = Policy::parse(changed);
      // A policy that is still one is a different one, and is not written as the old one was: who compares the text sees it.
      if (policy) {
        EXPECT_NE(policy->text(), before.text()) << changed;
      }
    }
}

// ---- A policy made at random, and what it must mean.

struct Random {
  Policy policy;
  std::vector<std::string> names;  // of witnesses
};

Random made_at_random(SeededRandom& random) {
  Random out;
  const std::size_t witnesses = random.next() % 7;
  for (std::size_t i = 0; i < random.next() % 3; ++i) out.policy.logs.push_back(log_of("log-" + std::to_string(i)));
  std::vector<std::string> free;
  for (std::size_t i = 0; i < witnesses; ++i) {
    const std::string name = "w" + std::to_string(i);
    out.policy.witnesses.push_back({name, witness_of(name), random.next() % 2 == 0 ? "" : "https://" + name + ".invalid/x"});
    out.names.push_back(name);
    free.push_back(name);
  }
  std::vector<std::string> all = out.names;
  for (int i = 0; i < 5 && !free.empty() && random.next() % 4 != 0; ++i) {
    Policy::Group group{"g" + std::to_string(i), 0, {}};
    const std::size_t count = 1 + random.next() % free.size();
    for (std::size_t n = 0; n < count; ++n) {
      const std::size_t at = random.next() % free.size();
      group.members.push_back(free[at]);
      free.erase(free.begin() + static_cast<std::ptrdiff_t>(at));
    }
    group.threshold = 1 + random.next() % count;
    free.push_back(group.name);
    all.push_back(group.name);
    out.policy.groups.push_back(std::move(group));
  }
  all.emplace_back("none");
  out.policy.quorum = all[random.next() % all.size()];
  return out;
}

RC_GTEST_PROP(PolicyText, is_read_back_the_same, ()) {
  SeededRandom random(*rc::gen::arbitrary<std::uint64_t>());
  const Policy policy = made_at_random(random).policy;
  const auto again = Policy::parse(policy.text());
  RC_ASSERT(again.has_value());
  RC_ASSERT(again->text() == policy.text());
  RC_ASSERT(again->quorum == policy.quorum);
  RC_ASSERT(again->witnesses.size() == policy.witnesses.size());
  for (std::size_t i = 0; i < policy.witnesses.size(); ++i) {
    RC_ASSERT(again->witnesses[i].name == policy.witnesses[i].name);
    RC_ASSERT(again->witnesses[i].key.text() == policy.witnesses[i].key.text());
    RC_ASSERT(again->witnesses[i].url == policy.witnesses[i].url);
  }
  for (std::size_t i = 0; i < policy.groups.size(); ++i) {
    RC_ASSERT(again->groups[i].threshold == policy.groups[i].threshold);
    RC_ASSERT(again->groups[i].members == policy.groups[i].members);
  }
  const auto bare = Policy::parse(policy.text(false));
  RC_ASSERT(bare.has_value());
  RC_ASSERT(bare->text(false) == policy.text(false));
}

// The definition of the specification, word for word: a recursion from the quorum down, where the code goes up.
bool witnessed(const Policy& policy, const std::string& name, const std::set<std::string>& cosigned) {
  if (name == "none") return true;
  for (const auto& group : policy.groups) {
    if (group.name != name) continue;
    std::size_t count = 0;
    for (const auto& member : group.members) count += witnessed(policy, member, cosigned) ? 1 : 0;
    return count >= group.threshold;
  }
  return cosigned.contains(name);
}

RC_GTEST_PROP(Quorum, is_met_as_the_specification_defines_it_for_every_set_of_witnesses, ()) {
  SeededRandom random(*rc::gen::arbitrary<std::uint64_t>());
  const auto [policy, names] = made_at_random(random);
  for (std::size_t subset = 0; subset < (std::size_t{1} << names.size()); ++subset) {
    std::set<std::string> cosigned;
    for (std::size_t i = 0; i < names.size(); ++i)
      if ((subset >> i & 1U) != 0) cosigned.insert(names[i]);
    RC_ASSERT(policy.met(cosigned) == witnessed(policy, policy.quorum, cosigned));
  }
}

TEST(QuorumWords, all_and_any_are_numbers) {
  const std::string three = witness_line("a") + witness_line("b") + witness_line("c");
  const Policy all = Policy::parse(three + "group g all a b c\nquorum g\n").value(), any = Policy::parse(three + "group g any a b c\nquorum g\n").value();
  EXPECT_FALSE(all.met({"a", "b"}));
  EXPECT_TRUE(all.met({"a", "b", "c"}));
  EXPECT_FALSE(any.met({}));
  EXPECT_TRUE(any.met({"c"}));
  EXPECT_TRUE(Policy::parse("quorum none\n")->met({}));
}

// ---- Checkpoints judged by a policy.

constexpr std::uint64_t kTime = 1'700'000'000;
std::string checkpoint_text(std::uint64_t size = 5) { return Checkpoint{kLog, size, sha256(view("root"))}.text(); }
std::string cosigned_by(const std::string& name, std::uint64_t time = kTime, std::uint64_t size = 5) { return cosign(checkpoint_text(size), "w.invalid/" + name, key_of("w.invalid/" + name), time); }
std::string by_log() { return sign_note(checkpoint_text(), kLog, key_of(kLog)); }
Policy three() { return Policy::parse(two_of_three()).value(); }

TEST(WitnessedCheckpoints, open_with_the_witnesses_that_cosigned) {
  const auto alone = open_witnessed(by_log(), three());
  ASSERT_TRUE(alone) << alone.error().text();
  EXPECT_FALSE(alone->quorum);
  EXPECT_TRUE(alone->cosignatures.empty());
  const auto one = open_witnessed(by_log() + cosigned_by("b"), three());
  ASSERT_TRUE(one);
  EXPECT_FALSE(one->quorum);
  const auto two = open_witnessed(by_log() + cosigned_by("a", 7) + cosigned_by("c"), three());
  ASSERT_TRUE(two) << two.error().text();
  EXPECT_TRUE(two->quorum);
  EXPECT_EQ(two->checkpoint.size, 5U);
  EXPECT_EQ(two->checkpoint.root, sha256(view("root")));
  ASSERT_EQ(two->cosignatures.size(), 2U);
  EXPECT_EQ(two->cosignatures[0].witness, "a");
  EXPECT_EQ(two->cosignatures[0].time, 7U);
  EXPECT_EQ(two->cosignatures[1].witness, "c");
}

TEST(WitnessedCheckpoints, every_flipped_bit_shows) {
  const std::string note = by_log() + cosigned_by("a") + cosigned_by("c");
  const Policy policy = three();
  ASSERT_TRUE(open_witnessed(note, policy));
  for (std::size_t i = 0; i < note.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = note;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      EXPECT_FALSE(open_witnessed(changed, policy)) << i << "/" << bit;
    }
  for (std::size_t i = 0; i < note.size(); ++i) {
    const auto cut = open_witnessed(note.substr(0, i), policy);
    // What was cut at a line's end is a checkpoint with fewer witnesses; everything else is none.
    if (cut) {
      EXPECT_TRUE(i == by_log().size() || i == (by_log() + cosigned_by("a")).size()) << i;
    }
  }
}

TEST(WitnessedCheckpoints, lines_out_of_order_doubled_or_unknown_are_refused) {
  const std::string a = cosigned_by("a"), b = cosigned_by("b"), c = cosigned_by("c"), log_line_only = by_log().substr(checkpoint_text().size() + 1);
  const std::string other_log = sign_note(checkpoint_text(), kLog, key_of("another log")).substr(checkpoint_text().size() + 1);
  for (const std::string& bad : std::vector<std::string>{
           by_log() + b + a, by_log() + a + a, by_log() + a + cosigned_by("a", kTime + 1), by_log() + cosigned_by("d"), by_log() + a + cosigned_by("d"), by_log() + cosigned_by("a", kTime, 6),  // over another checkpoint
           by_log() + log_line_only,                                                                                                                                                             // the log twice
           by_log() + other_log, checkpoint_text() + "\n" + other_log,
           checkpoint_text() + "\n" + a,  // no log's line
           checkpoint_text() + "\n" + a + log_line_only, checkpoint_text() + "extension\n\n" + log_line_only, by_log() + "\n", by_log() + a + "\n" + b,
           by_log() + cosign(checkpoint_text(), "w.invalid/b", key_of("w.invalid/a"), kTime),                                                         // b's name, a's key
           sign_note(Checkpoint{"other", 5, {}}.text(), "other", key_of("other")), sign_note(Checkpoint{"other", 5, {}}.text(), kLog, key_of(kLog)),  // the log signs under another origin
       })
    EXPECT_FALSE(open_witnessed(bad, three())) << bad;
}

TEST(WitnessedCheckpoints, a_time_beyond_63_bits_is_refused) {
  EXPECT_TRUE(open_witnessed(by_log() + cosigned_by("a", (std::uint64_t{1} << 63) - 1), three()));
  EXPECT_FALSE(open_witnessed(by_log() + cosigned_by("a", std::uint64_t{1} << 63), three()));
}

TEST(WitnessedCheckpoints, a_witness_that_signs_as_a_log_does_has_not_cosigned) {
  // The same key and name, but no time: a plain signature of type 0x01, and one whose line claims type 0x04.
  const SigningKey key = key_of("w.invalid/a");
  const std::string plain = sign_note(checkpoint_text(), "w.invalid/a", key).substr(checkpoint_text().size() + 1);
  EXPECT_FALSE(open_witnessed(by_log() + plain, three()));
  Bytes blob;
  const auto id = witness_of("w.invalid/a").id();
  append(blob, ByteView(id));
  put_u64(blob, kTime);
  append(blob, key.sign(view(checkpoint_text())));
  EXPECT_FALSE(open_witnessed(by_log() + "\xE2\x80\x94 w.invalid/a " + base64(blob) + "\n", three()));
}

TEST(WitnessedCheckpoints, need_a_policy_of_one_log) {
  Policy none, two;
  two.logs = {log_of(kLog), log_of("other")};
  EXPECT_FALSE(open_witnessed(by_log(), none));
  EXPECT_FALSE(open_witnessed(by_log(), two));
}

TEST(Cosignatures, are_put_in_their_places_whatever_the_order_in_which_they_come) {
  const std::string whole = by_log() + cosigned_by("a") + cosigned_by("b") + cosigned_by("c");
  std::vector<std::string> order{"a", "b", "c"};
  do {
    std::string note = by_log();
    for (const auto& name : order) {
      const auto more = with_cosignatures(note, cosigned_by(name), three());
      ASSERT_TRUE(more) << more.error().text();
      note = *more;
    }
    EXPECT_EQ(note, whole);
  } while (std::next_permutation(order.begin(), order.end()));
  EXPECT_EQ(with_cosignatures(by_log(), cosigned_by("c") + cosigned_by("a") + cosigned_by("b"), three()).value(), whole);
}

TEST(Cosignatures, what_was_there_stays_and_what_does_not_verify_is_left_out) {
  const std::string before = by_log() + cosigned_by("a", 7);
  const std::string log_line_only = by_log().substr(checkpoint_text().size() + 1);
  EXPECT_EQ(with_cosignatures(before, cosigned_by("a", 9), three()).value(), before);      // the first one stands
  EXPECT_EQ(with_cosignatures(before, cosigned_by("stranger"), three()).value(), before);  // an unknown key
  EXPECT_EQ(with_cosignatures(before, cosigned_by("b", 7, 6), three()).value(), before);   // over another checkpoint
  EXPECT_EQ(with_cosignatures(before, log_line_only, three()).value(), before);            // the log again
  EXPECT_EQ(with_cosignatures(before, cosigned_by("stranger") + cosigned_by("b"), three()).value(), before + cosigned_by("b"));
  EXPECT_EQ(with_cosignatures(by_log(), cosigned_by("a", 9) + cosigned_by("a", 7), three()).value(), by_log() + cosigned_by("a", 9));
}

TEST(Cosignatures, an_answer_that_is_no_signature_line_is_refused) {
  for (const std::string& bad : std::vector<std::string>{std::string(), std::string("\n"), std::string("<html>not here</html>\n"), cosigned_by("a").substr(0, 40), cosigned_by("a") + "rubbish\n", std::string(70000, 'x')}) {
    const auto made = with_cosignatures(by_log(), bad, three());
    ASSERT_FALSE(made) << bad.substr(0, 60);
    EXPECT_EQ(made.error().code, ErrorCode::bad_input);
  }
  EXPECT_FALSE(with_cosignatures("rubbish", cosigned_by("a"), three()));
}

RC_GTEST_PROP(CosignatureAnswers, whatever_a_witness_answers_the_checkpoint_stays_one_that_opens, ()) {
  SeededRandom random(*rc::gen::arbitrary<std::uint64_t>());
  std::string answer;
  const std::size_t lines = random.next() % 4;
  for (std::size_t i = 0; i < lines; ++i) {
    std::string line = cosigned_by(std::string(1, static_cast<char>('a' + random.next() % 4)), random.next() % 100, 5 + random.next() % 2);
    if (random.next() % 3 == 0) line[random.next() % line.size()] = static_cast<char>(random.next());
    answer += line;
    if (random.next() % 8 == 0) answer += "\n";
  }
  const auto made = with_cosignatures(by_log() + cosigned_by("b"), answer, three());
  if (!made) return;
  const auto opened = open_witnessed(*made, three());
  RC_ASSERT(opened.has_value());
  const auto is_b = [](const Cosignature& one) { return one.witness == "b" && one.time == kTime; };
  RC_ASSERT(std::any_of(opened->cosignatures.begin(), opened->cosignatures.end(), is_b));
}

// ---- Anchors.

TEST(Anchors, a_log_s_key_alone_asks_for_no_witness) {
  const auto anchor = Anchor::parse(log_line());
  ASSERT_TRUE(anchor) << anchor.error().text();
  EXPECT_TRUE(anchor->judge(by_log()).empty());
  EXPECT_TRUE(anchor->judge(by_log() + cosigned_by("a")).empty());
  EXPECT_TRUE(Anchor::parse(log_line().substr(0, log_line().size() - 1)));  // people lose the last line feed
}

TEST(Anchors, that_authenticate_nothing_or_lost_a_line_are_refused) {
  const auto authority = issue_time_authority({"Test authority", 1'700'000'000, 1'800'000'000}).value();
  for (const std::string& bad : std::vector<std::string>{
           std::string(),
           std::string("quorum none\n"),
           std::string("rubbish\n"),
           log_line() + witness_line("a"),  // witnesses, but the quorum is gone
           log_line() + witness_line("a") + "group g 1 a\n",
           log_line() + authority.root_pem + witness_line("a") + "quorum a\n",  // lines that OpenSSL would pass over
           log_line() + authority.root_pem + "  quorum none\n",
           log_line() + authority.root_key_pem,  // a private key that strayed in
           log_line() + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
           authority.root_pem + log_line(),
       }) {
    const auto anchor = Anchor::parse(bad);
    ASSERT_FALSE(anchor) << bad;
    EXPECT_EQ(anchor.error().code, ErrorCode::usage);
  }
  const auto good = Anchor::parse(two_of_three() + authority.root_pem + "\n# a remark\nsubject=/CN=x\n" + authority.signer_pem);
  ASSERT_TRUE(good) << good.error().text();
  EXPECT_EQ(good->authorities.certificates().size(), 2U);
  EXPECT_TRUE(Anchor::parse(log_line() + " \tquorum  none\n"));
}

TEST(Anchors, judge_the_log_and_the_quorum_apart) {
  const auto anchor = Anchor::parse(two_of_three()).value();
  EXPECT_EQ(anchor.judge(by_log() + cosigned_by("a") + cosigned_by("b")).size(), 0U);
  EXPECT_EQ(anchor.judge(by_log() + cosigned_by("a")).size(), 1U);
  EXPECT_EQ(anchor.judge(by_log() + cosigned_by("a") + cosigned_by("a", 9)).size(), 1U);  // one witness is not two
  const std::string stolen = sign_note(checkpoint_text(), kLog, key_of("another log"));
  EXPECT_EQ(anchor.judge(stolen).size(), 2U);
  EXPECT_EQ(anchor.judge(stolen + cosigned_by("a") + cosigned_by("b")).size(), 1U);  // no witness stands in for the log
  EXPECT_EQ(anchor.judge("rubbish").size(), 1U);
  // A log of the anchor that signs under another log's name.
  EXPECT_EQ(Anchor::parse(log_line())->judge(sign_note(Checkpoint{"other", 1, {}}.text(), kLog, key_of(kLog))).size(), 1U);
}

}  // namespace
}  // namespace oyer::seal
