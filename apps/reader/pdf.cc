// SPDX-License-Identifier: GPL-3.0-or-later
// Text comes from poppler in reading order, and each of its words is then found again in that text, in order, to give it a box. A page
// with next to no text but something painted on it is rendered and read by OCR, as a rendition of its own kind.
#include <poppler-document.h>
#include <poppler-image.h>
#include <poppler-page-renderer.h>
#include <poppler-page.h>
#include <poppler-version.h>

#include <algorithm>
#include <memory>

#include "base/utf8.h"
#include "reader/readers.h"

namespace oyer::reader {
namespace {

constexpr int kOcrDpi = 200;
constexpr int kMostPages = 20000;
constexpr double kLargestSide = 14400;  // points: 200 inches, the PDF limit
constexpr std::int64_t kMostPixels = 80'000'000;

std::string utf8_of(const poppler::ustring& text) {
  const auto bytes = text.to_utf8();
  return utf8::repair(std::string_view(bytes.data(), bytes.size()));
}

std::int64_t thousandths(double points) { return static_cast<std::int64_t>(points * 1000 + 0.5); }

json::object text_page(int number, poppler::page& page, std::string text) {
  while (!text.empty() && (text.back() == '\f' || text.back() == '\n')) text.pop_back();
  text.erase(std::remove(text.begin(), text.end(), '\0'), text.end());
  const auto size = page.page_rect();
  json::array boxes;
  std::size_t at = 0;            // byte offset behind the last word found
  std::int64_t code_points = 0;  // the same in code points
  for (const auto& box : page.text_list()) {
    const std::string word = utf8_of(box.text());
    if (word.empty()) continue;
    const std::size_t found = text.find(word, at);
    if (found == std::string::npos || found - at > 4000) continue;  // in another order than the text: it gets no box
    code_points += static_cast<std::int64_t>(utf8::length(std::string_view(text).substr(at, found - at)));
    const auto count = static_cast<std::int64_t>(utf8::length(word));
    const auto rect = box.bbox();
    boxes.push_back(json::array{code_points, code_points + count, thousandths(rect.left()), thousandths(rect.top()), thousandths(rect.right()), thousandths(rect.bottom()), 1000});
    code_points += count;
    at = found + word.size();
  }
  return {{"n", number}, {"w", thousandths(size.width())}, {"h", thousandths(size.height())}, {"text", std::move(text)}, {"words", std::move(boxes)}};
}

}  // namespace

void read_pdf(const Request& request, Frames& frames) {
  const auto* data = reinterpret_cast<const char*>(request.bytes.data());
  const std::unique_ptr<poppler::document> document(poppler::document::load_from_raw_data(data, static_cast<int>(request.bytes.size())));
  if (!document) frames.refused("This PDF can't be opened: it is damaged or is no PDF.");
  if (document->is_locked()) frames.refused("This PDF is encrypted and asks for a password.");
  const int pages = document->pages();
  if (pages <= 0) frames.refused("This PDF has no pages that can be found.");
  if (pages > kMostPages) frames.refused("This PDF claims " + std::to_string(pages) + " pages; the limit is " + std::to_string(kMostPages) + ".");
  frames.hello("poppler", poppler::version_string());
  json::object facts{{"pages", pages}};
  set_if(facts, "title", utf8_of(document->get_title()));
  set_if(facts, "producer", utf8_of(document->get_producer()));
  set_if(facts, "created", utf8_of(document->info_key("CreationDate")));
  frames.facts(std::move(facts));
  frames.rendition("text", "", {{"layout", "reading-order"}});
  std::vector<int> to_recognise;
  for (int i = 0; i < pages; ++i) {
    const std::unique_ptr<poppler::page> page(document->create_page(i));
    if (!page) {
      frames.warning("Page " + std::to_string(i + 1) + " can't be read.");
      continue;
    }
    std::string text = utf8_of(page->text(page->page_rect(), poppler::page::non_raw_non_physical_layout));
    const auto visible = std::count_if(text.begin(), text.end(), [](unsigned char c) { return c > ' '; });
    if (visible < 8) to_recognise.push_back(i);
    frames.page(text_page(i + 1, *page, std::move(text)));
  }
  if (!to_recognise.empty() && !request.languages.empty() && poppler::page_renderer::can_render()) {
    bool begun = false;
    for (const int i : to_recognise) {
      const std::unique_ptr<poppler::page> page(document->create_page(i));
      if (!page) continue;
      const auto size = page->page_rect();
      if (size.width() > kLargestSide || size.height() > kLargestSide || static_cast<std::int64_t>(size.width() * kOcrDpi / 72 * size.height() * kOcrDpi / 72) > kMostPixels) {
        frames.warning("Page " + std::to_string(i + 1) + " is too large to be rendered.");
        continue;
      }
      poppler::page_renderer renderer;
      renderer.set_image_format(poppler::image::format_gray8);
      const poppler::image picture = renderer.render_page(page.get(), kOcrDpi, kOcrDpi);
      if (!picture.is_valid() || picture.format() != poppler::image::format_gray8) continue;
      Grey grey{picture.width(), picture.height(), {}};
      for (int y = 0; y < grey.height; ++y) {
        const auto* row = reinterpret_cast<const std::uint8_t*>(picture.const_data()) + static_cast<std::ptrdiff_t>(y) * picture.bytes_per_row();
        grey.pixels.insert(grey.pixels.end(), row, row + grey.width);
      }
      const auto [darkest, brightest] = std::minmax_element(grey.pixels.begin(), grey.pixels.end());
      if (grey.pixels.empty() || *brightest - *darkest < 32) continue;  // an empty page
      if (!begun) frames.rendition("ocr", "", {{"dpi", kOcrDpi}, {"engine", "tesseract " + ocr_version()}, {"languages", request.languages}});
      begun = true;
      frames.page(ocr_page(i + 1, grey, kOcrDpi, recognise(grey, kOcrDpi, request.languages)));
    }
  }
  frames.done();
}

}  // namespace oyer::reader
