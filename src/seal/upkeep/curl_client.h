// SPDX-License-Identifier: GPL-3.0-or-later
// HTTP over libcurl: http and https only, certificates verified, connections kept, no signals, no cookies, no .netrc.
// Thread-safe: calls of one client wait for each other. Messages name the host, never the path, the query or a header.
#pragma once

#include <memory>

#include "base/http.h"

namespace oyer::seal {

std::unique_ptr<HttpClient> curl_client();

}  // namespace oyer::seal
