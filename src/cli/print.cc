// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>

#include "base/utf8.h"
#include "cli/command.h"

namespace oyer::cli {
namespace {

// Names and texts come from hostile files: nothing of them steers a terminal or turns a line around.
std::string harmless(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const char32_t c = utf8::next(text, at);
    const bool steers = (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    if (steers)
      out += "\uFFFD";
    else
      out += text.substr(start, at - start);
  }
  return out;
}

std::string shortened(std::string text, std::size_t width) {
  text = harmless(text);
  for (char& c : text)
    if (c == '\n') c = ' ';
  if (utf8::length(text) <= width) return text;
  return std::string(utf8::slice(text, 0, width - 1)) + "…";
}

// The one line by which people know a thing.
std::string title_of(const json::object& thing) {
  const auto* data = get_object(thing, "data");
  if (data == nullptr) return "";
  std::string label = string_or_empty(thing, "label");
  if (const std::string mode = string_or_empty(*data, "mode"); field_text(thing, "kind") == "measure") {
    const std::string tally = field_text(*data, "yes") + "-" + field_text(*data, "no") + "-" + field_text(*data, "abstain");
    label = string_or_empty(*data, "date") + " " + label + (mode == "vote" ? " (" + tally + ")" : mode == "without-vote" ? std::string(" (without a vote)") : " (" + mode + ")");
  }
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
  return harmless(value->is_string() ? std::string(value->get_string()) : json::serialize(*value));
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
    if (data != nullptr && string_or_empty(*data, "state") == "quarantined") extra = "  [quarantined: " + field_text(*data, "reason") + "]";
    if (data != nullptr && data->contains("held") && !get_bool(*data, "held")) extra = "  [cited, not held]";
    std::printf("%-10s %-12s %s%s\n", field_text(thing, "id").c_str(), field_text(thing, "kind").c_str(), shortened(title_of(thing), 90).c_str(), extra.c_str());
  }
  if (items.empty()) say("Nothing yet.");
}

}  // namespace oyer::cli
