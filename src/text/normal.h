// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace oyer::text {

// Unicode Normalization Form C. `text` is valid UTF-8. For display and exchange only: sealed values are never normalised.
std::string nfc(std::string_view text);

}  // namespace oyer::text
