// SPDX-License-Identifier: GPL-3.0-or-later
#include "release/embedded.h"

#include "base/embed.h"

OYER_EMBED(oyer_verify_py, OYER_RECIPIENT_DIR "/verify.py");
OYER_EMBED(oyer_verify_txt, OYER_RECIPIENT_DIR "/VERIFY.txt");

namespace oyer::release {

std::string_view verify_py() { return OYER_EMBEDDED(oyer_verify_py); }
std::string_view verify_txt() { return OYER_EMBEDDED(oyer_verify_txt); }

}  // namespace oyer::release
