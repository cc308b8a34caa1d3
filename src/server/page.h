// SPDX-License-Identifier: GPL-3.0-or-later
// The one plain page, compiled in from src/server/page/.
#pragma once

#include <string_view>

namespace oyer::server {

std::string_view page_html();
std::string_view page_js();
std::string_view page_css();

}  // namespace oyer::server
