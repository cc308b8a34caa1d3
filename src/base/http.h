// SPDX-License-Identifier: GPL-3.0-or-later
// HTTP calls behind an interface, so that tests can answer, stall and break off. The real one is seal/upkeep/curl_client.h.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace oyer {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;  // name, value

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // absolute and percent-encoded; it is sent as it stands
  HttpHeaders headers;
  Bytes body;

  double connect_seconds = 10;
  double total_seconds = 60;              // from the start to the last byte of the answer
  std::size_t answer_limit = 64U << 20U;  // bytes of the answer's body
  int redirects = 0;                      // how many to follow; 0 hands a redirect out as the answer
};

struct HttpResponse {
  int status = 0;
  HttpHeaders headers;  // names in lower case
  Bytes body;

  // The first header of that (lower-case) name, or "".
  std::string header(std::string_view name) const {
    for (const auto& [key, value] : headers)
      if (key == name) return value;
    return {};
  }
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;
  // Any answer of the server is a value, whatever its status. Errors: interrupted when the network failed, so that another try may
  // help; refused when the server could not prove who it is; bad_input when the request can't be sent or the answer is too long.
  virtual Result<HttpResponse> send(const HttpRequest& request) = 0;
};

}  // namespace oyer
