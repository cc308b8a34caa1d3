// SPDX-License-Identifier: GPL-3.0-or-later
// From a request to an answer: routes, status codes and headers, without any socket.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "casefile/case.h"

namespace oyer::server {

struct Request {
  std::string method;
  std::string path;                          // decoded, without the query
  std::map<std::string, std::string> query;  // decoded
  std::string body;
};

struct Response {
  unsigned status = 200;
  std::string type = "application/json";
  std::string body;
  std::string file_name;  // for downloads
};

class Api {
 public:
  explicit Api(casefile::Case& opened) : case_(&opened) {}
  // The page and the API. Thread-safe: calls to the case are made one after another.
  Response answer(const Request& request);
  // What commands send: {"use_case","arguments"}; `acknowledged` lines come back in "lines".
  Response command(const std::string& body);
  // Waits for the call in progress, signs the last checkpoint and lets no further call in.
  Result<void> stop();

 private:
  Response call(const std::string& use_case, const std::string& arguments_json);
  casefile::Case* case_;
  std::mutex mutex_;
};

unsigned http_status_of(ErrorCode code);
Response problem(const Error& error);  // RFC 9457

}  // namespace oyer::server
