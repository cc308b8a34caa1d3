// SPDX-License-Identifier: GPL-3.0-or-later
// `oyer serve`: one opened case, a JSON API and one plain page on the loopback interface, and the socket for commands.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "casefile/case.h"

namespace oyer::server {

struct Options {
  std::string listen = "127.0.0.1:8750";  // loopback only, until accounts exist
  bool quiet = false;
};

// Serves until SIGINT or SIGTERM. Errors: usage (not a loopback address, port taken).
Result<int> run(std::unique_ptr<casefile::Case> opened, const Options& options);

}  // namespace oyer::server
