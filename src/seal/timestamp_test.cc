// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/timestamp.h"

#include <gtest/gtest.h>

#include <map>

#include "base/subprocess.h"
#include "seal/der.h"
#include "seal/time_authority.h"
#include "support/vectors.h"

namespace oyer::seal {
namespace {

class FixedClock : public Clock {
 public:
  explicit FixedClock(std::int64_t time) : time_(time) {}
  std::int64_t now() const override { return time_; }

 private:
  std::int64_t time_;
};

constexpr std::int64_t kNow = 1'790'000'000;
constexpr std::int64_t kYear = 365 * 86400;

// A child with the openssl command: exit code and what it said.
ChildOutcome openssl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "/usr/bin/openssl");
  return run_child(arguments, {}).value();
}

// An authority in a directory of the test, valid around kNow.
struct Office {
  explicit Office(const std::string& name, std::int64_t from = kNow - kYear, std::int64_t until = kNow + kYear)
      : directory(test::fresh_directory(name)), authority(TimeAuthority::create(real_disk(), directory, {"Authority of the tests", from, until}).value()), roots(Certificates::parse(authority.root_pem()).value()) {}
  Bytes stamp(ByteView data, std::int64_t time = kNow) {
    FixedClock clock(time);
    return authority.respond(make_timestamp_request(data, random).der, clock).value();
  }
  std::string directory;
  TimeAuthority authority;
  Certificates roots;
  SeededRandom random{7};
};

TEST(Timestamps, our_authority_answers_what_we_ask) {
  Office office("tsa_round");
  const auto request = make_timestamp_request(view("hello"), office.random);
  FixedClock clock(kNow);
  const Bytes response = office.authority.respond(request.der, clock).value();
  const auto stamp = accept_response(response, view("hello"), request.nonce, office.roots);
  ASSERT_TRUE(stamp) << stamp.error().text();
  EXPECT_EQ(stamp->time, kNow);
  EXPECT_EQ(stamp->time_text, utc_text(kNow));
  EXPECT_EQ(stamp->authority, "CN=Authority of the tests");
  EXPECT_EQ(stamp->policy, TimeAuthority::kPolicy);
  EXPECT_EQ(stamp->signer_not_after, kNow + kYear);
  EXPECT_EQ(stamp->digest_algorithm, "SHA-256");
  EXPECT_EQ(stamp->chain.size(), 2U);
  EXPECT_TRUE(verify_timestamp(stamp->token, view("hello"), office.roots)) << "the token alone";
  EXPECT_EQ(verify_timestamp(response, view("hallo"), office.roots).error().code, ErrorCode::check_failed);
  EXPECT_EQ(accept_response(response, view("hello"), Bytes(8, 1), office.roots).error().code, ErrorCode::check_failed);
  Office stranger("tsa_stranger");
  EXPECT_EQ(verify_timestamp(response, view("hello"), stranger.roots).error().code, ErrorCode::check_failed);
  EXPECT_EQ(verify_timestamp(response, view("hello"), Certificates{}).error().code, ErrorCode::check_failed);
}

// Each vector with what must come of it, and why.
struct Vector {
  const char* file;
  const char* chain;
  bool good;
  const char* why;
};
constexpr Vector kVectors[] = {
    {"test_tsa/response.tsr", "test_tsa/ts_chain.pem", true, "a plain token, chain of three"},
    {"test_tsa/other_response.tsr", "test_tsa/ts_chain.pem", false, "an authority of the same name made anew: other keys, which the chain does not know"},
    {"test_tsa/response-injected-certs.tsr", "test_tsa/ts_chain.pem", true, "the plain token with two certificates slipped in: they neither sign nor hinder"},
    {"sigstage/response-sha256.tsr", "sigstage/ts_chain.pem", true, "SHA-256"},
    {"sigstage/response-sha384.tsr", "sigstage/ts_chain.pem", true, "SHA-384"},
    {"sigstage/response-sha512.tsr", "sigstage/ts_chain.pem", true, "SHA-512"},
    {"sigstage/response-invalid-signature.tsr", "sigstage/ts_chain.pem", false, "the signature was changed"},
    {"sigstage/response-no-embedded-cert.tsr", "sigstage/ts_chain.pem", true, "the signer's certificate comes from the chain file"},
    {"sigstore.mock/response-expired.tsr", "sigstore.mock/ts_chain.pem", true, "certificates ended in 2024; the token is of 2023 and judged at its own time"},
    {"identrust/issue-104.tsr", "identrust/ts_chain.pem", true, "names its signer by the older ESSCertID; intermediate inside; the root file is DER"},
    {"../../../rfc3161-sigstore/pkg/verification/testdata/response-injected-certs.tsr", "test_tsa/ts_chain.pem", true, "as the one above"},
};

TEST(Timestamps, public_vectors) {
  OYER_NEED_VECTORS("rfc3161/test/fixtures");
  std::size_t responses = 0;
  for (const std::string& file : test::files_below(vectors)) responses += file.ends_with(".tsr") ? 1 : 0;
  EXPECT_EQ(responses + 1, std::size(kVectors)) << "a vector without a verdict";
  for (const Vector& vector : kVectors) {
    SCOPED_TRACE(std::string(vector.file) + ": " + vector.why);
    const std::string payload = std::string(vector.file).starts_with("sigstore.mock") ? test::read_file(vectors + "/sigstore.mock/payload") : "hello";
    const Certificates roots = Certificates::parse(test::read_file(vectors + "/" + vector.chain)).value();
    const std::string response = test::read_file(vectors + "/" + vector.file);
    ASSERT_FALSE(response.empty());
    const auto stamp = verify_timestamp(view(response), view(payload), roots);
    EXPECT_EQ(stamp.has_value(), vector.good) << (stamp ? stamp->authority : stamp.error().text());
    if (!stamp) {
      EXPECT_EQ(stamp.error().code, ErrorCode::check_failed);
    }
    EXPECT_FALSE(verify_timestamp(view(response), view(payload + "!"), roots));
  }
}

TEST(Timestamps, slipped_in_certificates_and_missing_ones_change_nothing) {
  OYER_NEED_VECTORS("rfc3161/test/fixtures");
  const Certificates roots = Certificates::parse(test::read_file(vectors + "/test_tsa/ts_chain.pem")).value();
  const auto plain = verify_timestamp(view(test::read_file(vectors + "/test_tsa/response.tsr")), view("hello"), roots);
  const auto injected = verify_timestamp(view(test::read_file(vectors + "/test_tsa/response-injected-certs.tsr")), view("hello"), roots);
  ASSERT_TRUE(plain && injected);
  EXPECT_EQ(plain->authority, injected->authority);
  ASSERT_EQ(plain->chain.size(), injected->chain.size());
  for (std::size_t i = 0; i < plain->chain.size(); ++i) EXPECT_EQ(plain->chain[i].fingerprint, injected->chain[i].fingerprint);
  // The chain without the signer's own certificate: the token that carries none can't be judged.
  const std::string pem = test::read_file(vectors + "/sigstage/ts_chain.pem");
  const std::string root_only = pem.substr(pem.find("-----BEGIN", 1));
  const auto missing = verify_timestamp(view(test::read_file(vectors + "/sigstage/response-no-embedded-cert.tsr")), view("hello"), Certificates::parse(root_only).value());
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("neither in it nor among"), std::string::npos);
}

// Which field a byte of a token lies in, for those that no signature covers. (Paths by element index from the token.)
std::string field_at(ByteView bytes, std::size_t base, std::size_t at, const std::string& path) {
  der::Reader reader(bytes);
  for (int index = 0; !reader.at_end(); ++index) {
    const auto element = reader.next();
    if (!element) return path;
    const std::size_t begin = base + static_cast<std::size_t>(element->whole.data() - bytes.data());
    const std::size_t content = begin + (element->whole.size() - element->content.size());
    if (at < begin + element->whole.size()) {
      const std::string here = path + "/" + std::to_string(index);
      return (element->tag & 0x20U) != 0 && at >= content ? field_at(element->content, content, at, here) : here;
    }
  }
  return path;
}

TEST(Timestamps, every_flipped_bit_is_refused_or_changes_no_fact) {
  Office office("tsa_flip");
  const auto original = verify_timestamp(office.stamp(view("hello")), view("hello"), office.roots).value();
  std::map<std::string, int> accepted;
  for (std::size_t i = 0; i < original.token.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      Bytes changed = original.token;
      changed[i] = static_cast<std::uint8_t>(changed[i] ^ (1U << bit));
      const auto stamp = verify_timestamp(changed, view("hello"), office.roots);
      if (!stamp) continue;
      ++accepted[field_at(original.token, 0, i, "")];
      EXPECT_EQ(stamp->time_text, original.time_text) << i;
      EXPECT_EQ(stamp->serial, original.serial) << i;
      EXPECT_EQ(stamp->nonce, original.nonce) << i;
      EXPECT_EQ(stamp->policy, original.policy) << i;
      EXPECT_EQ(stamp->authority, original.authority) << i;
      EXPECT_EQ(stamp->imprint, original.imprint) << i;
      ASSERT_EQ(stamp->chain.size(), original.chain.size()) << i;
      for (std::size_t j = 0; j < stamp->chain.size(); ++j) EXPECT_EQ(stamp->chain[j].fingerprint, original.chain[j].fingerprint) << i;
    }
  // What CMS leaves outside of the signature. SignedData is /0/1/0: its elements are version 0, digestAlgorithms 1, content 2,
  // certificates 3, signerInfos 4. In SignerInfo (/0/1/0/4/0): version 0, sid 1, digestAlgorithm 2, signed attributes 3,
  // signatureAlgorithm 4, signature 5. OpenSSL also takes some sets and sequences whose tag lacks the "constructed" bit: what is hashed is
  // the DER that it makes anew of the signed attributes, so that such a flip changes the packing and not what was signed.
  for (const auto& [field, count] : accepted) {
    const bool known = field.starts_with("/0/1/0/0")                                                                          // SignedData's version
                       || field.starts_with("/0/1/0/1")                                                                       // the announced digest: the signer's own counts
                       || field.starts_with("/0/1/0/4/0/0")                                                                   // SignerInfo's version
                       || field.starts_with("/0/1/0/4/0/1")                                                                   // the signer's issuer: names compare without case; ESSCertID binds the certificate
                       || field.starts_with("/0/1/0/4/0/2")                                                                   // the digest's parameters (absent or NULL)
                       || field.starts_with("/0/1/0/4/0/4")                                                                   // the signature algorithm's parameters
                       || (count == 1 && (field == "/0/1/0/3" || field == "/0/1/0/4" || field.starts_with("/0/1/0/4/0/3")));  // packing
    EXPECT_TRUE(known) << field << ": " << count;
    RecordProperty("accepted" + field, count);
  }
}

TEST(Timestamps, bytes_that_are_none_are_refused_without_harm) {
  Office office("tsa_junk");
  const Bytes response = office.stamp(view("hello"));
  for (std::size_t i = 0; i < response.size(); ++i) EXPECT_EQ(verify_timestamp(ByteView(response).first(i), view("hello"), office.roots).error().code, ErrorCode::bad_input) << i;
  // Signed data without content: the optional field that verifiers forget.
  EXPECT_FALSE(verify_timestamp(test::bytes_of_hex("300b06092a864886f70d010702"), view("hello"), office.roots));
  EXPECT_EQ(verify_timestamp(Bytes((1U << 20) + 1, 0x30), view("hello"), office.roots).error().code, ErrorCode::bad_input);
}

TEST(Timestamps, revocation_counts_as_rfc_3161_says) {
  const std::string directory = test::fresh_directory("tsa_crl");
  const auto files = issue_time_authority({"Revoked authority", kNow - kYear, kNow + kYear}).value();
  test::write_file(directory + "/ca.pem", files.root_pem);
  test::write_file(directory + "/ca.key", files.root_key_pem);
  test::write_file(directory + "/tsa.pem", files.signer_pem);
  test::write_file(directory + "/tsa.key", files.signer_key_pem);
  test::write_file(directory + "/serial", "0\n");
  auto authority = TimeAuthority::open(real_disk(), directory).value();
  FixedClock clock(kNow);
  SeededRandom random(3);
  const Bytes response = authority.respond(make_timestamp_request(view("hello"), random).der, clock).value();
  const ChildOutcome serial = openssl({"x509", "-in", directory + "/tsa.pem", "-noout", "-serial"});
  const std::string number(text_of(ByteView(serial.output)).substr(7, 32));
  test::write_file(directory + "/ca.cnf", "[ca]\ndefault_ca=d\n[d]\ndatabase=" + directory + "/index\ndefault_md=sha256\ndefault_crl_days=30\n");
  const auto judge = [&](const std::string& index) {
    test::write_file(directory + "/index", index);
    const ChildOutcome made = openssl({"ca", "-gencrl", "-config", directory + "/ca.cnf", "-cert", directory + "/ca.pem", "-keyfile", directory + "/ca.key", "-out", directory + "/crl.pem"});
    EXPECT_EQ(made.exit_code, 0) << made.diagnostics;
    return verify_timestamp(response, view("hello"), Certificates::parse(files.root_pem + test::read_file(directory + "/crl.pem")).value());
  };
  const auto entry = [&](const std::string& revoked) { return "R\t300101000000Z\t" + revoked + "\t" + number + "\tunknown\t/CN=x\n"; };
  const auto clean = judge("");
  ASSERT_TRUE(clean) << clean.error().text();
  EXPECT_TRUE(clean->chain[0].revocation_checked);
  EXPECT_FALSE(judge(entry("260101000000Z,superseded"))) << "revoked before";
  EXPECT_TRUE(judge(entry("270101000000Z,superseded"))) << "replaced after";
  EXPECT_FALSE(judge(entry("270101000000Z,keyCompromise"))) << "nobody knows since when";
  EXPECT_FALSE(judge(entry("270101000000Z"))) << "no reason given";
}

TEST(Timestamps, the_openssl_command_agrees) {
  Office office("tsa_interop");
  const std::string folder = test::fresh_directory("tsa_interop_files");
  test::write_file(folder + "/data", "hello");
  const auto request = make_timestamp_request(view("hello"), office.random);
  test::write_file(folder + "/ours.tsq", text_of(request.der));
  const ChildOutcome read = openssl({"ts", "-query", "-in", folder + "/ours.tsq", "-text"});
  EXPECT_EQ(read.exit_code, 0) << read.diagnostics;
  EXPECT_NE(text_of(ByteView(read.output)).find("Certificate required: yes"), std::string_view::npos);
  test::write_file(folder + "/ours.tsr", text_of(office.stamp(view("hello"))));
  const ChildOutcome verified = openssl({"ts", "-verify", "-in", folder + "/ours.tsr", "-data", folder + "/data", "-CAfile", office.directory + "/ca.pem", "-attime", std::to_string(kNow)});
  EXPECT_EQ(verified.exit_code, 0) << verified.diagnostics;

  // An authority by the command, with keys of ours that are valid now.
  const std::int64_t now = system_clock().now();
  Office today("tsa_interop_today", now - kYear, now + kYear);
  const std::string& d = today.directory;
  test::write_file(d + "/number", "0100\n");
  test::write_file(d + "/tsa.cnf", "[tsa]\ndefault_tsa=t\n[t]\nserial=" + d +
                                       "/number\nsigner_digest=sha256\ndefault_policy=1.3.6.1.4.1.99999.1\ndigests=sha256,sha384,sha512\naccuracy=secs:1\nordering=yes\ntsa_name=yes\ness_cert_id_alg=sha256\nclock_precision_digits=3\n");
  const ChildOutcome replied = openssl({"ts", "-reply", "-config", d + "/tsa.cnf", "-queryfile", folder + "/ours.tsq", "-signer", d + "/tsa.pem", "-inkey", d + "/tsa.key", "-out", folder + "/theirs.tsr"});
  ASSERT_EQ(replied.exit_code, 0) << replied.diagnostics;
  const auto stamp = accept_response(view(test::read_file(folder + "/theirs.tsr")), view("hello"), request.nonce, today.roots);
  ASSERT_TRUE(stamp) << stamp.error().text();
  EXPECT_EQ(stamp->policy, "1.3.6.1.4.1.99999.1");

  // Its clock is past the end of these certificates: a token from outside of their time is refused.
  Office past("tsa_interop_past", now - 2 * kYear, now - kYear);
  const ChildOutcome late = openssl({"ts", "-reply", "-config", d + "/tsa.cnf", "-queryfile", folder + "/ours.tsq", "-signer", past.directory + "/tsa.pem", "-inkey", past.directory + "/tsa.key", "-out", folder + "/late.tsr"});
  ASSERT_EQ(late.exit_code, 0) << late.diagnostics;
  EXPECT_EQ(verify_timestamp(view(test::read_file(folder + "/late.tsr")), view("hello"), past.roots).error().code, ErrorCode::check_failed);
}

TEST(Timestamps, weak_hashes_are_refused) {
  const std::int64_t now = system_clock().now();
  Office office("tsa_weak", now - kYear, now + kYear);
  const std::string& d = office.directory;
  test::write_file(d + "/data", "hello");
  test::write_file(d + "/number", "0100\n");
  test::write_file(d + "/tsa.cnf", "[tsa]\ndefault_tsa=t\n[t]\nserial=" + d + "/number\nsigner_digest=sha256\ndefault_policy=1.2.3.4\ndigests=md5,sha1,sha256\ness_cert_id_alg=sha256\n");
  for (const auto& [imprint, signature] : {std::pair{"-sha1", "-sha256"}, {"-md5", "-sha256"}, {"-sha256", "-sha1"}, {"-sha256", "-sha256"}}) {
    ASSERT_EQ(openssl({"ts", "-query", "-data", d + "/data", imprint, "-cert", "-out", d + "/q"}).exit_code, 0);
    const ChildOutcome replied = openssl({"ts", "-reply", "-config", d + "/tsa.cnf", "-queryfile", d + "/q", signature, "-signer", d + "/tsa.pem", "-inkey", d + "/tsa.key", "-out", d + "/r"});
    ASSERT_EQ(replied.exit_code, 0) << replied.diagnostics;
    const bool strong = std::string(imprint) == "-sha256" && std::string(signature) == "-sha256";
    const auto stamp = verify_timestamp(view(test::read_file(d + "/r")), view("hello"), office.roots);
    EXPECT_EQ(stamp.has_value(), strong) << imprint << signature;
  }
}

TEST(CertificateFiles, refuse_keys_and_nothing) {
  const auto files = issue_time_authority({"x", 1, 2}).value();
  EXPECT_EQ(Certificates::parse(files.root_pem + files.signer_pem).value().facts().size(), 2U);
  EXPECT_NE(Certificates::parse(files.signer_pem).value().text().find("CN=x\n  not after 1970-01-01T00:00:02Z"), std::string::npos);
  for (const std::string& bad : {std::string(), std::string("hello"), files.root_key_pem, files.root_pem + files.root_key_pem, files.root_pem.substr(0, 200)}) EXPECT_EQ(Certificates::parse(bad).error().code, ErrorCode::bad_input);
}

}  // namespace
}  // namespace oyer::seal
