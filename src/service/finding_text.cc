// SPDX-License-Identifier: GPL-3.0-or-later
// Search, pages and passages: from a word to its exact place in a sealed rendition.
#include <algorithm>

#include "base/utf8.h"
#include "seal/hash.h"
#include "service/parts.h"

namespace oyer::service {
namespace {

std::string page_text(const RenditionText& text, std::int64_t number) {
  for (const auto& page : text.pages)
    if (get_integer(page.get_object(), "n") == number) return string_or_empty(page.get_object(), "text");
  return "";
}

// A quotation is looked for with white space folded, since a line break on the page is no part of it. Code point span in the page's text.
struct Span {
  std::int64_t start = 0, end = 0;
};
enum class WhiteSpace { folded, ignored };
bool is_syllabic(char32_t c) { return (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3040 && c <= 0x30FF); }

std::vector<Span> find_quote(const std::string& text, const std::string& quote, WhiteSpace how) {
  const auto space = [](char32_t c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == 0xA0 || c == '\f'; };
  const auto left_out = [&](char32_t c, const std::vector<char32_t>& before) { return space(c) && (how == WhiteSpace::ignored || before.empty() || before.back() == ' '); };
  std::vector<char32_t> page, wanted;
  std::vector<std::int64_t> places;  // code point index of each kept character
  std::int64_t index = 0;
  for (std::size_t at = 0; at < text.size(); ++index) {
    const char32_t c = utf8::next(text, at);
    if (left_out(c, page)) continue;
    page.push_back(space(c) ? U' ' : c);
    places.push_back(index);
  }
  for (std::size_t at = 0; at < quote.size();) {
    const char32_t c = utf8::next(quote, at);
    if (left_out(c, wanted)) continue;
    wanted.push_back(space(c) ? U' ' : c);
  }
  while (!wanted.empty() && wanted.back() == ' ') wanted.pop_back();
  std::vector<Span> out;
  if (wanted.empty()) return out;
  for (auto it = page.begin(); (it = std::search(it, page.end(), wanted.begin(), wanted.end())) != page.end(); ++it) {
    const auto first = static_cast<std::size_t>(it - page.begin());
    out.push_back({places[first], places[first + wanted.size() - 1] + 1});
  }
  return out;
}

// In scripts of syllables OCR loses and invents spaces, and people differ in setting them: where the folded search finds nothing there,
// white space is left out of account. Never for alphabets, where it tells words apart.
std::vector<Span> find_quote(const std::string& text, const std::string& quote) {
  auto found = find_quote(text, quote, WhiteSpace::folded);
  if (!found.empty()) return found;
  for (std::size_t at = 0; at < quote.size();)
    if (is_syllabic(utf8::next(quote, at))) return find_quote(text, quote, WhiteSpace::ignored);
  return found;
}

// "10-20" or "1,2,3,4" (or an array) as exactly `count` numbers; nothing when the argument is absent.
Result<std::optional<json::array>> numbers_of(const json::object& arguments, const std::string& key, std::size_t count) {
  const auto* value = arguments.if_contains(key);
  if (value == nullptr || (value->is_string() && value->get_string().empty())) return std::optional<json::array>();
  if (value->is_array() && value->get_array().size() == count) return std::optional<json::array>(value->get_array());
  json::array out;
  std::string digits;
  const std::string text = (value->is_string() ? std::string(value->get_string()) : "") + ",";
  for (char c : text) {
    if (c >= '0' && c <= '9' && digits.size() < 12)
      digits.push_back(c);
    else if ((c == '-' || c == ',') && !digits.empty()) {
      out.emplace_back(static_cast<std::int64_t>(std::stoll(digits)));
      digits.clear();
    } else {
      break;
    }
  }
  if (out.size() != count) return fail(ErrorCode::usage, "What follows --" + key + " is not " + std::to_string(count) + " numbers.", count == 2 ? "Write for example 10-20." : "Write for example 72000,90000,300000,110000.");
  return std::optional<json::array>(std::move(out));
}

json::object cue_around(const json::object& page, std::int64_t start, std::int64_t end) {
  json::object out;
  const auto* cues = get_array(page, "cues");
  if (cues == nullptr) return out;
  for (const auto& cue : *cues) {
    const auto& row = cue.get_array();
    if (row[1].get_int64() <= start || row[0].get_int64() >= end) continue;
    if (!out.contains("from_ms")) out["from_ms"] = row[2];
    out["to_ms"] = row[3];
  }
  return out;
}

}  // namespace

Result<json::value> search_text(Context& context, const json::object& arguments) {
  const std::string query = string_or_empty(arguments, "query");
  auto index = TRY(ready_index(context));
  const auto hits = TRY(index.find(query, static_cast<std::size_t>(std::clamp<std::int64_t>(get_integer(arguments, "limit").value_or(10), 1, 1000))));
  json::array items;
  for (const auto& hit : hits) {
    const auto rendition = context.query().get(hit.rendition);
    const auto exhibit = context.query().get(hit.exhibit);
    if (!rendition || !exhibit) continue;  // outside this reader's clearance
    const auto text = TRY(rendition_text(context, *rendition));
    const std::string page = page_text(text, hit.page);
    const auto snippet = search::snippet(page, query);
    json::array marks;
    for (const auto& [start, end] : snippet.marks) {
      const std::string_view all(snippet.text);
      marks.push_back(json::array{static_cast<std::int64_t>(utf8::length(all.substr(0, start))), static_cast<std::int64_t>(utf8::length(all.substr(0, end)))});
    }
    json::object row{{"exhibit", TRY(context.query().short_id(hit.exhibit))},
                     {"name", string_or_empty(exhibit->data, "name")},
                     {"rendition", TRY(context.query().short_id(hit.rendition))},
                     {"layer", string_or_empty(rendition->data, "kind")},
                     {"page", hit.page},
                     {"snippet", snippet.text},
                     {"marks", std::move(marks)},
                     {"score", hit.score_thousandths}};
    // The first whole occurrence, so that a page can be opened at its span.
    std::string words = query;  // a phrase's quotation marks are no part of the page
    std::erase(words, '"');
    if (const auto spans = find_quote(page, words); !spans.empty()) {
      row["span"] = json::array{spans[0].start, spans[0].end};
      for (const auto& p : text.pages)
        if (get_integer(p.get_object(), "n") == hit.page)
          for (auto& member : cue_around(p.get_object(), spans[0].start, spans[0].end)) row[member.key()] = member.value();
    }
    items.push_back(std::move(row));
  }
  return json::object{{"items", std::move(items)}, {"query", query}};
}

Result<json::value> read_page(Context& context, const json::object& arguments) {
  const auto exhibit = TRY(context.query().find(string_or_empty(arguments, "exhibit"), "ex"));
  const std::int64_t number = get_integer(arguments, "page").value_or(1);
  const std::string layer = string_or_empty(arguments, "layer");
  json::array layers;
  json::object out{
      {"exhibit", TRY(context.query().short_id(exhibit.id))}, {"name", string_or_empty(exhibit.data, "name")}, {"media", string_or_empty(exhibit.data, "media")}, {"state", string_or_empty(exhibit.data, "state")}, {"page", number}};
  set_if(out, "reason", string_or_empty(exhibit.data, "reason"));
  bool chosen = false;
  for (const auto& rendition : TRY(context.query().pointing_to(exhibit.id, "exhibit"))) {
    if (rendition.kind != "rn") continue;
    const std::string kind = string_or_empty(rendition.data, "kind");
    const auto text = TRY(rendition_text(context, rendition));
    layers.push_back(json::object{{"layer", kind}, {"rendition", TRY(context.query().short_id(rendition.id))}, {"pages", static_cast<std::int64_t>(text.pages.size())}, {"tool", string_or_empty(rendition.data, "tool")}});
    if (chosen || (!layer.empty() && layer != kind)) continue;
    for (const auto& page : text.pages) {
      if (get_integer(page.get_object(), "n") != number) continue;
      if (layer.empty() && string_or_empty(page.get_object(), "text").find_first_not_of(" \n\f") == std::string::npos) continue;
      out["layer"] = kind;
      out["rendition"] = rendition.id;
      out["content"] = page;
      chosen = true;
    }
  }
  out["layers"] = std::move(layers);
  json::array passages;
  for (const auto& passage : TRY(context.query().pointing_to(exhibit.id, "exhibit"))) {
    if (passage.kind != "pa") continue;
    const auto* selector = get_object(passage.data, "selector");
    if (selector == nullptr || get_integer(*selector, "page").value_or(1) != number) continue;
    passages.push_back(json::object{{"id", TRY(context.query().short_id(passage.id))}, {"selector", *selector}, {"quote", string_or_empty(passage.data, "quote")}, {"rendition", string_or_empty(passage.data, "rendition")}});
  }
  out["passages"] = std::move(passages);
  return out;
}

Result<json::value> add_passage(Context& context, const json::object& arguments) {
  auto query = context.query();
  const auto exhibit = TRY(query.find(string_or_empty(arguments, "exhibit"), "ex"));
  const auto page = get_integer(arguments, "page");
  const std::string quote = string_or_empty(arguments, "quote");
  const std::string wanted_layer = string_or_empty(arguments, "layer");
  const auto span = TRY(numbers_of(arguments, "span", 2));
  const auto time = TRY(numbers_of(arguments, "time", 2));
  const auto box = TRY(numbers_of(arguments, "box", 4));
  if (quote.empty() && !span && !time && !box) return fail(ErrorCode::usage, "Nothing says which passage is meant.", "Give --quote TEXT, --span START-END, --time FROM-TO or --box X0,Y0,X1,Y1.");
  struct Found {
    casefile::Thing rendition;
    std::int64_t page;
    json::object selector;
    std::string quote;
  };
  std::vector<Found> found;
  std::size_t layers = 0;
  for (const auto& rendition : TRY(query.pointing_to(exhibit.id, "exhibit"))) {
    if (rendition.kind != "rn" || (!wanted_layer.empty() && string_or_empty(rendition.data, "kind") != wanted_layer)) continue;
    ++layers;
    const auto text = TRY(rendition_text(context, rendition));
    for (const auto& value : text.pages) {
      const auto& object = value.get_object();
      const std::int64_t number = get_integer(object, "n").value_or(1);
      if (page && *page != number) continue;
      const std::string content = string_or_empty(object, "text");
      const auto take = [&](json::object selector, std::int64_t start, std::int64_t end) {
        found.push_back({rendition, number, std::move(selector), std::string(utf8::slice(content, static_cast<std::size_t>(start), static_cast<std::size_t>(end)))});
      };
      if (!quote.empty()) {
        for (const Span& at : find_quote(content, quote)) take({{"page", number}, {"start", at.start}, {"end", at.end}}, at.start, at.end);
      } else if (span) {
        const auto start = (*span)[0].to_number<std::int64_t>(), end = (*span)[1].to_number<std::int64_t>();
        if (start >= 0 && start < end && end <= static_cast<std::int64_t>(utf8::length(content)) && found.empty()) take({{"page", number}, {"start", start}, {"end", end}}, start, end);
      } else if (time && object.contains("cues")) {
        const auto from = (*time)[0].to_number<std::int64_t>(), to = (*time)[1].to_number<std::int64_t>();
        std::int64_t start = -1, end = -1;
        for (const auto& cue : object.at("cues").get_array()) {
          const auto& row = cue.get_array();
          if (row[3].get_int64() <= from || row[2].get_int64() >= to) continue;
          if (start < 0) start = row[0].get_int64();
          end = row[1].get_int64();
        }
        if (start >= 0) take({{"time", json::array{from, to}}}, start, end);
      } else if (box && object.contains("words")) {
        std::int64_t start = -1, end = -1;
        const auto edge = [&](std::size_t i) { return (*box)[i].to_number<std::int64_t>(); };
        for (const auto& word : object.at("words").get_array()) {
          const auto& row = word.get_array();
          if (row[4].get_int64() <= edge(0) || row[2].get_int64() >= edge(2) || row[5].get_int64() <= edge(1) || row[3].get_int64() >= edge(3)) continue;
          if (start < 0) start = row[0].get_int64();
          end = row[1].get_int64();
        }
        if (start >= 0 && found.empty()) take({{"page", number}, {"box", *box}}, start, end);
      }
    }
    if (!found.empty()) break;  // the first layer that has it
  }
  if (layers == 0) return fail(ErrorCode::not_found, "This exhibit has no text layer in which a passage can be marked.", "`oyer show " + string_or_empty(arguments, "exhibit") + "` says what was read.");
  if (found.empty())
    return fail(ErrorCode::not_found, "That passage is not in the exhibit's text" + (page ? " on page " + std::to_string(*page) : std::string()) + ".", "Look with `oyer search`; quotations must be letter for letter, white space apart.");
  if (found.size() > 1 && !get_bool(arguments, "first")) return fail(ErrorCode::usage, "That quotation stands " + std::to_string(found.size()) + " times in the exhibit.", "Give --page, a longer quotation, or --first.");
  Found& chosen = found.front();
  json::object data{{"exhibit", exhibit.id}, {"rendition", chosen.rendition.id}, {"selector", chosen.selector}, {"quote", chosen.quote}, {"quote_digest", hex(seal::sha256(view(chosen.quote)))}};
  set_if(data, "translation", string_or_empty(arguments, "translation"));
  const auto ids = TRY(context.target->append("passage", {{"passage.add/1", std::move(data), {}, {}, ""}}, exhibit.tier == "open"));
  const auto made = TRY(context.query().get(ids[0]));
  return brief(context, made);
}

}  // namespace oyer::service
