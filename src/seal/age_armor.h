// SPDX-License-Identifier: GPL-3.0-or-later
// The ASCII armor of age files (https://c2sp.org/age, "ASCII armor"): the strict PEM of RFC 7468 with the label AGE ENCRYPTED FILE. Pure functions.
// Oyer's own files are never armored; this is for files that come from or go to other programs.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace oyer::seal::age {

// The armor of any bytes: lines of 64 characters that end with a line feed.
std::string armor(ByteView file);

// The bytes inside. Lines end with LF or CRLF; white space may stand before and after. All else that `armor` would not have written is refused with
// bad_input. Whether the bytes are an age file is not looked at.
Result<Bytes> dearmor(std::string_view text);

}  // namespace oyer::seal::age
