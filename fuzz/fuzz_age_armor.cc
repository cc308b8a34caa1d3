// SPDX-License-Identifier: GPL-3.0-or-later
// age's armor (c2sp.org/age, "ASCII armor"): our own text is read as it was written, and a text that is read is the one text of its bytes,
// but for white space around it and the line ends that the specification lets pass.
#include "fuzz.h"
#include "seal/age_armor.h"

using namespace oyer;
using fuzz::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  const auto bare = [](std::string_view text) {
    std::string out(text);
    std::erase_if(out, [](char c) { return c == '\r' || c == '\n' || c == ' ' || c == '\t'; });
    return out;
  };
  const std::string armored = seal::age::armor(bytes);
  const auto back = seal::age::unarmor(armored);
  must(back && *back == to_bytes(bytes), "bytes are read from armor as they were written");
  if (const auto foreign = seal::age::unarmor(text_of(bytes))) must(bare(seal::age::armor(*foreign)) == bare(text_of(bytes)), "bytes have one armor");
  return 0;
}
