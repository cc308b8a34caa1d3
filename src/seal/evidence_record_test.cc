// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/evidence_record.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "seal/time_authority.h"
#include "support/vectors.h"

namespace oyer::seal {
namespace {

constexpr std::int64_t kStart = 1'700'000'000;
constexpr std::int64_t kYear = 365 * 86400;
const std::string kData = "a checkpoint file\n";

class FixedClock : public Clock {
 public:
  explicit FixedClock(std::int64_t time) : time_(time) {}
  std::int64_t now() const override { return time_; }

 private:
  std::int64_t time_;
};

// Three authorities one after another, each valid for ten years and overlapping by two.
struct Offices {
  Offices() {
    for (int i = 0; i < 3; ++i) {
      const std::int64_t from = kStart + i * 8 * kYear;
      authorities.push_back(TimeAuthority::create(real_disk(), test::fresh_directory("evidence_" + std::to_string(i)), {"Authority " + std::to_string(i), from, from + 10 * kYear}).value());
      roots = roots.joined_with(Certificates::parse(authorities.back().root_pem()).value());
    }
  }
  Bytes stamp(int which, const Imprint& imprint, std::int64_t time) {
    FixedClock clock(time);
    return authorities[static_cast<std::size_t>(which)].respond(make_timestamp_request(imprint, random).der, clock).value();
  }
  std::vector<TimeAuthority> authorities;
  Certificates roots;
  SeededRandom random{5};
};

// First token, a renewal, a new hash, and a renewal of that.
EvidenceRecord full_record(Offices& offices) {
  auto record = EvidenceRecord::begin(offices.stamp(0, imprint_of(view(kData)), kStart + kYear)).value();
  EXPECT_TRUE(record.add_renewal(offices.stamp(1, record.renewal_imprint(), kStart + 9 * kYear)));
  EXPECT_TRUE(record.add_rehash(offices.stamp(1, record.rehash_imprint(view(kData), DigestAlgorithm::sha512), kStart + 10 * kYear), view(kData)));
  EXPECT_TRUE(record.add_renewal(offices.stamp(2, record.renewal_imprint(), kStart + 17 * kYear)));
  return record;
}

TEST(EvidenceRecords, carry_the_first_time_past_the_end_of_its_certificate) {
  Offices offices;
  const EvidenceRecord record = full_record(offices);
  EXPECT_EQ(record.size(), 4U);
  const Bytes encoded = record.encode();
  const auto again = EvidenceRecord::parse(encoded);
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(again->encode(), encoded);
  // For the check by another implementation (by hand): the record and its data.
  if (const char* out = std::getenv("OYER_KEEP_EVIDENCE")) {
    test::write_file(std::string(out) + "/record.er", text_of(encoded));
    test::write_file(std::string(out) + "/data", kData);
  }
  const auto facts = again->verify(view(kData), offices.roots, {}, kStart + 20 * kYear);
  ASSERT_TRUE(facts) << facts.error().text();
  ASSERT_EQ(facts->timestamps.size(), 4U);
  EXPECT_EQ(facts->timestamps[0].time, kStart + kYear);
  EXPECT_EQ(facts->timestamps[2].digest_algorithm, "SHA-512");
  EXPECT_EQ(facts->valid_until, kStart + 26 * kYear);
  EXPECT_TRUE(facts->valid_now);
  const auto later = again->verify(view(kData), offices.roots, {}, kStart + 30 * kYear);
  ASSERT_TRUE(later);
  EXPECT_FALSE(later->valid_now);
  EXPECT_EQ(record.verify(view("other"), offices.roots, {}, kStart).error().code, ErrorCode::check_failed);
  EXPECT_EQ(record.verify(view(kData), {}, {}, kStart).error().code, ErrorCode::check_failed);
}

TEST(EvidenceRecords, say_when_to_renew) {
  Offices offices;
  const auto record = EvidenceRecord::begin(offices.stamp(0, imprint_of(view(kData)), kStart + kYear)).value();
  const auto need = [&](std::int64_t now) { return needs_renewal(record, view(kData), offices.roots, {}, now, kYear).value(); };
  EXPECT_FALSE(need(kStart + 9 * kYear));
  EXPECT_TRUE(need(kStart + 9 * kYear + 1));
}

TEST(EvidenceRecords, refuse_renewals_that_are_over_something_else_or_too_late) {
  Offices offices;
  auto record = EvidenceRecord::begin(offices.stamp(0, imprint_of(view(kData)), kStart + kYear)).value();
  EXPECT_EQ(record.add_renewal(offices.stamp(1, imprint_of(view("other")), kStart + 9 * kYear)).error().code, ErrorCode::check_failed);
  EXPECT_EQ(record.add_rehash(offices.stamp(1, record.renewal_imprint(), kStart + 9 * kYear), view(kData)).error().code, ErrorCode::check_failed);
  EXPECT_EQ(record.size(), 1U);
  auto late = record;
  ASSERT_TRUE(late.add_renewal(offices.stamp(1, late.renewal_imprint(), kStart + 10 * kYear)));  // the very second in which it ends
  EXPECT_NE(late.verify(view(kData), offices.roots, {}, kStart).error().message.find("too late"), std::string::npos);
  auto backward = record;
  ASSERT_TRUE(backward.add_renewal(offices.stamp(0, backward.renewal_imprint(), kStart + kYear - 1)));
  EXPECT_NE(backward.verify(view(kData), offices.roots, {}, kStart).error().message.find("older"), std::string::npos);
}

TEST(EvidenceRecords, a_flipped_bit_is_refused_or_changes_no_fact) {
  Offices offices;
  const Bytes encoded = full_record(offices).encode();
  const auto original = EvidenceRecord::parse(encoded).value().verify(view(kData), offices.roots, {}, kStart).value();
  for (std::size_t i = 0; i < encoded.size(); i += 3) {
    Bytes changed = encoded;
    changed[i] = static_cast<std::uint8_t>(changed[i] ^ (1U << (i % 8)));
    const auto record = EvidenceRecord::parse(changed);
    if (!record) continue;
    EXPECT_EQ(record->encode(), changed) << i;
    const auto facts = record->verify(view(kData), offices.roots, {}, kStart);
    if (!facts) continue;
    ASSERT_EQ(facts->timestamps.size(), original.timestamps.size()) << i;
    for (std::size_t j = 0; j < facts->timestamps.size(); ++j) {
      EXPECT_EQ(facts->timestamps[j].time_text, original.timestamps[j].time_text) << i;
      EXPECT_EQ(facts->timestamps[j].serial, original.timestamps[j].serial) << i;
      // Only the last token has bytes that nothing covers: all others lie under the next hash.
      if (j + 1 < facts->timestamps.size()) {
        EXPECT_EQ(facts->timestamps[j].token, original.timestamps[j].token) << i;
      }
    }
  }
  for (std::size_t i = 0; i < encoded.size(); i += 7) EXPECT_EQ(EvidenceRecord::parse(ByteView(encoded).first(i)).error().code, ErrorCode::bad_input);
}

}  // namespace
}  // namespace oyer::seal
