// SPDX-License-Identifier: GPL-3.0-or-later
#include "text/normal.h"

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

namespace oyer::text {

std::string nfc(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  std::string out;
  icu::Normalizer2::getNFCInstance(error)->normalize(icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<int32_t>(text.size()))), error).toUTF8String(out);
  return out;
}

}  // namespace oyer::text
