// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/page.h"

#include "base/embed.h"

OYER_EMBED(oyer_page_html, OYER_PAGE_DIR "/index.html");
OYER_EMBED(oyer_page_js, OYER_PAGE_DIR "/app.js");
OYER_EMBED(oyer_page_css, OYER_PAGE_DIR "/app.css");

namespace oyer::server {

std::string_view page_html() { return OYER_EMBEDDED(oyer_page_html); }
std::string_view page_js() { return OYER_EMBEDDED(oyer_page_js); }
std::string_view page_css() { return OYER_EMBEDDED(oyer_page_css); }

}  // namespace oyer::server
