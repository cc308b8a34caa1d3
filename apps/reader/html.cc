// SPDX-License-Identifier: GPL-3.0-or-later
#include <gumbo.h>

#include <string>

#include "base/utf8.h"
#include "reader/readers.h"

namespace oyer::reader {
namespace {

constexpr int kDeepest = 400;

bool hidden(GumboTag tag) { return tag == GUMBO_TAG_SCRIPT || tag == GUMBO_TAG_STYLE || tag == GUMBO_TAG_NOSCRIPT || tag == GUMBO_TAG_TEMPLATE || tag == GUMBO_TAG_IFRAME || tag == GUMBO_TAG_TEXTAREA; }

bool block(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_P:
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_BR:
    case GUMBO_TAG_LI:
    case GUMBO_TAG_TR:
    case GUMBO_TAG_H1:
    case GUMBO_TAG_H2:
    case GUMBO_TAG_H3:
    case GUMBO_TAG_H4:
    case GUMBO_TAG_H5:
    case GUMBO_TAG_H6:
    case GUMBO_TAG_SECTION:
    case GUMBO_TAG_ARTICLE:
    case GUMBO_TAG_HEADER:
    case GUMBO_TAG_FOOTER:
    case GUMBO_TAG_TITLE:
    case GUMBO_TAG_TABLE:
    case GUMBO_TAG_UL:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_BLOCKQUOTE:
    case GUMBO_TAG_PRE:
    case GUMBO_TAG_DT:
    case GUMBO_TAG_DD: return true;
    default: return false;
  }
}

void append_folded(std::string& out, const char* text) {
  for (const char* c = text; *c != '\0'; ++c) {
    const bool space = *c == ' ' || *c == '\t' || *c == '\n' || *c == '\r';
    if (!space)
      out.push_back(*c);
    else if (!out.empty() && out.back() != ' ' && out.back() != '\n')
      out.push_back(' ');
  }
}

void end_line(std::string& out) {
  while (!out.empty() && out.back() == ' ') out.pop_back();
  if (!out.empty() && out.back() != '\n') out.push_back('\n');
}

void walk(const GumboNode* node, std::string& out, int depth) {
  if (depth > kDeepest) return;
  if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE || node->type == GUMBO_NODE_CDATA) return append_folded(out, node->v.text.text);
  const GumboVector* children = nullptr;
  if (node->type == GUMBO_NODE_DOCUMENT) children = &node->v.document.children;
  if (node->type == GUMBO_NODE_ELEMENT) {
    if (hidden(node->v.element.tag)) return;
    children = &node->v.element.children;
    if (block(node->v.element.tag)) end_line(out);
  }
  if (children == nullptr) return;
  for (unsigned i = 0; i < children->length; ++i) walk(static_cast<const GumboNode*>(children->data[i]), out, depth + 1);
  if (node->type == GUMBO_NODE_ELEMENT && block(node->v.element.tag)) end_line(out);
}

}  // namespace

std::string html_text(std::string_view html) {
  GumboOptions options = kGumboDefaultOptions;
  options.max_errors = 0;
  GumboOutput* parsed = gumbo_parse_with_options(&options, html.data(), html.size());
  std::string out;
  walk(parsed->document, out, 0);
  gumbo_destroy_output(&options, parsed);
  while (!out.empty() && (out.back() == ' ' || out.back() == '\n')) out.pop_back();
  return utf8::repair(out);
}

void read_html(const Request& request, Frames& frames) {
  frames.hello("gumbo", "0.10.1");
  const std::string text = html_text(decode_text(request.bytes, frames));
  frames.rendition("text", "", {{"from", "html"}});
  frames.page({{"n", 1}, {"text", text}});
  frames.done();
}

}  // namespace oyer::reader
