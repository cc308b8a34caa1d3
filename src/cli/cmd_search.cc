// SPDX-License-Identifier: GPL-3.0-or-later
// search, passage
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "base/utf8.h"
#include "cli/command.h"

namespace oyer::cli {
namespace {

std::string highlighted(const std::string& text, const json::array& marks) {
  const bool color = ::isatty(1) != 0 && std::getenv("NO_COLOR") == nullptr;
  std::string out;
  std::size_t at = 0;
  for (const auto& mark : marks) {
    const auto start = static_cast<std::size_t>(mark.as_array()[0].as_int64()), end = static_cast<std::size_t>(mark.as_array()[1].as_int64());
    out += std::string(utf8::slice(text, at, start)) + (color ? "\033[1m" : "[") + std::string(utf8::slice(text, start, end)) + (color ? "\033[0m" : "]");
    at = end;
  }
  return out + std::string(utf8::slice(text, at, utf8::length(text)));
}

void print_hits(const json::value& value) {
  const auto& items = value.as_object().at("items").as_array();
  for (const auto& item : items) {
    const auto& hit = item.as_object();
    std::string where = "p. " + field_text(hit, "page");
    if (hit.contains("from_ms"))
      where = field_text(hit, "from_ms") + " ms";
    else if (const auto* span = get_array(hit, "span"))
      where += ", characters " + std::to_string((*span)[0].as_int64()) + "–" + std::to_string((*span)[1].as_int64());
    say(field_text(hit, "exhibit") + "  " + field_text(hit, "name") + "  " + where + "  (" + field_text(hit, "layer") + ", score " + field_text(hit, "score") + ")");
    say("    " + highlighted(field_text(hit, "snippet"), hit.at("marks").as_array()));
  }
  if (items.empty()) say("Nothing found.");
}

}  // namespace

void add_search_commands(std::vector<Command>& commands) {
  commands.push_back({{"search"},
                      "full text, in any script",
                      {{"QUERY", "query", Kind::text, "words, \"phrases\", beginnings*, OR, NOT", true}, {"--limit", "limit", Kind::integer, "at most so many hits (10)"}},
                      {"oyer search 처형", "oyer search '\"spring 2008\" NOT yard' --limit 5"},
                      "search",
                      {},
                      print_hits,
                      nullptr,
                      nullptr});
  commands.push_back({{"passage", "add"},
                      "mark a passage",
                      {{"EXHIBIT", "exhibit", Kind::text, "the exhibit", true},
                       {"--page", "page", Kind::integer, "page, from 1"},
                       {"--quote", "quote", Kind::text, "its words, letter for letter (white space apart)"},
                       {"--span", "span", Kind::text, "START-END in code points"},
                       {"--time", "time", Kind::text, "FROM-TO in milliseconds"},
                       {"--box", "box", Kind::text, "X0,Y0,X1,Y1 in thousandths of a point"},
                       {"--layer", "layer", Kind::text, "text, ocr, transcript"},
                       {"--first", "first", Kind::flag, "the first, when the quotation stands several times"},
                       {"--translation", "translation", Kind::text, "what it says in the working language"}},
                      {"oyer passage add ex-3f9k2 --page 2 --quote \"executions in spring\"", "oyer passage add ex-3f9k2 --time 21000-26000"},
                      "passage.add",
                      {},
                      print_thing,
                      nullptr,
                      nullptr});
  commands.push_back({{"passage", "ls"}, "list passages", {}, {"oyer passage ls"}, "ls", {{"kind", "passage"}}, print_items, nullptr, nullptr});
}

}  // namespace oyer::cli
