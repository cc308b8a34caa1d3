// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <set>

#include "seal/commitment.h"
#include "seal/entry.h"
#include "seal/hash.h"
#include "seal/merkle.h"

namespace oyer::seal {
namespace {

const std::string kCase = "AAECAwQFBgcICQoLDA0ODw";
const std::string kOrigin = "log.oyer.invalid/0123456789abcdefghijklmnop";
SigningKey actor() { return SigningKey(sha256(view("actor"))); }
SubmissionContext context(bool open_tier = false) { return {kCase, kOrigin, open_tier ? "open" : "base", "claim", Bytes(16, 7), 1769850000, open_tier, false}; }

TEST(EntryForms, the_sealed_sizes_are_exactly_57_and_107) {
  const Hash c = sha256(view("c")), s = sha256(view("s"));
  EXPECT_EQ(sealed_entry(c).size(), 57U);
  EXPECT_EQ(sealed_closing_entry(c, s).size(), 107U);
  EXPECT_EQ(text_of(sealed_entry(c)), "{\"c\":\"" + base64url(c) + "\",\"v\":1}");
  EXPECT_EQ(text_of(sealed_closing_entry(c, s)), "{\"c\":\"" + base64url(c) + "\",\"s\":\"" + base64url(s) + "\",\"v\":1}");
  EXPECT_TRUE(parse_canonical(text_of(sealed_entry(c))));
  EXPECT_TRUE(parse_canonical(text_of(sealed_closing_entry(c, s))));
  const auto form = parse_form(sealed_closing_entry(c, s)).value();
  EXPECT_TRUE(form.sealed && form.commitment == c && form.segment == s);
  EXPECT_FALSE(parse_form(sealed_entry(c)).value().segment);
  EXPECT_FALSE(parse_form(view("{\"case\":\"x\"}")).value().sealed);
  EXPECT_FALSE(parse_form(view("x")));
  EXPECT_FALSE(parse_form({}));
}

TEST(EntryForms, no_changed_byte_gives_the_same_form) {
  const Hash c = sha256(view("c")), s = sha256(view("s"));
  for (const Bytes& entry : {sealed_entry(c), sealed_closing_entry(c, s)})
    for (std::size_t i = 0; i < entry.size(); ++i)
      for (int bit = 0; bit < 8; ++bit) {
        Bytes changed = entry;
        changed[i] ^= static_cast<std::uint8_t>(1 << bit);
        const auto form = parse_form(changed);
        if (form && form->sealed) {
          EXPECT_TRUE(form->commitment != c || (entry.size() == 107 && form->segment != s)) << i;
        }
      }
}

TEST(Padding, is_padme_at_least_1024) {
  for (std::uint64_t length = 0; length < 300000; length = length < 5000 ? length + 1 : length + 97) {
    const std::uint64_t padded = padded_length(length);
    if (length <= 1024) {
      ASSERT_EQ(padded, 1024U);
      continue;
    }
    const auto e = static_cast<std::uint64_t>(std::floor(std::log2(static_cast<double>(length))));
    const auto s = static_cast<std::uint64_t>(std::floor(std::log2(static_cast<double>(e)))) + 1;
    const std::uint64_t step = std::uint64_t{1} << (e - s);
    ASSERT_GE(padded, length);
    ASSERT_LT(padded - length, step);
    ASSERT_EQ(padded % step, 0U);
    ASSERT_LE(static_cast<double>(padded), static_cast<double>(length) * 1.12);
    ASSERT_EQ(padded_length(padded), padded) << "padding twice changes nothing";
  }
  EXPECT_EQ(padded_length(1025), 1088U);
  EXPECT_EQ(padded_length(std::uint64_t{1} << 40), std::uint64_t{1} << 40);
}

std::vector<Record> random_records(SeededRandom& random) {
  std::vector<Record> records(random.next() % 6);
  for (Record& record : records) {
    random.fill(record.salt);
    record.body = std::string(random.next() % 500, static_cast<char>('a' + random.next() % 26));
    for (std::uint64_t i = random.next() % 3; i > 0; --i) {
      Opening opening;
      random.fill(opening.salt);
      opening.value = std::string(random.next() % 20, 'v') + "\"\n\xC3\xA9";
      record.openings["k" + std::to_string(i)] = opening;
    }
  }
  return records;
}

RC_GTEST_PROP(Segments, round_trip_padded, (std::uint64_t seed)) {
  SeededRandom random(seed);
  const auto records = random_records(random);
  const Bytes bytes = encode_segment(records);
  RC_ASSERT(padded_length(bytes.size()) == bytes.size());
  const auto back = decode_segment(bytes);
  RC_ASSERT(back.has_value());
  RC_ASSERT(back->size() == records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    RC_ASSERT((*back)[i].salt == records[i].salt);
    RC_ASSERT((*back)[i].body == records[i].body);
    RC_ASSERT(encode_openings((*back)[i].openings) == encode_openings(records[i].openings));
  }
  RC_ASSERT(encode_segment(*back) == bytes);
}

RC_GTEST_PROP(Segments, a_changed_byte_is_refused_or_read_as_what_it_is, (std::uint64_t seed)) {
  SeededRandom random(seed);
  Bytes bytes = encode_segment(random_records(random));
  for (int i = 0; i < 20; ++i) {
    Bytes changed = bytes;
    changed[random.next() % bytes.size()] ^= static_cast<std::uint8_t>(1 + random.next() % 255);
    if (const auto records = decode_segment(changed)) RC_ASSERT(encode_segment(*records) == changed);
    changed.resize(random.next() % bytes.size());
    (void)decode_segment(changed);
  }
}

TEST(Segments, hostile_lengths_are_refused) {
  const Bytes good = encode_segment(std::vector<Record>(1));
  for (const std::size_t at : {15UL, 51UL, 55UL}) {  // count, body's length, openings' length
    for (const std::uint8_t byte : {0x01, 0x7F, 0x80, 0xFF}) {
      Bytes changed = good;
      changed[at] = byte;
      EXPECT_FALSE(decode_segment(changed)) << at;
    }
  }
  Bytes trailing = good;
  trailing.back() = 1;
  EXPECT_FALSE(decode_segment(trailing));
  EXPECT_FALSE(decode_segment({}));
  EXPECT_FALSE(decode_segment(view("oyer-segment/1\n")));
  EXPECT_FALSE(decode_segment(view("oyer-segment/2\n\0\0\0\0")));
}

TEST(Openings, refuse_what_is_not_pairs_of_salt_and_value) {
  const std::string salt = base64url(Hash{});
  EXPECT_TRUE(decode_openings("{\"name\":[\"" + salt + "\",\"x\"]}"));
  EXPECT_TRUE(decode_openings("").value().empty());
  for (const std::string& text : {std::string("[]"), std::string("{\"a\":1}"), std::string("{\"a\":[]}"), "{\"a\":[\"" + salt + "\"]}", "{\"a\":[\"" + salt + "\",1]}", std::string("{\"a\":[\"AA\",\"x\"]}"),
                                  "{\"a\":[\"" + salt + "\",\"x\",\"y\"]}", "{ \"a\":[\"" + salt + "\",\"x\"]}"})
    EXPECT_FALSE(decode_openings(text)) << text;
}

struct Built {
  std::vector<Bytes> entries;
  std::vector<Record> records;  // sealed tier: from the segment
  Hash segment{};
};

Built build(bool open_tier, std::uint64_t seed, int count = 3) {
  SeededRandom random(seed);
  SubmissionBuilder builder(context(open_tier), random);
  for (int i = 0; i < count; ++i) {
    const auto leaf = builder.add("exhibit.add/1", {{"size", i}, {"media", "text/plain"}}, i == 1 ? std::vector<std::string>{"ex-b", "ex-a"} : std::vector<std::string>{}, {{"name", "Zeuge.txt"}, {"digest", hex(sha256(view("x")))}});
    EXPECT_TRUE(leaf);
  }
  EXPECT_EQ(builder.count(), static_cast<std::size_t>(count));
  Built built;
  bool called = false;
  built.entries = builder
                      .finish(actor(),
                              [&](ByteView plaintext) -> Result<Hash> {
                                called = true;
                                built.records = decode_segment(plaintext).value();
                                built.segment = sha256(plaintext);
                                return built.segment;
                              })
                      .value();
  EXPECT_EQ(called, !open_tier);
  return built;
}

void expect_closing(const std::vector<Bytes>& entries, const json::object& body) {
  const auto closing = parse_closing(body);
  ASSERT_TRUE(closing) << closing.error().text();
  std::vector<Hash> leaves;
  for (std::size_t i = 0; i + 1 < entries.size(); ++i) leaves.push_back(leaf_hash(entries[i]));
  EXPECT_EQ(closing->root, merkle_root(leaves));
  EXPECT_EQ(closing->count, leaves.size());
  EXPECT_EQ(closing->actor, actor().public_key());
  EXPECT_EQ(closing->purpose, "claim");
  EXPECT_EQ(closing->time, "2026-01-31T09:00:00Z");
  EXPECT_EQ(closing->act, base64url(Bytes(16, 7)));
  EXPECT_TRUE(verify_signature(closing->actor, view(closing->signed_bytes), closing->signature));
}

TEST(Submissions, sealed_ones_show_commitments_alone_and_everything_opens) {
  const Built built = build(false, 1);
  ASSERT_EQ(built.entries.size(), 4U);
  ASSERT_EQ(built.records.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(built.entries[i].size(), i < 3 ? 57U : 107U);
    const auto form = parse_form(built.entries[i]).value();
    EXPECT_EQ(form.commitment, commitment(kBodyLabel, built.records[i].salt, view(built.records[i].body)));
    EXPECT_EQ(text_of(built.entries[i]).find("Zeuge"), std::string_view::npos);
    EXPECT_EQ(built.records[i].body.find("Zeuge"), std::string::npos) << "a protected value stands in plain";
    const auto body = parse_canonical(built.records[i].body);
    ASSERT_TRUE(body);
    const auto seen = view_body(*body, kCase, kOrigin);
    ASSERT_TRUE(seen) << seen.error().text();
    for (const auto& [key, opening] : built.records[i].openings) EXPECT_EQ(string_or_empty(*get_object(*seen->data, key), "c"), base64url(value_commitment(key, opening.salt, view(opening.value))));
    EXPECT_EQ(built.records[i].openings.size(), i < 3 ? 2U : 0U);
  }
  EXPECT_EQ(parse_form(built.entries[3]).value().segment, built.segment);
  EXPECT_EQ(parse_canonical(built.records[1].body)->at("sup"), (json::array{"ex-a", "ex-b"}));
  EXPECT_FALSE(parse_canonical(built.records[0].body)->as_object().contains("sup"));
  expect_closing(built.entries, parse_canonical(built.records[3].body).value().as_object());
}

TEST(Submissions, open_ones_stand_in_plain) {
  const Built built = build(true, 1);
  ASSERT_EQ(built.entries.size(), 4U);
  const auto body = parse_canonical(text_of(built.entries[0])).value();
  EXPECT_EQ(string_or_empty(body.at("d").as_object(), "name"), "Zeuge.txt");
  expect_closing(built.entries, parse_canonical(text_of(built.entries[3])).value().as_object());
}

TEST(Submissions, salts_and_nonces_never_repeat) {
  std::set<std::string> seen;
  std::size_t count = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    for (const Record& record : build(false, seed).records) {
      seen.insert(hex(record.salt));
      seen.insert(string_or_empty(parse_canonical(record.body)->as_object(), "n"));
      count += 2;
      for (const auto& [key, opening] : record.openings) {
        seen.insert(hex(opening.salt));
        ++count;
      }
    }
  EXPECT_EQ(seen.size(), count);
}

// Every leaf value below `value`, changed in turn.
void each_change(json::value& value, const std::function<void()>& changed) {
  if (value.is_object()) {
    for (auto& member : value.get_object()) each_change(member.value(), changed);
    const json::object before = value.get_object();
    for (const auto& member : before) {
      value.get_object().erase(member.key());
      changed();
      value = before;
    }
    value.get_object()["zz"] = 1;
    changed();
    value = before;
    return;
  }
  const json::value before = value;
  if (value.is_string()) {
    std::string text(value.get_string());
    if (text.empty())
      text = "A";
    else
      text[0] = text[0] == 'A' ? 'B' : 'A';
    value = json::value(text);
  } else {
    value = value.to_number<std::int64_t>() + 1;
  }
  changed();
  value = before;
}

TEST(Submissions, a_change_of_any_field_of_the_closing_body_breaks_the_signature) {
  const Built built = build(false, 2);
  json::value body = parse_canonical(built.records[3].body).value();
  int changes = 0;
  each_change(body, [&] {
    ++changes;
    const auto closing = parse_closing(body.as_object());
    EXPECT_FALSE(closing && verify_signature(closing->actor, view(closing->signed_bytes), closing->signature)) << canonical(body);
    EXPECT_NE(commitment(kBodyLabel, built.records[3].salt, view(canonical(body))), parse_form(built.entries[3])->commitment);
  });
  EXPECT_GT(changes, 25);
}

TEST(Submissions, a_change_of_any_field_of_an_entry_breaks_its_commitment) {
  const Built built = build(false, 3);
  json::value body = parse_canonical(built.records[1].body).value();
  body.as_object().erase("sup");  // arrays are covered by the text itself
  const Hash bound = commitment(kBodyLabel, built.records[1].salt, view(canonical(body)));
  each_change(body, [&] { EXPECT_NE(commitment(kBodyLabel, built.records[1].salt, view(canonical(body))), bound); });
  for (const auto& [key, opening] : built.records[1].openings) {
    EXPECT_NE(value_commitment(key, opening.salt, view(opening.value)), value_commitment(key + "x", opening.salt, view(opening.value)));
    EXPECT_NE(value_commitment(key, opening.salt, view(opening.value)), value_commitment(key, opening.salt, view(opening.value + "x")));
  }
}

TEST(Submissions, texts_that_are_not_utf8_or_too_long_are_refused_before_anything_is_sealed) {
  SeededRandom random(4);
  const auto never = [](ByteView) -> Result<Hash> {
    ADD_FAILURE() << "sealed";
    return Hash{};
  };
  for (const bool open_tier : {false, true}) {
    SubmissionBuilder builder(context(open_tier), random);
    EXPECT_EQ(builder.add("claim.add/1", {{"text", "\xFF"}}).error().code, ErrorCode::bad_input);
    EXPECT_EQ(builder.add("claim.add/1", {{"text", std::string(65000, 'x')}}).error().code, ErrorCode::bad_input);
    // A file name of another encoding must not make its whole segment unreadable.
    EXPECT_EQ(builder.add("exhibit.add/1", {}, {}, {{"name", "Brief_M\xFCller.pdf"}}).error().code, ErrorCode::bad_input);
    EXPECT_EQ(builder.count(), 0U);
    SubmissionContext odd = context(open_tier);
    odd.purpose = "\xFF";
    EXPECT_EQ(SubmissionBuilder(odd, random).finish(actor(), never).error().code, ErrorCode::bad_input);
  }
}

TEST(Submissions, a_segment_that_can_not_be_stored_closes_nothing) {
  SeededRandom random(5);
  SubmissionBuilder builder(context(), random);
  ASSERT_TRUE(builder.add("claim.add/1", {{"text", "x"}}));
  EXPECT_EQ(builder.finish(actor(), [](ByteView) -> Result<Hash> { return fail(ErrorCode::damaged, "full"); }).error().code, ErrorCode::damaged);
}

TEST(Bodies, of_another_case_log_or_shape_are_refused) {
  const json::object good{{"case", kCase}, {"d", json::object{}}, {"log", kOrigin}, {"n", "AAAAAAAAAAAAAAAAAAAAAA"}, {"t", "claim.add/1"}};
  EXPECT_TRUE(view_body(good, kCase, kOrigin));
  EXPECT_EQ(view_body(good, "x", kOrigin).error().code, ErrorCode::check_failed);
  EXPECT_EQ(view_body(good, kCase, "x").error().code, ErrorCode::check_failed);
  EXPECT_FALSE(view_body(json::array{}, kCase, kOrigin));
  for (const auto& [key, value] : std::vector<std::pair<std::string, json::value>>{{"d", "x"}, {"t", 1}, {"n", "short"}, {"sup", "ex-a"}, {"sup", json::array{}}}) {
    json::object bad = good;
    bad[key] = value;
    EXPECT_FALSE(view_body(bad, kCase, kOrigin)) << key;
  }
  json::object superseding = good;
  superseding["sup"] = json::array{"ex-a"};
  EXPECT_EQ(view_body(superseding, kCase, kOrigin).value().supersedes->size(), 1U);
}

}  // namespace
}  // namespace oyer::seal
