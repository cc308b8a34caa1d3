// SPDX-License-Identifier: GPL-3.0-or-later
// One function per kind of file. Each takes the whole bytes and speaks in frames; none returns an error: what can't be read is refused
// through the frames, with the reason.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "reader/frames.h"

namespace oyer::reader {

struct Request {
  std::string media;      // as the parent sniffed it
  std::string languages;  // for OCR: kor+eng
  ByteView bytes;
};

void read_pdf(const Request& request, Frames& frames);
void read_image(const Request& request, Frames& frames);
void read_html(const Request& request, Frames& frames);
void read_mail(const Request& request, Frames& frames);
void read_text(const Request& request, Frames& frames);
void read_table(const Request& request, Frames& frames);
void read_subtitles(const Request& request, Frames& frames);
void read_wave(const Request& request, Frames& frames);

// Text as UTF-8, with its encoding found out: byte order mark, UTF-8, else Windows-1252 with a warning.
std::string decode_text(ByteView bytes, Frames& frames);

// Visible text of an HTML document; blocks end in line feeds.
std::string html_text(std::string_view html);

// OCR of one 8-bit grey image.
struct Grey {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> pixels;
};
struct OcrWord {
  std::string text;
  int box[4] = {0, 0, 0, 0};  // pixels: left, top, right, bottom
  int confidence = 0;         // 0-1000
  bool new_line = false;
};
std::vector<OcrWord> recognise(const Grey& image, int dpi, const std::string& languages);
std::string ocr_version();
// A page object from words; pixels become thousandths of a point at `dpi`.
json::object ocr_page(int number, const Grey& image, int dpi, const std::vector<OcrWord>& words);

}  // namespace oyer::reader
