// SPDX-License-Identifier: GPL-3.0-or-later
#include "intake/media.h"

#include <magic.h>

#include <algorithm>
#include <memory>

namespace oyer::intake {

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
  static constexpr std::pair<std::string_view, std::string_view> kTable[] = {
      {"application/pdf", "pdf"}, {"text/html", "html"}, {"text/plain", "txt"}, {"text/csv", "csv"}, {"message/rfc822", "eml"}, {"image/jpeg", "jpg"}, {"image/png", "png"}, {"image/tiff", "tif"}, {"audio/x-wav", "wav"}, {"text/vtt", "vtt"}, {"application/x-subrip", "srt"}, {"application/json", "json"}};
  for (const auto& [type, extension] : kTable)
    if (type == media) return std::string(extension);
  return "bin";
}

}  // namespace oyer::intake
