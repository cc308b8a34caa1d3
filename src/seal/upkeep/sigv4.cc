// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/upkeep/sigv4.h"

#include <algorithm>
#include <map>
#include <vector>

#include "base/clock.h"
#include "seal/hash.h"

namespace oyer::seal {
namespace {

struct Parts {
  std::string host, path, query;
};

// Splits an absolute URL. The default port is no part of the Host header that is sent, so it is not signed either.
Parts parts_of(std::string_view url) {
  const bool secure = url.starts_with("https://");
  const std::size_t authority = url.find("://");
  if (authority != std::string_view::npos) url.remove_prefix(authority + 3);
  const std::size_t end = std::min(url.find_first_of("/?"), url.size());
  Parts out;
  std::string_view host = url.substr(0, end);
  const std::string_view port = secure ? ":443" : ":80";
  if (host.ends_with(port)) host.remove_suffix(port.size());
  out.host = host;
  const std::string_view rest = url.substr(end);
  const std::size_t question = std::min(rest.find('?'), rest.size());
  out.path = rest.substr(0, question);
  if (out.path.empty()) out.path = "/";
  if (question < rest.size()) out.query = rest.substr(question + 1);
  return out;
}

// Parameters sorted by name, then value; one without a value gets an empty one.
std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view one = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (one.empty()) continue;
    const std::size_t equals = std::min(one.find('='), one.size());
    parameters.emplace_back(one.substr(0, equals), equals < one.size() ? one.substr(equals + 1) : "");
  }
  std::sort(parameters.begin(), parameters.end());
  std::string out;
  for (const auto& [name, value] : parameters) out += (out.empty() ? "" : "&") + name + "=" + value;
  return out;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

// Without spaces at its ends, and with one space where there were many.
std::string folded(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == ' ' && (out.empty() || out.back() == ' ')) continue;
    out += c;
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string compact_utc(std::int64_t now) {  // 20130524T000000Z
  std::string text = utc_text(now);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

}  // namespace

std::string uri_encoded(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      out += '%';
      out += kDigits[byte >> 4U];
      out += kDigits[byte & 15U];
    }
  }
  return out;
}

HttpHeaders sign_v4(const HttpRequest& request, const S3Credentials& credentials, const std::string& region, std::int64_t now) {
  const Parts parts = parts_of(request.url);
  const std::string time = compact_utc(now);
  const std::string day = time.substr(0, 8);
  const std::string body_digest = hex(sha256(request.body));

  HttpHeaders added = {{"x-amz-content-sha256", body_digest}, {"x-amz-date", time}};
  if (!credentials.session_token.empty()) added.emplace_back("x-amz-security-token", credentials.session_token);

  std::map<std::string, std::string> headers = {{"host", parts.host}};
  const auto take = [&](const HttpHeaders& from) {
    for (const auto& [name, value] : from) {
      const auto [it, is_new] = headers.emplace(lower(name), folded(value));
      if (!is_new) it->second += "," + folded(value);
    }
  };
  take(request.headers);
  take(added);
  std::string lines;
  std::string names;
  for (const auto& [name, value] : headers) {
    lines += name + ":" + value + "\n";
    names += (names.empty() ? "" : ";") + name;
  }

  const std::string canonical = request.method + "\n" + parts.path + "\n" + canonical_query(parts.query) + "\n" + lines + "\n" + names + "\n" + body_digest;
  const std::string scope = day + "/" + region + "/s3/aws4_request";
  const std::string to_sign = "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" + hex(sha256(view(canonical)));

  Hash key = hmac_sha256(view("AWS4" + credentials.secret_key), view(day));
  for (const std::string& step : {region, std::string("s3"), std::string("aws4_request")}) key = hmac_sha256(key, view(step));
  const std::string signature = hex(hmac_sha256(key, view(to_sign)));
  added.emplace_back("authorization", "AWS4-HMAC-SHA256 Credential=" + credentials.access_key + "/" + scope + ",SignedHeaders=" + names + ",Signature=" + signature);
  return added;
}

}  // namespace oyer::seal
