// SPDX-License-Identifier: GPL-3.0-or-later
// The four examples of "Authenticating Requests: Using the Authorization Header" in the Amazon S3 API Reference.
#include "seal/upkeep/sigv4.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace oyer::seal {
namespace {

const S3Credentials kCredentials{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""};
constexpr std::int64_t kNow = 1369353600;  // 2013-05-24T00:00:00Z
const std::string kHost = "https://examplebucket.s3.amazonaws.com";

std::string authorization(const HttpRequest& request, const S3Credentials& credentials = kCredentials, std::int64_t now = kNow) {
  for (const auto& [name, value] : sign_v4(request, credentials, "us-east-1", now))
    if (name == "authorization") return value;
  return {};
}

std::string expected(const std::string& names, const std::string& signature) { return "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=" + names + ",Signature=" + signature; }

TEST(SignV4, SignsThePublishedExamples) {
  HttpRequest get;
  get.url = kHost + "/test.txt";
  get.headers = {{"Range", "bytes=0-9"}};
  EXPECT_EQ(authorization(get), expected("host;range;x-amz-content-sha256;x-amz-date", "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"));

  HttpRequest put;
  put.method = "PUT";
  put.url = kHost + "/test%24file.text";
  put.headers = {{"Date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}};
  put.body = to_bytes("Welcome to Amazon S3.");
  EXPECT_EQ(authorization(put), expected("date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class", "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"));

  HttpRequest lifecycle;
  lifecycle.url = kHost + "/?lifecycle";
  EXPECT_EQ(authorization(lifecycle), expected("host;x-amz-content-sha256;x-amz-date", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"));

  HttpRequest list;
  list.url = kHost + "/?max-keys=2&prefix=J";
  EXPECT_EQ(authorization(list), expected("host;x-amz-content-sha256;x-amz-date", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"));
}

TEST(SignV4, TakesTheDefaultPortAndTheOrderOfParametersAsOneRequest) {
  HttpRequest plain, other;
  plain.url = kHost + "/?max-keys=2&prefix=J";
  other.url = kHost + ":443/?prefix=J&max-keys=2";
  EXPECT_EQ(authorization(plain), authorization(other));
}

TEST(SignV4, SignsTheSessionToken) {
  HttpRequest get;
  get.url = kHost + "/test.txt";
  S3Credentials passing = kCredentials;
  passing.session_token = "token";
  EXPECT_NE(authorization(get, passing).find(";x-amz-security-token,"), std::string::npos);
}

RC_GTEST_PROP(SignV4, ChangesWithEveryPartAndNeverShowsTheSecret, (const Bytes& body, std::uint32_t later)) {
  HttpRequest put;
  put.method = "PUT";
  put.url = kHost + "/a";
  put.body = body;
  const std::string base = authorization(put);
  RC_ASSERT(base.find(kCredentials.secret_key) == std::string::npos);
  HttpRequest longer = put;
  longer.body.push_back(0);
  RC_ASSERT(authorization(longer) != base);
  HttpRequest elsewhere = put;
  elsewhere.url += "b";
  RC_ASSERT(authorization(elsewhere) != base);
  S3Credentials other = kCredentials;
  other.secret_key += "x";
  RC_ASSERT(authorization(put, other) != base);
  RC_ASSERT(authorization(put, kCredentials, kNow + 1 + later) != base);
}

}  // namespace
}  // namespace oyer::seal
