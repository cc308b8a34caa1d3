// SPDX-License-Identifier: GPL-3.0-or-later
// What a file is, by its bytes (libmagic) and, between texts, by its name.
#pragma once

#include <string>

#include "base/bytes.h"

namespace oyer::intake {

// A media type. `name` only tells apart what bytes can't: .csv, .vtt, .srt, .eml, .html among texts. Not thread-safe.
std::string media_type(ByteView head, const std::string& name);

// File-name extension for a media type, without a dot: "pdf"; "bin" when unknown.
std::string extension_of(const std::string& media);

}  // namespace oyer::intake
