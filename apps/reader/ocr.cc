// SPDX-License-Identifier: GPL-3.0-or-later
// Tesseract gives Hangul in pieces: a word's syllables come as words of their own. They are joined again where the gap between two boxes
// is small against their height, which is how a reader of the page tells a space from none.
#include <tesseract/baseapi.h>
#include <tesseract/resultiterator.h>

#include <algorithm>
#include <memory>

#include "base/utf8.h"
#include "reader/readers.h"

namespace oyer::reader {
namespace {

bool is_syllabic(std::string_view text, bool last) {
  if (text.empty()) return false;
  char32_t found = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = utf8::next(text, at);
    found = c;
    if (!last) break;
  }
  return (found >= 0xAC00 && found <= 0xD7A3) || (found >= 0x4E00 && found <= 0x9FFF) || (found >= 0x3040 && found <= 0x30FF);
}

}  // namespace

std::vector<OcrWord> recognise(const Grey& image, int dpi, const std::string& languages) {
  tesseract::TessBaseAPI api;
  if (api.Init(nullptr, languages.c_str(), tesseract::OEM_LSTM_ONLY) != 0) return {};
  api.SetPageSegMode(tesseract::PSM_AUTO);
  api.SetImage(image.pixels.data(), image.width, image.height, 1, image.width);
  api.SetSourceResolution(dpi);
  if (api.Recognize(nullptr) != 0) return {};
  std::vector<OcrWord> words;
  const std::unique_ptr<tesseract::ResultIterator> it(api.GetIterator());
  if (!it) return words;
  do {
    const std::unique_ptr<char[]> text(it->GetUTF8Text(tesseract::RIL_WORD));
    if (!text) continue;
    OcrWord word;
    word.text = utf8::repair(text.get());
    if (word.text.empty() || word.text == " ") continue;
    it->BoundingBox(tesseract::RIL_WORD, &word.box[0], &word.box[1], &word.box[2], &word.box[3]);
    word.confidence = std::clamp(static_cast<int>(it->Confidence(tesseract::RIL_WORD) * 10), 0, 1000);
    word.new_line = it->IsAtBeginningOf(tesseract::RIL_TEXTLINE);
    if (!words.empty() && !word.new_line && is_syllabic(words.back().text, true) && is_syllabic(word.text, false)) {
      OcrWord& before = words.back();
      const int height = std::max(before.box[3] - before.box[1], word.box[3] - word.box[1]);
      if (word.box[0] - before.box[2] < height * 3 / 10) {
        before.text += word.text;
        before.box[1] = std::min(before.box[1], word.box[1]);
        before.box[2] = std::max(before.box[2], word.box[2]);
        before.box[3] = std::max(before.box[3], word.box[3]);
        before.confidence = std::min(before.confidence, word.confidence);
        continue;
      }
    }
    words.push_back(std::move(word));
  } while (it->Next(tesseract::RIL_WORD));
  return words;
}

std::string ocr_version() { return tesseract::TessBaseAPI::Version(); }

json::object ocr_page(int number, const Grey& image, int dpi, const std::vector<OcrWord>& words) {
  const auto points = [dpi](int pixels) { return static_cast<std::int64_t>(pixels) * 72000 / dpi; };
  std::string text;
  std::int64_t length = 0;
  json::array boxes;
  for (const OcrWord& word : words) {
    if (!text.empty()) {
      text += word.new_line ? "\n" : " ";
      ++length;
    }
    const auto count = static_cast<std::int64_t>(utf8::length(word.text));
    boxes.push_back(json::array{length, length + count, points(word.box[0]), points(word.box[1]), points(word.box[2]), points(word.box[3]), word.confidence});
    text += word.text;
    length += count;
  }
  return {{"n", number}, {"w", points(image.width)}, {"h", points(image.height)}, {"text", text}, {"words", std::move(boxes)}};
}

}  // namespace oyer::reader
