// SPDX-License-Identifier: GPL-3.0-or-later
// Diagnostics for whoever runs a server (spdlog behind it). Never a name, a quotation or a key: ids and counts only.
#pragma once

#include <string_view>

namespace oyer::log {

void info(std::string_view message);
void warn(std::string_view message);
void set_quiet(bool quiet);

}  // namespace oyer::log
