// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/upkeep/object_store.h"

#include <cstdlib>

#include "seal/upkeep/curl_client.h"
#include "seal/upkeep/s3_store.h"

namespace oyer::seal {
namespace {

constexpr std::size_t kKeyLimit = 512;
constexpr std::size_t kSegmentLimit = 200;  // leaves room for the name of a temporary file

bool may_stand_in_key(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '/' || c == '-'; }

tl::unexpected<Error> bad_key(const std::string& why) {
  // The key itself may hold anything, so it is not repeated.
  return fail(ErrorCode::bad_input, "The name of an object in the store " + why + ".", "Use letters, digits, dots, underscores, hyphens, and slashes between them.");
}

std::string from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// A store together with the client that it calls.
class OwningStore : public ObjectStore {
 public:
  OwningStore(std::unique_ptr<HttpClient> client, S3Location location, S3Credentials credentials) : client_(std::move(client)), store_(s3_store(*client_, std::move(location), std::move(credentials))) {}
  Result<void> put(const std::string& key, ByteView bytes, IfThere if_there) override { return store_->put(key, bytes, if_there); }
  Result<Bytes> get(const std::string& key) override { return store_->get(key); }
  Result<Bytes> get_range(const std::string& key, std::uint64_t offset, std::size_t length) override { return store_->get_range(key, offset, length); }
  Result<std::optional<std::uint64_t>> size(const std::string& key) override { return store_->size(key); }
  Result<std::vector<ObjectInfo>> list(const std::string& prefix) override { return store_->list(prefix); }
  Result<void> remove(const std::string& key) override { return store_->remove(key); }

 private:
  std::unique_ptr<HttpClient> client_;
  std::unique_ptr<ObjectStore> store_;
};

}  // namespace

Result<void> check_prefix(std::string_view prefix) {
  if (prefix.size() > kKeyLimit) return bad_key("is too long");
  std::size_t start = 0;
  for (std::size_t i = 0; i <= prefix.size(); ++i) {
    if (i < prefix.size() && !may_stand_in_key(prefix[i])) return bad_key("holds a character that is not allowed");
    if (i < prefix.size() && prefix[i] != '/') continue;
    const std::string_view segment = prefix.substr(start, i - start);
    if (i < prefix.size() && segment.empty()) return bad_key("has an empty part between slashes");
    if (segment.size() > kSegmentLimit) return bad_key("has a part that is too long");
    if (segment.starts_with('.')) return bad_key("has a part that begins with a dot");
    if (segment.find(".tmp") != std::string_view::npos) return bad_key("looks like that of a temporary file");
    start = i + 1;
  }
  return {};
}

Result<void> check_key(std::string_view key) {
  if (key.empty()) return bad_key("is empty");
  if (key.ends_with('/')) return bad_key("ends with a slash");
  return check_prefix(key);
}

Result<std::unique_ptr<ObjectStore>> open_object_store(const std::string& place) {
  if (!place.starts_with("s3://")) {
    if (place.find("://") != std::string::npos) return fail(ErrorCode::usage, "The place of the store is neither a folder nor an S3 bucket.", "Give a path, or s3://bucket/prefix.");
    if (place.empty()) return fail(ErrorCode::usage, "The place of the store is empty.", "Give a path, or s3://bucket/prefix.");
    return folder_store(real_disk(), place);
  }
  S3Location location;
  location.region = from_environment("AWS_REGION");
  if (location.region.empty()) location.region = "us-east-1";
  location.endpoint = from_environment("OYER_S3_ENDPOINT");
  if (location.endpoint.empty()) location.endpoint = from_environment("AWS_ENDPOINT_URL");
  if (location.endpoint.empty()) location.endpoint = "https://s3." + location.region + ".amazonaws.com";
  const std::string rest = place.substr(5);
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  location.bucket = rest.substr(0, slash);
  if (slash < rest.size()) location.prefix = rest.substr(slash + 1);
  while (location.prefix.ends_with('/')) location.prefix.pop_back();
  TRY(check_location(location));
  S3Credentials credentials{from_environment("AWS_ACCESS_KEY_ID"), from_environment("AWS_SECRET_ACCESS_KEY"), from_environment("AWS_SESSION_TOKEN")};
  if (credentials.access_key.empty() || credentials.secret_key.empty()) return fail(ErrorCode::refused, "The keys for the bucket " + location.bucket + " are not set.", "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment.");
  return std::make_unique<OwningStore>(curl_client(), std::move(location), std::move(credentials));
}

}  // namespace oyer::seal
