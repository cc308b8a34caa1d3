// SPDX-License-Identifier: GPL-3.0-or-later
// `oyer serve`: one opened case, a JSON API and one plain page on the loopback interface, and the socket for commands.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "casefile/case.h"
#include "server/api.h"

namespace oyer::server {

struct Options {
  std::string listen = "127.0.0.1:8750";  // loopback only, until accounts exist
  bool quiet = false;
};

// Serves until SIGINT or SIGTERM. Errors: usage (not a loopback address, port taken).
Result<int> run(std::unique_ptr<casefile::Case> opened, const Options& options);

// A small service of its own (a witness, a time authority): plain HTTP on any address, meant to stand behind a TLS proxy when others
// reach it. Requests are at most `body_limit` bytes; at most 256 connections; a request has 30 seconds to arrive whole. The handler must be
// thread-safe. Serves until SIGINT or SIGTERM. Errors: usage, refused (port taken).
using Handler = std::function<Response(const Request&)>;
Result<int> serve_service(const std::string& listen, std::size_t body_limit, const std::string& greeting, const Handler& handler);

}  // namespace oyer::server
