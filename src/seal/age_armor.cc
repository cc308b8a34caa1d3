// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/age_armor.h"

#include <optional>

namespace oyer::seal::age {
namespace {

constexpr std::string_view kBegin = "-----BEGIN AGE ENCRYPTED FILE-----";
constexpr std::string_view kEnd = "-----END AGE ENCRYPTED FILE-----";
constexpr std::string_view kWhiteSpace = " \t\r\n";
constexpr std::size_t kColumns = 64;

tl::unexpected<Error> malformed(const char* what) { return fail(ErrorCode::bad_input, std::string("The armor of an age file is malformed: ") + what + "."); }

bool blank(std::string_view text) { return text.find_first_not_of(kWhiteSpace) == std::string_view::npos; }

// Takes one line off `text`, without its LF or CRLF; the last may have neither. Nothing when the text is at its end.
std::optional<std::string_view> take_line(std::string_view& text) {
  if (text.empty()) return std::nullopt;
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (end != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

std::string armor(ByteView file) {
  const std::string encoded = base64(file);
  std::string out(kBegin);
  out += "\n";
  for (std::size_t at = 0; at < encoded.size(); at += kColumns) {
    out.append(encoded, at, kColumns);
    out += "\n";
  }
  return out.append(kEnd) + "\n";
}

Result<Bytes> dearmor(std::string_view text) {
  std::optional<std::string_view> line;
  do line = take_line(text);
  while (line && *line != kBegin && blank(*line));
  if (!line || *line != kBegin) return malformed("it does not begin with its first line");

  // All lines are full but the last, which has at least one character; so the lines joined decide on the padding.
  std::string encoded;
  encoded.reserve(text.size());
  bool last = false;
  while ((line = take_line(text)) && *line != kEnd) {
    if (last || line->empty() || line->size() > kColumns) return malformed("a line is not 64 characters long");
    last = line->size() < kColumns;
    encoded += *line;
  }
  if (!line) return malformed("it has no last line");
  if (!blank(text)) return malformed("something follows it");
  auto bytes = from_base64(encoded);
  if (!bytes) return malformed("a line is not canonical base64");
  return *std::move(bytes);
}

}  // namespace oyer::seal::age
