// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>

#include "base/utf8.h"
#include "cli/command.h"

namespace oyer::cli {
namespace {

std::string shortened(std::string text, std::size_t width) {
  for (char& c : text)
    if (c == '\n') c = ' ';
  if (utf8::length(text) <= width) return text;
  return std::string(utf8::slice(text, 0, width - 1)) + "…";
}

// The one line by which people know a thing.
std::string title_of(const json::object& thing) {
  const auto* data = get_object(thing, "data");
  if (data == nullptr) return "";
  const std::string label = string_or_empty(thing, "label");
  if (!string_or_empty(*data, "name").empty()) return string_or_empty(*data, "name");
  std::string text;
  for (const char* key : {"text", "quote", "summary", "reason", "title", "instrument", "use"})
    if (text.empty()) text = string_or_empty(*data, key);
  if (!label.empty() && label.size() < 64) return text.empty() ? label : label + ": " + text;
  return text;
}

}  // namespace

void say(const std::string& line) { std::printf("%s\n", line.c_str()); }

std::string field_text(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr) return "";
  return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
}

void print_thing(const json::value& value) {
  const auto& thing = value.as_object();
  say(field_text(thing, "id") + "  " + field_text(thing, "kind") + "  " + shortened(title_of(thing), 90));
  if (thing.contains("flag")) say("  note: " + field_text(thing, "flag"));
}

void print_items(const json::value& answer) {
  const auto& items = answer.as_object().at("items").as_array();
  for (const auto& item : items) {
    const auto& thing = item.as_object();
    const auto* data = get_object(thing, "data");
    std::string extra;
    if (data != nullptr && string_or_empty(*data, "state") == "quarantined") extra = "  [quarantined: " + string_or_empty(*data, "reason") + "]";
    if (data != nullptr && data->contains("held") && !get_bool(*data, "held")) extra = "  [cited, not held]";
    std::printf("%-10s %-12s %s%s\n", field_text(thing, "id").c_str(), field_text(thing, "kind").c_str(), shortened(title_of(thing), 90).c_str(), extra.c_str());
  }
  if (items.empty()) say("Nothing yet.");
}

}  // namespace oyer::cli
