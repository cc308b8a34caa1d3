// SPDX-License-Identifier: GPL-3.0-or-later
// Entry bundles and the paths of tiles: what is accepted is written back byte for byte; each tile has its own path.
#include "fuzz.h"
#include "seal/journal.h"

using namespace oyer;
using fuzz::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  if (size < 2) return 0;
  const std::size_t count = get_u16(data) % 257;
  if (const auto entries = seal::parse_bundle(bytes.subspan(2), count)) {
    Bytes again;
    for (const Bytes& entry : *entries) {
      put_u16(again, static_cast<std::uint16_t>(entry.size()));
      append(again, entry);
    }
    must(entries->size() == count && text_of(again) == text_of(bytes.subspan(2)), "a bundle is written back as it was read");
    must(count == 0 || !seal::parse_bundle(bytes.subspan(2), count - 1), "a bundle has one number of entries");
  }
  if (size < 8) return 0;
  // 1234067 is x001/x234/067: groups of three digits that give the number again.
  const std::uint64_t index = get_u64(data) >> (data[0] % 64);
  const auto width = static_cast<unsigned>(data[size - 1]);
  std::string path = seal::tile_path(index, width);
  if (width != 0) {
    const std::string tail = ".p/" + std::to_string(width);
    must(path.ends_with(tail), "a partial tile's path ends with its width");
    path.resize(path.size() - tail.size());
  }
  std::uint64_t back = 0;
  must(path.size() % 5 == 3, "a tile's path is made of groups");
  for (std::size_t at = 0; at < path.size(); at += 5) {
    const bool last = at + 3 == path.size();
    must(last || (path[at] == 'x' && path[at + 4] == '/'), "all groups but the last begin with x");
    const std::string digits = path.substr(last ? at : at + 1, 3);
    must(digits.find_first_not_of("0123456789") == std::string::npos, "a group is of digits");
    must(at != 0 || last || digits != "000", "no group stands in front for nothing");
    back = back * 1000 + std::stoul(digits);
  }
  must(back == index, "a tile's path gives its number again");
  return 0;
}
