// SPDX-License-Identifier: GPL-3.0-or-later
// How a command talks to a server that holds the case.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/json.h"
#include "base/result.h"

namespace oyer::server {

// Nothing when no server listens there.
std::optional<Result<json::value>> call_over_socket(const std::string& socket, const std::string& use_case, const json::object& arguments, const std::function<void(const json::value&)>& acknowledged);

}  // namespace oyer::server
