// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/upkeep/s3_store.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <thread>

#include "seal/hash.h"
#include "seal/upkeep/s3_xml.h"

namespace oyer::seal {
namespace {

constexpr double kLongestPause = 30;
constexpr double kSlowestBytesPerSecond = 32 << 10;  // a call may take a minute and what its bytes need at this pace
constexpr std::size_t kPartLimit = 10000;            // of one upload, says S3

enum class Repeat { yes, only_when_refused };  // the second: the call would do its work twice

bool succeeded(const HttpResponse& response) { return response.status >= 200 && response.status < 300; }
Bytes checksum_text(ByteView bytes) { return to_bytes(base64(sha256(bytes))); }

class S3Store : public ObjectStore {
 public:
  S3Store(HttpClient& client, S3Location location, S3Credentials credentials, S3Options options) : client_(client), location_(std::move(location)), credentials_(std::move(credentials)), options_(std::move(options)) {
    if (!options_.pause) options_.pause = [](double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); };
    if (!location_.prefix.empty()) before_ = location_.prefix + "/";
  }

  Result<void> put(const std::string& key, ByteView bytes, IfThere if_there) override {
    TRY(check_key(key));
    if (bytes.size() > options_.part_bytes) return put_in_parts(key, bytes, if_there);
    HttpRequest request = make("PUT", key);
    add_checksum(request, bytes);
    add_condition(request, if_there);
    request.body = to_bytes(bytes);
    const Outcome outcome = TRY(send(std::move(request), Repeat::yes));
    if (succeeded(outcome.response)) return {};
    return settle(key, bytes, outcome);
  }

  Result<Bytes> get(const std::string& key) override {
    TRY(check_key(key));
    const Outcome head = TRY(send(make("HEAD", key), Repeat::yes));
    if (head.response.status == 404) return refusal(TRY(why_absent(key)), key);
    if (!succeeded(head.response)) return refusal(head.response, key);
    const std::uint64_t size = TRY(length_of(head.response));
    const std::string version = head.response.header("etag");
    Bytes out;
    while (out.size() < size) {
      // All pieces come from one version of the object, or the call fails.
      const Bytes piece = TRY(range(key, out.size(), static_cast<std::size_t>(std::min<std::uint64_t>(options_.part_bytes, size - out.size())), version));
      if (piece.empty()) return fail(ErrorCode::damaged, "The object " + key + " in the bucket " + location_.bucket + " ended early.", "Try again.");
      append(out, piece);
    }
    return out;
  }

  Result<Bytes> get_range(const std::string& key, std::uint64_t offset, std::size_t length) override {
    TRY(check_key(key));
    if (length == 0) return Bytes{};
    return range(key, offset, length, "");
  }

  Result<std::optional<std::uint64_t>> size(const std::string& key) override {
    TRY(check_key(key));
    const Outcome head = TRY(send(make("HEAD", key), Repeat::yes));
    if (head.response.status == 404) {
      const HttpResponse why = TRY(why_absent(key));
      if (read_s3_error_code(why.body) == "NoSuchKey") return std::nullopt;
      return refusal(why, key);
    }
    if (!succeeded(head.response)) return refusal(head.response, key);
    return TRY(length_of(head.response));
  }

  Result<std::vector<ObjectInfo>> list(const std::string& prefix) override {
    TRY(check_prefix(prefix));
    std::vector<ObjectInfo> out;
    std::string token;
    for (;;) {
      HttpRequest request;
      request.url = location_.endpoint + "/" + location_.bucket + "?list-type=2&prefix=" + uri_encoded(before_ + prefix);
      if (!token.empty()) request.url += "&continuation-token=" + uri_encoded(token);
      const Outcome answer = TRY(send(std::move(request), Repeat::yes));
      if (!succeeded(answer.response)) return refusal(answer.response, "");
      S3Page page = TRY(read_s3_page(answer.response.body));
      for (ObjectInfo& object : page.objects) {
        if (!object.key.starts_with(before_ + prefix)) return fail(ErrorCode::bad_input, "The bucket " + location_.bucket + " listed objects that were not asked for.", "Check that the address is that of an S3 service.");
        object.key.erase(0, before_.size());
        if (check_key(object.key)) out.push_back(std::move(object));
      }
      if (page.next.empty()) break;
      if (page.next == token || page.objects.empty()) return fail(ErrorCode::bad_input, "The bucket " + location_.bucket + " lists its objects without end.", "Check the service.");
      token = std::move(page.next);
    }
    std::sort(out.begin(), out.end(), [](const ObjectInfo& a, const ObjectInfo& b) { return a.key < b.key; });
    return out;
  }

  Result<void> remove(const std::string& key) override {
    TRY(check_key(key));
    const Outcome answer = TRY(send(make("DELETE", key), Repeat::yes));
    if (succeeded(answer.response) || read_s3_error_code(answer.response.body) == "NoSuchKey") return {};
    return refusal(answer.response, key);
  }

 private:
  struct Outcome {
    HttpResponse response;
    bool repeated = false;  // an earlier try may have done the work
  };

  HttpRequest make(const std::string& method, const std::string& key, const std::string& query = {}) const {
    HttpRequest request;
    request.method = method;
    request.url = location_.endpoint + "/" + location_.bucket + "/" + before_ + key + query;  // the rule of keys leaves nothing to encode
    return request;
  }
  static void add_checksum(HttpRequest& request, ByteView bytes) { request.headers.emplace_back("x-amz-checksum-sha256", text_of(checksum_text(bytes))); }
  static void add_condition(HttpRequest& request, IfThere if_there) {
    if (if_there == IfThere::refuse) request.headers.emplace_back("if-none-match", "*");
  }

  // Sends, signed anew each time, until an answer stands or the tries are used up.
  Result<Outcome> send(HttpRequest request, Repeat repeat, std::size_t expected = 0) {
    request.total_seconds = 60 + static_cast<double>(request.body.size() + expected) / kSlowestBytesPerSecond;
    const HttpHeaders own = request.headers;
    Outcome outcome;
    for (int attempt = 1;; ++attempt) {
      request.headers = own;
      for (auto& header : sign_v4(request, credentials_, location_.region, options_.clock->now())) request.headers.push_back(std::move(header));
      auto response = client_.send(request);
      const bool last = attempt >= options_.attempts;
      double pause = std::min(kLongestPause, 0.25 * std::pow(2, attempt - 1));
      if (!response) {
        if (last || repeat != Repeat::yes || response.error().code != ErrorCode::interrupted) return tl::unexpected<Error>(std::move(response).error());
      } else {
        const int status = response->status;
        const bool busy = status == 429 || status == 503;
        const bool conflict = status == 409 && read_s3_error_code(response->body) == "ConditionalRequestConflict";
        const bool passing = busy || ((status >= 500 || conflict) && repeat == Repeat::yes);
        if (!passing || last) {
          outcome.response = std::move(*response);
          return outcome;
        }
        int asked = 0;
        const std::string after = response->header("retry-after");
        if (std::from_chars(after.data(), after.data() + after.size(), asked).ec == std::errc{}) pause = std::clamp<double>(asked, pause, kLongestPause);
      }
      outcome.repeated = true;
      options_.pause(pause);
    }
  }

  // A HEAD tells no reasons, and a missing bucket or an unknown key of access may be a 404 too: it must not pass for "no such object".
  Result<HttpResponse> why_absent(const std::string& key) {
    HttpRequest request = make("GET", key);
    request.headers.emplace_back("range", "bytes=0-0");
    Outcome answer = TRY(send(std::move(request), Repeat::yes));
    if (succeeded(answer.response)) return fail(ErrorCode::interrupted, "The object " + key + " appeared while it was looked for.", "Try again.");
    return std::move(answer.response);
  }

  Result<Bytes> range(const std::string& key, std::uint64_t offset, std::size_t length, const std::string& version) {
    HttpRequest request = make("GET", key);
    request.headers.emplace_back("range", "bytes=" + std::to_string(offset) + "-" + std::to_string(offset + length - 1));
    if (!version.empty()) request.headers.emplace_back("if-match", version);
    request.answer_limit = std::max<std::size_t>(length, 64U << 10U);  // room for an error's text
    Outcome answer = TRY(send(std::move(request), Repeat::yes, length));
    if (answer.response.status == 416) return Bytes{};  // wholly behind the end
    // A server that knows no ranges answers 200 with the whole object: its start would pass for the middle.
    if (answer.response.status == 206 && answer.response.body.size() <= length && answer.response.header("content-range").starts_with("bytes " + std::to_string(offset) + "-")) return std::move(answer.response.body);
    if (succeeded(answer.response)) return fail(ErrorCode::bad_input, "The service of the bucket " + location_.bucket + " did not send the part of " + key + " that was asked for.", "Check that the service understands ranges.");
    if (answer.response.status == 412) return fail(ErrorCode::interrupted, "The object " + key + " changed while it was read.", "Read it again.");
    return refusal(answer.response, key);
  }

  Result<std::uint64_t> length_of(const HttpResponse& head) const {
    const std::string text = head.header("content-length");
    std::uint64_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc{} || end != text.data() + text.size())
      return fail(ErrorCode::bad_input, "The service of the bucket " + location_.bucket + " does not say how large an object is.", "Check that the address is that of an S3 service.");
    return out;
  }

  // After a put that was not confirmed. When an earlier try got lost, the object that is in the way may be our own.
  Result<void> settle(const std::string& key, ByteView bytes, const Outcome& outcome) {
    const bool doubtful = outcome.response.status == 412 || outcome.response.status == 404;
    if (outcome.repeated && doubtful) {
      const auto there = get(key);
      if (there && std::equal(there->begin(), there->end(), bytes.begin(), bytes.end())) return {};
    }
    if (outcome.response.status == 412) return fail(ErrorCode::refused, "The store already has an object " + key + ".", "Choose another name, or remove the object first.");
    return refusal(outcome.response, key);
  }

  Result<void> put_in_parts(const std::string& key, ByteView bytes, IfThere if_there) {
    // Parts are of one size; an object too large for the allowed number gets larger ones.
    const std::size_t part_bytes = std::max(options_.part_bytes, bytes.size() / kPartLimit + 1);
    HttpRequest start = make("POST", key, "?uploads");
    start.headers.emplace_back("x-amz-checksum-algorithm", "SHA256");
    const Outcome started = TRY(send(std::move(start), Repeat::only_when_refused));
    if (!succeeded(started.response)) return refusal(started.response, key);
    const std::string upload = uri_encoded(TRY(read_s3_text(started.response.body, "InitiateMultipartUploadResult", "UploadId")));
    auto done = upload_parts(key, bytes, part_bytes, upload, if_there);
    if (!done) static_cast<void>(send(make("DELETE", key, "?uploadId=" + upload), Repeat::yes));  // at best; the first error is the one to tell
    return done;
  }

  Result<void> upload_parts(const std::string& key, ByteView bytes, std::size_t part_bytes, const std::string& upload, IfThere if_there) {
    std::string parts = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
    std::size_t number = 0;
    for (std::size_t at = 0; at < bytes.size(); at += part_bytes) {
      const ByteView part = bytes.subspan(at, std::min(part_bytes, bytes.size() - at));
      HttpRequest request = make("PUT", key, "?partNumber=" + std::to_string(++number) + "&uploadId=" + upload);
      add_checksum(request, part);
      request.body = to_bytes(part);
      const Outcome sent = TRY(send(std::move(request), Repeat::yes));
      if (!succeeded(sent.response)) return refusal(sent.response, key);
      const std::string tag = sent.response.header("etag");
      if (tag.empty() || tag.find_first_of("<>&") != std::string::npos)
        return fail(ErrorCode::bad_input, "The service of the bucket " + location_.bucket + " did not confirm a part of " + key + ".", "Check that the address is that of an S3 service.");
      parts += "<Part><PartNumber>" + std::to_string(number) + "</PartNumber><ETag>" + tag + "</ETag><ChecksumSHA256>" + std::string(text_of(checksum_text(part))) + "</ChecksumSHA256></Part>";
    }
    HttpRequest finish = make("POST", key, "?uploadId=" + upload);
    finish.headers.emplace_back("content-type", "application/xml");
    add_condition(finish, if_there);
    finish.body = to_bytes(parts + "</CompleteMultipartUpload>");
    const Outcome finished = TRY(send(std::move(finish), Repeat::yes));
    if (!succeeded(finished.response)) return settle(key, bytes, finished);
    // S3 says 200 before it joins the parts: only the body tells how that went.
    if (!read_s3_text(finished.response.body, "CompleteMultipartUploadResult", "ETag")) return refusal(finished.response, key);
    return {};
  }

  // The sentence for a status that is no success. `key` may be empty.
  tl::unexpected<Error> refusal(const HttpResponse& response, const std::string& key) const {
    const std::string code = read_s3_error_code(response.body);
    const std::string bucket = "the bucket " + location_.bucket;
    if (code == "NoSuchBucket") return fail(ErrorCode::not_found, "There is no bucket " + location_.bucket + " at the object store.", "Make it, or check its name.");
    if (code == "RequestTimeTooSkewed") return fail(ErrorCode::refused, "The object store refused the call because this machine's clock differs from its own.", "Set the clock.");
    if (code == "InvalidAccessKeyId" || response.status == 401 || response.status == 403)
      return fail(ErrorCode::refused, "The object store refused access to " + bucket + (code.empty() ? "." : " (" + code + ")."), "Check the keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and what they may do.");
    // Some services say 404 for other troubles too, such as a key of access that they don't know: only this one is an absent object.
    if (code == "NoSuchKey") return fail(ErrorCode::not_found, "There is no object " + key + " in " + bucket + ".", "Check the name.");
    if (response.status == 301 || response.status == 307) return fail(ErrorCode::usage, "The object store keeps " + bucket + " elsewhere.", "Set AWS_REGION, or the endpoint, to where it lies.");
    const std::string said = "status " + std::to_string(response.status) + (code.empty() ? "" : ", " + code);
    const std::string what = key.empty() ? "a call for " + bucket : "a call for the object " + key + " in " + bucket;
    if (response.status >= 500 || response.status == 429) return fail(ErrorCode::interrupted, "The object store failed at " + what + " (" + said + ").", "Try again later.");
    return fail(ErrorCode::damaged, "The object store did not do " + what + " (" + said + ").", "Check the service and its logs.");
  }

  HttpClient& client_;
  S3Location location_;
  S3Credentials credentials_;
  S3Options options_;
  std::string before_;
};

bool is_loopback(std::string_view authority) {
  const std::string_view host = authority.starts_with('[') ? authority.substr(0, authority.find(']') + 1) : authority.substr(0, authority.find(':'));
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

}  // namespace

Result<void> check_location(const S3Location& location) {
  const bool secure = location.endpoint.starts_with("https://");
  const std::string_view authority = std::string_view(location.endpoint).substr(secure ? 8 : std::min<std::size_t>(7, location.endpoint.size()));
  if ((!secure && !location.endpoint.starts_with("http://")) || authority.empty() || authority.find_first_of("/?#@ \r\n") != std::string_view::npos)
    return fail(ErrorCode::usage, "The address of the object store is not understood.", "Write it as https://host or https://host:port, without a path or a password.");
  if (!secure && !is_loopback(authority)) return fail(ErrorCode::usage, "The object store would be reached without encryption, so that others see names and sizes.", "Give it an https address.");
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-'; };
  if (location.bucket.size() < 3 || location.bucket.size() > 63 || !std::all_of(location.bucket.begin(), location.bucket.end(), fits) || location.bucket.front() == '.' || location.bucket.find("..") != std::string::npos)
    return fail(ErrorCode::usage, "The name of the bucket is not one that S3 allows.", "It has 3 to 63 small letters, digits, dots and hyphens.");
  if (location.region.empty() || !std::all_of(location.region.begin(), location.region.end(), fits)) return fail(ErrorCode::usage, "The region of the object store is not understood.", "Set AWS_REGION to something like eu-central-1.");
  if (!location.prefix.empty()) TRY(check_key(location.prefix));
  return {};
}

std::unique_ptr<ObjectStore> s3_store(HttpClient& client, S3Location location, S3Credentials credentials, S3Options options) { return std::make_unique<S3Store>(client, std::move(location), std::move(credentials), std::move(options)); }

}  // namespace oyer::seal
