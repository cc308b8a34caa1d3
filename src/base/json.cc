// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/json.h"

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <boost/json/src.hpp>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "base/utf8.h"

namespace oyer {
namespace {

constexpr std::int64_t kLargestInteger = (std::int64_t{1} << 53) - 1;

void write_string(std::string& out, std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  out.push_back('"');
  std::size_t plain = 0;  // start of the run not yet copied
  for (std::size_t i = 0; i < text.size(); ++i) {
    // Eight bytes at a time that need no escape: a borrow out of a byte, or a byte equal to one of the two, would set its top bit.
    std::uint64_t word = 0;
    while (i + sizeof word <= text.size()) {
      constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
      std::memcpy(&word, text.data() + i, sizeof word);
      const std::uint64_t quote = word ^ (kOnes * '"');
      const std::uint64_t slash = word ^ (kOnes * '\\');
      if ((((word - kOnes * 0x20) | (quote - kOnes) | (slash - kOnes)) & ~word & (kOnes * 0x80)) != 0) break;
      i += sizeof word;
    }
    if (i == text.size()) break;
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, plain, i - plain);
    plain = i + 1;
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\t': out += "\\t"; break;
      case '\n': out += "\\n"; break;
      case '\f': out += "\\f"; break;
      case '\r': out += "\\r"; break;
      default:
        out += "\\u00";
        out.push_back(kDigits[c >> 4]);
        out.push_back(kDigits[c & 15]);
    }
  }
  out.append(text, plain, text.size() - plain);
  out.push_back('"');
}

// False when the value has no canonical form.
bool write(std::string& out, const json::value& value) {
  switch (value.kind()) {
    case json::kind::null: out += "null"; return true;
    case json::kind::bool_: out += value.get_bool() ? "true" : "false"; return true;
    case json::kind::int64:
      if (value.get_int64() > kLargestInteger || value.get_int64() < -kLargestInteger) return false;
      out += std::to_string(value.get_int64());
      return true;
    case json::kind::uint64:
      if (value.get_uint64() > static_cast<std::uint64_t>(kLargestInteger)) return false;
      out += std::to_string(value.get_uint64());
      return true;
    case json::kind::double_: return false;
    case json::kind::string: write_string(out, value.get_string()); return true;
    case json::kind::array: {
      out.push_back('[');
      bool first = true;
      for (const auto& item : value.get_array()) {
        if (!first) out.push_back(',');
        first = false;
        if (!write(out, item)) return false;
      }
      out.push_back(']');
      return true;
    }
    case json::kind::object: {
      const auto& object = value.get_object();
      boost::container::small_vector<const json::key_value_pair*, 16> members;
      members.reserve(object.size());
      for (const auto& member : object) members.push_back(&member);
      const auto in_order = [](const auto* a, const auto* b) { return a->key() < b->key(); };
      if (!std::is_sorted(members.begin(), members.end(), in_order)) std::sort(members.begin(), members.end(), in_order);
      out.push_back('{');
      bool first = true;
      for (const auto* member : members) {
        for (char c : member->key())
          if (static_cast<unsigned char>(c) >= 0x80) return false;
        if (!first) out.push_back(',');
        first = false;
        write_string(out, member->key());
        out.push_back(':');
        if (!write(out, member->value())) return false;
      }
      out.push_back('}');
      return true;
    }
  }
  return false;
}

void write_pretty(std::string& out, const json::value& value, int depth) {
  const std::string indent(static_cast<std::size_t>(depth) * 2 + 2, ' ');
  const std::string closing(static_cast<std::size_t>(depth) * 2, ' ');
  if (value.is_object() && !value.get_object().empty()) {
    out += "{\n";
    bool first = true;
    for (const auto& member : value.get_object()) {
      if (!first) out += ",\n";
      first = false;
      out += indent;
      write_string(out, member.key());
      out += ": ";
      write_pretty(out, member.value(), depth + 1);
    }
    out += "\n" + closing + "}";
  } else if (value.is_array() && !value.get_array().empty()) {
    out += "[\n";
    bool first = true;
    for (const auto& item : value.get_array()) {
      if (!first) out += ",\n";
      first = false;
      out += indent;
      write_pretty(out, item, depth + 1);
    }
    out += "\n" + closing + "]";
  } else if (value.is_double() && !std::isfinite(value.get_double())) {
    out += "null";  // 1e400 is JSON, Infinity is not
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

Result<json::value> parse_json(std::string_view text) {
  // One parser a thread keeps its buffers from text to text.
  static thread_local json::parser parser = [] {
    json::parse_options options;
    options.max_depth = 64;
    return json::parser({}, options);
  }();
  boost::system::error_code error;
  parser.reset();
  const std::size_t used = parser.write(text.data(), text.size(), error);  // the whole text, nothing after it
  if (error) return fail(ErrorCode::bad_input, "This is not JSON (around byte " + std::to_string(used) + ": " + error.message() + ").");
  return parser.release();
}

std::string canonical(const json::value& value) {
  std::string out;
  append_canonical(out, value);
  return out;
}

void append_canonical(std::string& out, const json::value& value) {
  if (!write(out, value)) std::abort();  // a bug of ours: we made this value
}

void append_canonical(std::string& out, std::string_view text) { write_string(out, text); }

Result<json::value> parse_canonical(std::string_view text) {
  if (!utf8::valid(text)) return fail(ErrorCode::bad_input, "A body that should be canonical JSON is not UTF-8.");
  auto value = TRY(parse_json(text));
  std::string again;
  again.reserve(text.size());
  if (!write(again, value) || again != text) return fail(ErrorCode::bad_input, "A body is JSON, but not in the canonical form of docs/formats/entry.md.");
  return value;
}

std::string pretty(const json::value& value) {
  std::string out;
  write_pretty(out, value, 0);
  return out;
}

std::optional<std::string> get_string(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->get_string());
}

std::optional<std::int64_t> get_integer(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_int64()) return value->get_int64();
  if (value->is_uint64() && value->get_uint64() <= static_cast<std::uint64_t>(kLargestInteger)) return static_cast<std::int64_t>(value->get_uint64());
  return std::nullopt;
}

bool get_bool(const json::object& object, std::string_view key, bool otherwise) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_bool() ? value->get_bool() : otherwise;
}

const json::object* get_object(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

const json::array* get_array(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_array();
}

std::string string_or_empty(const json::object& object, std::string_view key) { return get_string(object, key).value_or(""); }

void set_if(json::object& object, std::string_view key, const std::string& value) {
  if (!value.empty()) object[key] = value;
}

}  // namespace oyer
