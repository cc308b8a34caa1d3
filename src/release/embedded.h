// SPDX-License-Identifier: GPL-3.0-or-later
// Files compiled into the program: what a dossier carries for its recipient.
#pragma once

#include <string_view>

namespace oyer::release {

std::string_view verify_py();
std::string_view verify_txt();

}  // namespace oyer::release
