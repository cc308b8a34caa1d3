// SPDX-License-Identifier: GPL-3.0-or-later
#include "intake/media.h"

#include <magic.h>

#include <algorithm>
#include <memory>

#include "base/utf8.h"

namespace oyer::intake {
namespace {

// UTF-8 (but for a character cut off at the end) without control characters.
bool plain_text(ByteView head) {
  std::string_view text = text_of(head);
  for (int cut = 0; cut < 4 && !text.empty() && !utf8::valid(text); ++cut) text.remove_suffix(1);
  return !text.empty() && utf8::valid(text) && std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f'; });
}

}  // namespace

std::string media_type(ByteView head, const std::string& name) {
  static const std::unique_ptr<magic_set, decltype(&magic_close)> cookie = [] {
    magic_t made = magic_open(MAGIC_MIME_TYPE);
    if (made != nullptr) magic_load(made, nullptr);
    return std::unique_ptr<magic_set, decltype(&magic_close)>(made, magic_close);
  }();
  if (head.empty()) return "application/x-empty";
  const char* found = cookie ? magic_buffer(cookie.get(), head.data(), head.size()) : nullptr;
  std::string media = found == nullptr ? "application/octet-stream" : found;
  std::string extension = name.substr(std::min(name.size(), name.find_last_of('.') == std::string::npos ? name.size() : name.find_last_of('.') + 1));
  std::transform(extension.begin(), extension.end(), extension.begin(), [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
  // libmagic guesses at texts by their first words ("Article …" is taken for a news posting). What is plain text stays plain text.
  const bool known = media.starts_with("text/") || media == "application/json" || media == "application/xml" || media == "application/csv" || media == "message/rfc822";
  const bool guess = media.starts_with("message/") || media.starts_with("application/x-") || media == "application/octet-stream" || media == "application/javascript";
  if (!known && guess && plain_text(head)) media = "text/plain";
  const bool textual = media.starts_with("text/") || media == "application/csv" || media == "application/json" || media == "message/rfc822";
  if (textual) {
    if (text_of(head).starts_with("WEBVTT") || text_of(head).starts_with("\xEF\xBB\xBFWEBVTT")) return "text/vtt";
    if (extension == "vtt") return "text/vtt";
    if (extension == "srt") return "application/x-subrip";
    if (extension == "csv") return "text/csv";
    if (extension == "tsv") return "text/tab-separated-values";
    if (extension == "eml") return "message/rfc822";
    if (extension == "html" || extension == "htm" || extension == "xhtml") return "text/html";
    if (media == "application/csv") return "text/csv";
  }
  return media;
}

std::string extension_of(const std::string& media) {
  static constexpr std::pair<std::string_view, std::string_view> kTable[] = {{"application/pdf", "pdf"}, {"text/html", "html"}, {"text/plain", "txt"},  {"text/csv", "csv"}, {"message/rfc822", "eml"},       {"image/jpeg", "jpg"},
                                                                             {"image/png", "png"},       {"image/tiff", "tif"}, {"audio/x-wav", "wav"}, {"text/vtt", "vtt"}, {"application/x-subrip", "srt"}, {"application/json", "json"}};
  for (const auto& [type, extension] : kTable)
    if (type == media) return std::string(extension);
  return "bin";
}

}  // namespace oyer::intake
