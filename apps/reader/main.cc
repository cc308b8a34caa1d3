// SPDX-License-Identifier: GPL-3.0-or-later
// oyer-reader: parses one hostile file behind a sandbox and speaks in frames. Started by oyer alone; see docs/formats/reader-protocol.md.
#include <sys/mman.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstring>
#include <exception>
#include <new>
#include <string_view>

#include "reader/confine.h"
#include "reader/readers.h"

namespace {

using namespace oyer::reader;

void dispatch(const Request& request, Frames& frames) {
  const std::string& media = request.media;
  if (media == "application/pdf")
    read_pdf(request, frames);
  else if (media == "image/jpeg" || media == "image/png" || media == "image/tiff")
    read_image(request, frames);
  else if (media == "text/html" || media == "application/xhtml+xml")
    read_html(request, frames);
  else if (media == "message/rfc822")
    read_mail(request, frames);
  else if (media == "text/csv" || media == "text/tab-separated-values")
    read_table(request, frames);
  else if (media == "text/vtt" || media == "application/x-subrip")
    read_subtitles(request, frames);
  else if (media == "audio/x-wav" || media == "audio/wav")
    read_wave(request, frames);
  else if (media.starts_with("text/") || media == "application/json" || media == "application/xml")
    read_text(request, frames);
  else
    frames.refused("There is no reader for files of type " + media + " yet; its bytes are kept.");
}

}  // namespace

int main(int argc, char** argv) {
  Request request;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--media") == 0) request.media = argv[i + 1];
    if (std::strcmp(argv[i], "--languages") == 0) request.languages = argv[i + 1];
  }
  struct stat status {};
  if (request.media.empty() || ::fstat(3, &status) != 0) {
    std::fputs("oyer-reader is started by oyer, with a file on descriptor 3 and --media.\n", stderr);
    return 2;
  }
  Frames frames;
  const auto size = static_cast<std::size_t>(status.st_size);
  void* mapped = size == 0 ? nullptr : ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, 3, 0);
  if (mapped == MAP_FAILED) {
    std::fputs("oyer-reader: the file can't be mapped\n", stderr);
    return 2;
  }
  confine();
  if (size == 0) frames.refused("The file is empty.");
  request.bytes = {static_cast<const std::uint8_t*>(mapped), size};
  try {
    dispatch(request, frames);
  } catch (const std::bad_alloc&) {
    frames.refused("Reading this file needs more memory than a reader may have.");
  } catch (const std::exception& error) {
    frames.refused(std::string("The reader gave up: ") + error.what());
  }
  return 0;
}
