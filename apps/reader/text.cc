// SPDX-License-Identifier: GPL-3.0-or-later
// Plain text, tables and subtitles.
#include <algorithm>
#include <optional>

#include "base/csv.h"
#include "base/utf8.h"
#include "reader/readers.h"

namespace oyer::reader {
namespace {

constexpr std::size_t kPageLength = 200'000;  // bytes; long texts are cut into pages at line ends

std::string from_utf16(ByteView bytes, bool big_endian) {
  std::string out;
  const auto unit = [&](std::size_t i) { return static_cast<char32_t>(big_endian ? (bytes[i] << 8) | bytes[i + 1] : (bytes[i + 1] << 8) | bytes[i]); };
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    char32_t c = unit(i);
    if (c >= 0xD800 && c < 0xDC00 && i + 3 < bytes.size() && unit(i + 2) >= 0xDC00 && unit(i + 2) < 0xE000) {
      c = 0x10000 + ((c - 0xD800) << 10) + (unit(i + 2) - 0xDC00);
      i += 2;
    } else if (c >= 0xD800 && c < 0xE000) {
      c = 0xFFFD;
    }
    utf8::append(out, c);
  }
  return out;
}

// Windows-1252, 0x80 to 0x9F (the WHATWG table).
constexpr char32_t k1252[32] = {0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D, 0x8F,
                                0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D, 0x017E, 0x0178};

void emit_pages(const std::string& text, Frames& frames) {
  std::size_t at = 0;
  int number = 1;
  do {
    std::size_t end = std::min(text.size(), at + kPageLength);
    if (end < text.size()) {
      const std::size_t line = text.rfind('\n', end);
      if (line != std::string::npos && line > at) end = line + 1;
      while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
    }
    frames.page({{"n", number++}, {"text", text.substr(at, end - at)}});
    at = end;
  } while (at < text.size());
}

// "00:01:02.500" or "01:02,500" in milliseconds.
std::optional<std::int64_t> time_of(std::string_view text) {
  std::int64_t parts[3] = {0, 0, 0};
  int count = 0;
  std::int64_t value = 0, fraction = 0;
  int digits = 0;
  bool in_fraction = false;
  for (char c : text) {
    if (c >= '0' && c <= '9') {
      if (in_fraction && digits < 3) {
        fraction = fraction * 10 + (c - '0');
        ++digits;
      } else if (!in_fraction) {
        value = value * 10 + (c - '0');
        if (value > 1'000'000) return std::nullopt;
      }
    } else if (c == ':' && count < 2 && !in_fraction) {
      parts[count++] = value;
      value = 0;
    } else if ((c == '.' || c == ',') && !in_fraction) {
      in_fraction = true;
    } else {
      return std::nullopt;
    }
  }
  if (count == 0) return std::nullopt;
  parts[count] = value;
  const std::int64_t seconds = count == 2 ? parts[0] * 3600 + parts[1] * 60 + parts[2] : parts[0] * 60 + parts[1];
  for (; digits < 3; ++digits) fraction *= 10;
  return seconds * 1000 + fraction;
}

std::string without_tags(std::string_view line) {
  std::string out;
  bool inside = false;
  for (char c : line) {
    if (c == '<')
      inside = true;
    else if (c == '>')
      inside = false;
    else if (!inside)
      out.push_back(c);
  }
  return out;
}

}  // namespace

std::string decode_text(ByteView bytes, Frames& frames) {
  const std::string_view text = text_of(bytes);
  if (text.starts_with("\xEF\xBB\xBF")) return utf8::repair(text.substr(3));
  if (text.starts_with("\xFF\xFE")) return from_utf16(bytes.subspan(2), false);
  if (text.starts_with("\xFE\xFF")) return from_utf16(bytes.subspan(2), true);
  if (utf8::valid(text)) {
    std::string out(text);
    out.erase(std::remove(out.begin(), out.end(), '\0'), out.end());
    return out;
  }
  frames.warning("The text is not UTF-8; it was read as Windows-1252.");
  std::string out;
  for (std::uint8_t byte : bytes) utf8::append(out, byte >= 0x80 && byte < 0xA0 ? k1252[byte - 0x80] : byte);
  return out;
}

void read_text(const Request& request, Frames& frames) {
  frames.hello("oyer-reader text", "1");
  const std::string text = decode_text(request.bytes, frames);
  frames.rendition("text", "", json::object());
  emit_pages(text, frames);
  frames.done();
}

void read_table(const Request& request, Frames& frames) {
  frames.hello("oyer-reader table", "1");
  const std::string text = decode_text(request.bytes, frames);
  const auto table = parse_csv(text);
  if (!table) {
    frames.warning(table.error().text());
    frames.facts({{"table", false}});
  } else {
    json::array columns;
    for (const auto& name : table->header) columns.emplace_back(name);
    frames.facts({{"table", true}, {"rows", static_cast<std::int64_t>(table->rows.size())}, {"columns", std::move(columns)}});
  }
  frames.rendition("text", "", json::object());
  emit_pages(text, frames);
  frames.done();
}

void read_subtitles(const Request& request, Frames& frames) {
  frames.hello("oyer-reader subtitles", "1");
  std::string source = decode_text(request.bytes, frames);
  source.erase(std::remove(source.begin(), source.end(), '\r'), source.end());
  std::string text;
  std::int64_t length = 0;
  json::array cues;
  std::int64_t from = -1, to = -1, cue_start = 0;
  std::size_t at = 0;
  const auto end_cue = [&] {
    if (from >= 0 && length > cue_start) cues.push_back(json::array{cue_start, length, from, to});
    from = -1;
  };
  while (at <= source.size()) {
    const std::size_t end = std::min(source.find('\n', at), source.size());
    const std::string_view line = std::string_view(source).substr(at, end - at);
    at = end + 1;
    const std::size_t arrow = line.find("-->");
    if (arrow != std::string_view::npos) {
      end_cue();
      const auto trim = [](std::string_view part) {
        while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
        return part.substr(0, part.find(' '));
      };
      std::string_view first = line.substr(0, arrow);
      while (!first.empty() && first.back() == ' ') first.remove_suffix(1);
      const auto start = time_of(trim(first));
      const auto stop = time_of(trim(line.substr(arrow + 3)));
      if (start && stop && *stop >= *start) {
        if (!text.empty()) {
          text += '\n';
          ++length;
        }
        from = *start;
        to = *stop;
        cue_start = length;
      }
    } else if (line.empty()) {
      end_cue();
    } else if (from >= 0) {
      const std::string spoken = without_tags(line);
      if (length > cue_start) {
        text += ' ';
        ++length;
      }
      text += spoken;
      length += static_cast<std::int64_t>(utf8::length(spoken));
    }
  }
  end_cue();
  if (cues.empty()) frames.refused("There is no timed line in this transcript.");
  frames.rendition("transcript", "", json::object());
  frames.page({{"n", 1}, {"text", text}, {"cues", std::move(cues)}});
  frames.done();
}

void read_wave(const Request& request, Frames& frames) {
  const ByteView bytes = request.bytes;
  if (bytes.size() < 44 || text_of(bytes.first(4)) != "RIFF" || text_of(bytes.subspan(8, 4)) != "WAVE") frames.refused("This is not a WAVE recording.");
  const auto little = [&](std::size_t at, int count) {
    std::uint64_t value = 0;
    for (int i = count; i-- > 0;) value = (value << 8) | bytes[at + static_cast<std::size_t>(i)];
    return value;
  };
  std::uint64_t rate = 0, byte_rate = 0, channels = 0, data = 0;
  for (std::size_t at = 12; at + 8 <= bytes.size();) {
    const std::string_view name = text_of(bytes.subspan(at, 4));
    const std::uint64_t size = little(at + 4, 4);
    if (name == "fmt " && size >= 16 && at + 24 <= bytes.size()) {
      channels = little(at + 10, 2);
      rate = little(at + 12, 4);
      byte_rate = little(at + 16, 4);
    }
    if (name == "data") data = std::min<std::uint64_t>(size, bytes.size() - at - 8);
    if (size > bytes.size() - at - 8) break;
    at += 8 + size + (size & 1);
  }
  if (byte_rate == 0 || data == 0) frames.refused("This WAVE recording has no sound that can be found.");
  frames.hello("oyer-reader wave", "1");
  frames.facts({{"duration_ms", static_cast<std::int64_t>(data * 1000 / byte_rate)}, {"rate", static_cast<std::int64_t>(rate)}, {"channels", static_cast<std::int64_t>(channels)}});
  frames.done();
}

}  // namespace oyer::reader
