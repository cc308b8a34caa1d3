// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/upkeep/object_store.h"

#include <gtest/gtest.h>

#include <deque>
#include <filesystem>

#include "seal/upkeep/s3_store.h"
#include "seal/upkeep/s3_xml.h"
#include "support/faulty_disk.h"
#include "support/vectors.h"

namespace oyer::seal {
namespace {

TEST(ObjectKey, FollowsTheRule) {
  for (const char* good : {"a", "a/b", "A-1_2.seg", "x/y/z.1"}) EXPECT_TRUE(check_key(good)) << good;
  for (const char* bad : {"", "/a", "a/", "a//b", "..", "a/../b", ".a", "a b", "a\\b", "a.tmp1", "a\nb", "\xC3\xA9"}) EXPECT_FALSE(check_key(bad)) << bad;
  EXPECT_TRUE(check_key(std::string(200, 'a')));
  EXPECT_FALSE(check_key(std::string(201, 'a')));
}

TEST(FolderStore, KeepsObjectsAndFollowsNoLinks) {
  const std::string root = test::fresh_directory("folder_store");
  const auto store = folder_store(real_disk(), root + "/store");
  EXPECT_TRUE(store->list("")->empty());
  ASSERT_TRUE(store->put("a/b", view("old")));
  ASSERT_TRUE(store->put("a/b", view("new bytes")));
  ASSERT_TRUE(store->put("a-b", view("x"), IfThere::refuse));
  EXPECT_EQ(store->put("a-b", view("y"), IfThere::refuse).error().code, ErrorCode::refused);
  EXPECT_EQ(text_of(*store->get("a-b")), "x");
  EXPECT_EQ(text_of(*store->get_range("a/b", 4, 100)), "bytes");
  EXPECT_TRUE(store->get_range("a/b", 100, 1)->empty());
  const auto all = store->list("");
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[0].key, "a-b");
  EXPECT_EQ((*all)[1].key, "a/b");
  EXPECT_EQ((*all)[1].size, 9U);
  EXPECT_EQ(store->list("a/")->size(), 1U);
  std::filesystem::create_directory_symlink(root, root + "/store/away");
  std::filesystem::create_symlink(root + "/target", root + "/store/link");
  EXPECT_FALSE(store->put("away/x", view("x")));
  EXPECT_FALSE(store->get("link"));
  EXPECT_FALSE(store->put("link", view("x")));
  EXPECT_EQ(store->list("")->size(), 2U);
  ASSERT_TRUE(store->remove("a/b"));
  ASSERT_TRUE(store->remove("a/b"));
  EXPECT_FALSE(store->size("a/b")->has_value());
  std::filesystem::remove_all(root);
}

TEST(FolderStore, HasTheOldOrTheNewAfterAPowerCutAnywhere) {
  for (std::uint64_t at = 0; at < 12; ++at) {
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
      test::FaultyDisk disk;
      const auto store = folder_store(disk, "/mem/store");
      ASSERT_TRUE(store->put("a/b", view("old")));
      disk.arm(test::FaultyDisk::Fault::power_cut, at);
      const bool acknowledged = store->put("a/b", view("newer")).has_value();
      disk.disarm();
      disk.restart_after_power_cut(seed);
      const auto got = store->get("a/b");
      ASSERT_TRUE(got) << got.error().text();
      EXPECT_TRUE(text_of(*got) == "newer" || (!acknowledged && text_of(*got) == "old")) << at << " " << seed;
      EXPECT_EQ(store->list("")->size(), 1U);
    }
  }
}

// Answers from a list, in order; keeps what was asked.
class Script : public HttpClient {
 public:
  Result<HttpResponse> send(const HttpRequest& request) override {
    asked.push_back(request);
    if (answers.empty()) return fail(ErrorCode::internal, "The script has ended.");
    auto answer = std::move(answers.front());
    answers.pop_front();
    return answer;
  }
  void say(int status, std::string_view body = {}, HttpHeaders headers = {}) { answers.emplace_back(HttpResponse{status, std::move(headers), to_bytes(body)}); }
  void lose() { answers.emplace_back(fail(ErrorCode::interrupted, "The server at s3.example could not be reached: the connection broke.")); }
  std::deque<Result<HttpResponse>> answers;
  std::vector<HttpRequest> asked;
};

class S3StoreTest : public testing::Test {
 protected:
  S3StoreTest() {
    S3Options options;
    options.pause = [this](double seconds) { pauses.push_back(seconds); };
    options.part_bytes = 4;
    store = s3_store(script, {"https://s3.example", "us-east-1", "bucket", "case"}, {"id", "secret", ""}, options);
  }
  static std::string page(const std::string& key, const std::string& next) {
    return "<?xml version=\"1.0\"?><ListBucketResult><IsTruncated>" + std::string(next.empty() ? "false" : "true") + "</IsTruncated><Contents><Key>" + key + "</Key><Size>3</Size></Contents>" +
           (next.empty() ? "" : "<NextContinuationToken>" + next + "</NextContinuationToken>") + "</ListBucketResult>";
  }
  Script script;
  std::vector<double> pauses;
  std::unique_ptr<ObjectStore> store;
};

TEST_F(S3StoreTest, TriesAgainWithGrowingPauses) {
  script.lose();
  script.say(500);
  script.say(503, {}, {{"retry-after", "7"}});
  script.say(200);
  ASSERT_TRUE(store->put("a", view("x")));
  EXPECT_EQ(pauses, (std::vector<double>{0.25, 0.5, 7}));
  EXPECT_EQ(script.asked.back().url, "https://s3.example/bucket/case/a");
}

TEST_F(S3StoreTest, GivesUpAfterItsTriesAndAtOnceWhenRefused) {
  for (int i = 0; i < 5; ++i) script.say(503);
  EXPECT_EQ(store->get("a").error().code, ErrorCode::interrupted);
  EXPECT_EQ(script.asked.size(), 5U);
  script.say(403, "<Error><Code>SignatureDoesNotMatch</Code></Error>");
  const auto refused = store->put("a", view("x"));
  EXPECT_EQ(refused.error().code, ErrorCode::refused);
  EXPECT_EQ(refused.error().text().find("secret"), std::string::npos);
  EXPECT_EQ(script.asked.size(), 6U);
}

TEST_F(S3StoreTest, KnowsItsOwnObjectWhenOnlyTheAnswerWasLost) {
  script.lose();
  script.say(412);
  script.say(200, {}, {{"content-length", "1"}, {"etag", "\"e\""}});
  script.say(206, "x", {{"content-range", "bytes 0-0/1"}});
  EXPECT_TRUE(store->put("a", view("x"), IfThere::refuse));
  script.say(412);  // no try was lost: another's object
  EXPECT_EQ(store->put("a", view("x"), IfThere::refuse).error().code, ErrorCode::refused);
}

TEST_F(S3StoreTest, TakesNoOtherTroubleForAnAbsentObject) {
  script.say(404);
  script.say(404, "<Error><Code>NoSuchKey</Code></Error>");
  const auto absent = store->size("a");
  ASSERT_TRUE(absent);
  EXPECT_FALSE(absent->has_value());
  script.say(404);
  script.say(404, "<Error><Code>NoSuchBucket</Code></Error>");
  EXPECT_EQ(store->size("a").error().code, ErrorCode::not_found);
  script.say(404);
  script.say(404, "<Error><Code>InvalidAccessKeyId</Code></Error>");
  EXPECT_EQ(store->size("a").error().code, ErrorCode::refused);
  script.say(404, "<Error><Code>NoSuchBucket</Code></Error>");
  EXPECT_FALSE(store->remove("a"));
}

TEST_F(S3StoreTest, PagesAndRefusesListsThatLoseObjects) {
  script.say(200, page("case/b", "t/1 &amp;"));
  script.say(200, page("case/a", ""));
  const auto all = store->list("");
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[0].key, "a");
  EXPECT_NE(script.asked[1].url.find("continuation-token=t%2F1%20%26"), std::string::npos);
  script.say(200, page("case/b", "t"));
  script.say(200, page("case/c", "t"));
  EXPECT_FALSE(store->list(""));  // in a circle
  script.say(200, page("other/b", ""));
  EXPECT_FALSE(store->list(""));
  EXPECT_FALSE(read_s3_page(view("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>")));
  EXPECT_FALSE(read_s3_page(view("<ListBucketResult></ListBucketResult>")));
  EXPECT_FALSE(read_s3_page(view("<html>")));
}

TEST_F(S3StoreTest, AbandonsPartsWhenOneFailsOrTheJoiningDoes) {
  const std::string started = "<InitiateMultipartUploadResult><UploadId>u+1</UploadId></InitiateMultipartUploadResult>";
  script.say(200, started);
  script.say(200, {}, {{"etag", "\"1\""}});
  script.say(400, "<Error><Code>BadDigest</Code></Error>");
  script.say(204);
  EXPECT_FALSE(store->put("a", view("123456")));
  EXPECT_EQ(script.asked.back().method, "DELETE");
  EXPECT_EQ(script.asked.back().url, "https://s3.example/bucket/case/a?uploadId=u%2B1");
  script.say(200, started);
  script.say(200, {}, {{"etag", "\"1\""}});
  script.say(200, {}, {{"etag", "\"2\""}});
  script.say(200, "<Error><Code>InternalError</Code></Error>");  // 200, and yet not done
  script.say(204);
  EXPECT_FALSE(store->put("a", view("123456")));
  EXPECT_EQ(script.asked.back().method, "DELETE");
}

TEST_F(S3StoreTest, RefusesAnAnswerToARangeThatIsNotThatRange) {
  script.say(200, "whole object");
  EXPECT_FALSE(store->get_range("a", 4, 3));
  script.say(206, "abc", {{"content-range", "bytes 0-2/9"}});
  EXPECT_FALSE(store->get_range("a", 4, 3));
}

TEST(S3Location, IsEncryptedUnlessOnThisMachine) {
  EXPECT_TRUE(check_location({"https://s3.example:9000", "eu-1", "bucket", ""}));
  EXPECT_TRUE(check_location({"http://127.0.0.1:9000", "eu-1", "bucket", "a/b"}));
  EXPECT_FALSE(check_location({"http://s3.example", "eu-1", "bucket", ""}));
  EXPECT_FALSE(check_location({"http://127.0.0.1.example", "eu-1", "bucket", ""}));
  EXPECT_FALSE(check_location({"https://user:word@s3.example", "eu-1", "bucket", ""}));
  EXPECT_FALSE(check_location({"https://s3.example", "eu-1", "Bucket", ""}));
  EXPECT_FALSE(check_location({"https://s3.example", "eu-1", "bucket", "../x"}));
}

}  // namespace
}  // namespace oyer::seal
