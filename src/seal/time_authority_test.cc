// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/time_authority.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>

#include "seal/timestamp.h"
#include "support/vectors.h"

namespace oyer::seal {
namespace {

class FixedClock : public Clock {
 public:
  std::int64_t now() const override { return time; }
  std::int64_t time = 1'790'000'000;
};
constexpr std::int64_t kNow = 1'790'000'000;
const TimeAuthorityOptions kOptions{"Authority of the tests", kNow - 1000, kNow + 1000};

TEST(TimeAuthorities, keep_their_key_to_themselves_and_their_numbers_apart) {
  const std::string directory = test::fresh_directory("authority") + "/tsa";
  auto authority = TimeAuthority::create(real_disk(), directory, kOptions).value();
  struct stat info {};
  ASSERT_EQ(::stat((directory + "/tsa.key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  EXPECT_EQ(TimeAuthority::create(real_disk(), directory, kOptions).error().code, ErrorCode::refused);
  const Certificates roots = Certificates::parse(authority.root_pem()).value();
  FixedClock clock;
  SeededRandom random(1);
  const auto serial = [&](TimeAuthority& one) { return verify_timestamp(one.respond(make_timestamp_request(view("x"), random).der, clock).value(), view("x"), roots).value().serial; };
  EXPECT_EQ(serial(authority), "01");
  EXPECT_EQ(serial(authority), "02");
  auto again = TimeAuthority::open(real_disk(), directory).value();
  EXPECT_EQ(serial(again), "03");
}

TEST(TimeAuthorities, answer_nothing_when_the_number_can_not_be_stored) {
  const std::string directory = test::fresh_directory("authority_disk");
  auto authority = TimeAuthority::create(real_disk(), directory, kOptions).value();
  std::filesystem::remove_all(directory);  // nowhere to write
  FixedClock clock;
  SeededRandom random(1);
  EXPECT_FALSE(authority.respond(make_timestamp_request(view("x"), random).der, clock));
}

// Gives octets of one value, then others.
class LeadingRandom : public Random {
 public:
  LeadingRandom(std::size_t zeros, std::uint8_t then) : zeros_(zeros), then_(then) {}
  void fill(std::span<std::uint8_t> out) override {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = i < zeros_ ? 0 : then_;
  }

 private:
  std::size_t zeros_;
  std::uint8_t then_;
};

TEST(TimeAuthorities, answers_are_accepted_whatever_the_nonce_begins_with) {
  auto authority = TimeAuthority::create(real_disk(), test::fresh_directory("authority_nonce"), kOptions).value();
  const Certificates roots = Certificates::parse(authority.root_pem()).value();
  FixedClock clock;
  for (std::size_t zeros = 0; zeros <= 8; ++zeros)
    for (const std::uint8_t then : {0x01, 0x0F, 0x7F, 0x80, 0xFF}) {
      LeadingRandom random(zeros, then);
      const Imprint imprint = imprint_of(view("x"));
      const auto request = make_timestamp_request(imprint, random);
      const Bytes answer = authority.respond(request.der, clock).value();
      const auto stamp = accept_response(answer, imprint, request.nonce, roots);
      EXPECT_TRUE(stamp) << zeros << stamp.error().text();
      Bytes other = request.nonce;
      other[7] ^= 1;
      EXPECT_FALSE(accept_response(answer, imprint, other, roots));
      EXPECT_FALSE(accept_response(answer, imprint_of(view("y")), request.nonce, roots));
      // A token alone, or a refusal, is no answer to a request.
      EXPECT_FALSE(accept_response(stamp->token, imprint, request.nonce, roots));
    }
}

TEST(TimeAuthorities, reject_bad_requests_with_the_reason_of_the_rfc) {
  auto authority = TimeAuthority::create(real_disk(), test::fresh_directory("authority_bad"), kOptions).value();
  const Certificates roots = Certificates::parse(authority.root_pem()).value();
  FixedClock clock;
  SeededRandom random(1);
  const auto request = make_timestamp_request(view("x"), random);
  const auto refusal = [&](const Bytes& der) {
    const auto stamp = accept_response(authority.respond(der, clock).value(), view("x"), request.nonce, roots);
    return stamp ? std::string("granted") : stamp.error().message;
  };
  EXPECT_EQ(refusal(request.der), "granted");
  Bytes longer = request.der;
  longer.push_back(0);
  for (const Bytes& bad : {Bytes{}, to_bytes("hello"), longer}) EXPECT_NE(refusal(bad).find("malformed"), std::string::npos) << refusal(bad);
  Bytes version = request.der;
  version[4] = 2;
  EXPECT_NE(refusal(version).find("not permitted"), std::string::npos) << refusal(version);
  // SHA-256 becomes SHA-224 (…02 04).
  Bytes algorithm = request.der;
  const Bytes oid = test::bytes_of_hex("608648016503040201");
  const auto at = std::search(algorithm.begin(), algorithm.end(), oid.begin(), oid.end());
  ASSERT_NE(at, algorithm.end());
  at[8] = 4;
  EXPECT_NE(refusal(algorithm).find("hash algorithm"), std::string::npos) << refusal(algorithm);
  // A policy (1.2.3) between imprint and nonce.
  Bytes policy = request.der;
  const std::size_t imprint_end = 2 + 3 + 2 + policy[6];
  const Bytes asked = test::bytes_of_hex("06022a03");
  policy.insert(policy.begin() + static_cast<std::ptrdiff_t>(imprint_end), asked.begin(), asked.end());
  policy[1] = static_cast<std::uint8_t>(policy[1] + asked.size());
  EXPECT_NE(refusal(policy).find("policy"), std::string::npos) << refusal(policy);
}

TEST(TimeAuthorities, do_not_stamp_outside_of_their_certificate) {
  auto authority = TimeAuthority::create(real_disk(), test::fresh_directory("authority_late"), kOptions).value();
  FixedClock clock;
  SeededRandom random(1);
  for (const std::int64_t time : {kNow - 2000, kNow + 2000}) {
    clock.time = time;
    EXPECT_EQ(authority.respond(make_timestamp_request(view("x"), random).der, clock).error().code, ErrorCode::refused);
  }
}

TEST(TimeAuthorities, refuse_a_directory_that_does_not_fit) {
  const std::string directory = test::fresh_directory("authority_open");
  EXPECT_EQ(TimeAuthority::open(real_disk(), directory).error().code, ErrorCode::not_found);
  ASSERT_TRUE(TimeAuthority::create(real_disk(), directory, kOptions));
  test::write_file(directory + "/serial", "7");
  EXPECT_EQ(TimeAuthority::open(real_disk(), directory).error().code, ErrorCode::damaged);
  test::write_file(directory + "/serial", "7\n");
  test::write_file(directory + "/tsa.pem", issue_time_authority(kOptions).value().signer_pem);
  EXPECT_EQ(TimeAuthority::open(real_disk(), directory).error().code, ErrorCode::damaged);
  EXPECT_EQ(issue_time_authority({"x", 2, 2}).error().code, ErrorCode::usage);
}

}  // namespace
}  // namespace oyer::seal
