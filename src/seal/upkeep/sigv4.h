// SPDX-License-Identifier: GPL-3.0-or-later
// AWS Signature Version 4 for S3, in the Authorization header, with the body's digest. Pure functions.
// Source: "Authenticating Requests: Using the Authorization Header (AWS Signature Version 4)", Amazon S3 API Reference.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/http.h"

namespace oyer::seal {

struct S3Credentials {
  std::string access_key;
  std::string secret_key;
  std::string session_token;  // "" for lasting keys
};

// The headers to add to `request`: x-amz-content-sha256, x-amz-date, x-amz-security-token (where there is one) and authorization.
// Host and all headers that the request has are signed. The request's path and query are already percent-encoded as `uri_encoded`
// does it; `now` is in seconds since 1970.
HttpHeaders sign_v4(const HttpRequest& request, const S3Credentials& credentials, const std::string& region, std::int64_t now);

// Percent-encoding as the signature wants it: all but A-Z a-z 0-9 - . _ ~, a slash too.
std::string uri_encoded(std::string_view text);

}  // namespace oyer::seal
