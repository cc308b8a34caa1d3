// SPDX-License-Identifier: GPL-3.0-or-later
// UTF-8 by code points, without any normalisation.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oyer::utf8 {

// Whether `text` is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
bool valid(std::string_view text);

// The text with each malformed byte replaced by U+FFFD.
std::string repair(std::string_view text);

// Number of code points. `text` is valid.
std::size_t length(std::string_view text);

// Byte offset of code point `index` (or the end, if there are fewer).
std::size_t offset_of(std::string_view text, std::size_t index);

// Code points [start, end) of a valid text; clipped at its end.
std::string_view slice(std::string_view text, std::size_t start, std::size_t end);

// The code point at byte offset `at` of a valid text; `at` moves behind it.
char32_t next(std::string_view text, std::size_t& at);

void append(std::string& out, char32_t code_point);

}  // namespace oyer::utf8
