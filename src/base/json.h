// SPDX-License-Identifier: GPL-3.0-or-later
// JSON values (Boost.JSON) and the canonical form of docs/formats/entry.md (RFC 8785, narrowed).
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace oyer {

namespace json = boost::json;

// Any JSON text. Errors: bad_input, with the position.
Result<json::value> parse_json(std::string_view text);

// Canonical text of `value`: keys sorted, no white space. The value holds no floats, only ASCII keys and integers below 2^53;
// `canonical` asserts that, since we made the value. For foreign values use `parse_canonical`.
std::string canonical(const json::value& value);
// The same behind what `out` holds already, without a text of its own.
void append_canonical(std::string& out, const json::value& value);
void append_canonical(std::string& out, std::string_view text);  // a string

// Parses a canonical text: anything whose re-serialisation differs by one byte is refused with bad_input.
Result<json::value> parse_canonical(std::string_view text);

// For people: two spaces of indentation.
std::string pretty(const json::value& value);

// Members of an object, or nothing when absent or of another type.
std::optional<std::string> get_string(const json::object& object, std::string_view key);
std::optional<std::int64_t> get_integer(const json::object& object, std::string_view key);
bool get_bool(const json::object& object, std::string_view key, bool otherwise = false);
const json::object* get_object(const json::object& object, std::string_view key);
const json::array* get_array(const json::object& object, std::string_view key);
// The string at `key`, or "".
std::string string_or_empty(const json::object& object, std::string_view key);

// Sets a member only when there is something to say (absent and empty are one thing in our bodies).
void set_if(json::object& object, std::string_view key, const std::string& value);

}  // namespace oyer
