// SPDX-License-Identifier: GPL-3.0-or-later
#include <leptonica/allheaders.h>

#include <exiv2/exiv2.hpp>
#include <memory>

#include "base/utf8.h"
#include "reader/readers.h"

namespace oyer::reader {
namespace {

constexpr l_int32 kMostPixels = 80'000'000;

// Degrees as a decimal string from three EXIF rationals; floating point never reaches a body.
std::string degrees(const Exiv2::ExifData& exif, const char* key, const char* reference, char negative) {
  const auto value = exif.findKey(Exiv2::ExifKey(key));
  const auto side = exif.findKey(Exiv2::ExifKey(reference));
  if (value == exif.end() || value->count() != 3) return "";
  double sum = 0;
  for (long i = 0, scale = 1; i < 3; ++i, scale *= 60) {
    const auto part = value->toRational(i);
    if (part.second == 0) return "";
    sum += static_cast<double>(part.first) / part.second / static_cast<double>(scale);
  }
  if (side != exif.end() && !side->toString().empty() && side->toString()[0] == negative) sum = -sum;
  char text[32];
  std::snprintf(text, sizeof text, "%.6f", sum);
  return text;
}

json::object exif_facts(ByteView bytes, Frames& frames) {
  json::object facts;
  try {
    const auto image = Exiv2::ImageFactory::open(bytes.data(), static_cast<long>(bytes.size()));
    image->readMetadata();
    const auto& exif = image->exifData();
    const auto text = [&](const char* key) {
      const auto it = exif.findKey(Exiv2::ExifKey(key));
      return it == exif.end() ? std::string() : utf8::repair(it->toString());
    };
    set_if(facts, "taken", text("Exif.Photo.DateTimeOriginal"));
    set_if(facts, "description", text("Exif.Image.ImageDescription"));
    set_if(facts, "camera", text("Exif.Image.Model"));
    set_if(facts, "lat", degrees(exif, "Exif.GPSInfo.GPSLatitude", "Exif.GPSInfo.GPSLatitudeRef", 'S'));
    set_if(facts, "lon", degrees(exif, "Exif.GPSInfo.GPSLongitude", "Exif.GPSInfo.GPSLongitudeRef", 'W'));
  } catch (const std::exception& error) {
    frames.warning(std::string("The picture's own data can't be read: ") + error.what());
  }
  return facts;
}

}  // namespace

void read_image(const Request& request, Frames& frames) {
  l_int32 format = 0, width = 0, height = 0;
  if (pixReadHeaderMem(request.bytes.data(), request.bytes.size(), &format, &width, &height, nullptr, nullptr, nullptr) != 0) frames.refused("This picture's header can't be read.");
  if (width <= 0 || height <= 0 || height > kMostPixels / width) frames.refused("This picture claims " + std::to_string(width) + " × " + std::to_string(height) + " pixels, which is more than is read.");
  const std::unique_ptr<Pix, void (*)(Pix*)> picture(pixReadMem(request.bytes.data(), request.bytes.size()), [](Pix* p) { pixDestroy(&p); });
  if (!picture) frames.refused("This picture is damaged.");
  frames.hello("leptonica and tesseract", ocr_version());
  json::object facts = exif_facts(request.bytes, frames);
  facts["width"] = width;
  facts["height"] = height;
  const std::string description = string_or_empty(facts, "description");
  frames.facts(std::move(facts));
  if (!description.empty()) {
    frames.rendition("text", "", {{"from", "EXIF ImageDescription"}});
    frames.page({{"n", 1}, {"text", description}});
  }
  if (!request.languages.empty()) {
    const std::unique_ptr<Pix, void (*)(Pix*)> grey(pixConvertTo8(picture.get(), 0), [](Pix* p) { pixDestroy(&p); });
    if (grey) {
      Grey image{width, height, {}};
      image.pixels.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
      for (l_int32 y = 0; y < height; ++y)
        for (l_int32 x = 0; x < width; ++x)
          image.pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)] = static_cast<std::uint8_t>(GET_DATA_BYTE(pixGetData(grey.get()) + y * pixGetWpl(grey.get()), x));
      const int dpi = pixGetXRes(picture.get()) > 70 ? pixGetXRes(picture.get()) : 200;
      const auto words = recognise(image, dpi, request.languages);
      if (!words.empty()) {
        frames.rendition("ocr", "", {{"dpi", dpi}, {"engine", "tesseract " + ocr_version()}, {"languages", request.languages}});
        frames.page(ocr_page(1, image, dpi, words));
      }
    }
  }
  frames.done();
}

}  // namespace oyer::reader
