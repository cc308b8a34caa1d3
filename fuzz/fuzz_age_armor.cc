// SPDX-License-Identifier: GPL-3.0-or-later
// age's armor (c2sp.org/age, "ASCII armor"): our own text is read as it was written, and a text that is read is the one text of its bytes,
// but for white space around it and the line ends that the specification lets pass.
#include "fuzz.h"
#include "seal/age_armor.h"

using namespace oyer;
using fuzz::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  // What the specification lets differ: white space around the whole, and CRLF for LF.
  const auto bare = [](std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return std::string();
    text = text.substr(first, text.find_last_not_of(" \t\r\n") + 1 - first);
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i)
      if (text.substr(i, 2) != "\r\n") out.push_back(text[i]);
    return out;
  };
  const std::string armored = seal::age::armor(bytes);
  const auto back = seal::age::dearmor(armored);
  must(back && *back == to_bytes(bytes), "bytes are read from armor as they were written");
  if (const auto foreign = seal::age::dearmor(text_of(bytes))) must(bare(seal::age::armor(*foreign)) == bare(text_of(bytes)), "bytes have one armor");
  return 0;
}
