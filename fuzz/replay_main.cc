// SPDX-License-Identifier: GPL-3.0-or-later
// A main for fuzz targets without libFuzzer: replays every file of the given folders (or files), then each once more with simple changes,
// the same ones in every run. It finds what a kept seed already shows and shallow faults; the search for new ones is `make fuzz`.
// The input that breaks something is left in ./crash-NAME. OYER_REPLAY_CHANGES sets the number of changes a file (0 for none).
#include <sanitizer/common_interface_defs.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/clock.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

// g++ links UBSan as a library of its own, which does not call ASan's death callback: it aborts instead, and the handler below hears of it.
extern "C" const char* __ubsan_default_options() { return "abort_on_error=1:print_stacktrace=1"; }

namespace {

using oyer::Bytes;

const Bytes* current = nullptr;
std::string crash_path;

// The process is lost: plain stdio, no care for signal safety beyond that.
void keep_current() {
  if (current == nullptr) return;
  if (std::FILE* file = std::fopen(crash_path.c_str(), "wb")) {
    std::fwrite(current->data(), 1, current->size(), file);
    std::fclose(file);
    std::fprintf(stderr, "The input is in %s.\n", crash_path.c_str());
  }
  current = nullptr;
}

void run(const Bytes& input) {
  current = &input;
  // A copy of exactly this size, so that reading one byte too far is seen.
  std::vector<std::uint8_t> copy(input);
  copy.shrink_to_fit();
  LLVMFuzzerTestOneInput(copy.data(), copy.size());
  current = nullptr;
}

Bytes changed(const Bytes& seed, oyer::SeededRandom& random) {
  Bytes out = seed;
  for (std::uint64_t n = 1 + random.next() % 3; n > 0; --n) {
    const std::size_t at = out.empty() ? 0 : random.next() % out.size();
    const auto place = out.begin() + static_cast<std::ptrdiff_t>(at);
    const std::size_t few = std::min<std::size_t>(1 + random.next() % 8, out.size() - at);
    switch (random.next() % 6) {
      case 0:
        if (!out.empty()) *place ^= static_cast<std::uint8_t>(1U << (random.next() % 8));
        break;
      case 1:
        if (!out.empty()) *place = static_cast<std::uint8_t>(random.next());
        break;
      case 2: out.resize(at); break;
      case 3: out.erase(place, place + static_cast<std::ptrdiff_t>(few)); break;
      case 4: {
        const Bytes again(place, place + static_cast<std::ptrdiff_t>(few));
        out.insert(place, again.begin(), again.end());
        break;
      }
      default:
        for (std::size_t i = 0; i < few; ++i) out[at + i] = random.next() % 2 == 0 ? 0 : 0xFF;
    }
  }
  return out;
}

}  // namespace

int main(int count, char** arguments) {
  namespace fs = std::filesystem;
  crash_path = "crash-" + fs::path(arguments[0]).filename().string();
  __sanitizer_set_death_callback(keep_current);
  std::signal(SIGABRT, [](int) { keep_current(); });
  const char* wish = std::getenv("OYER_REPLAY_CHANGES");
  const int changes = wish == nullptr ? 100 : std::atoi(wish);
  std::vector<fs::path> files;
  for (int i = 1; i < count; ++i) {
    if (!fs::is_directory(arguments[i]))
      files.emplace_back(arguments[i]);
    else
      for (const auto& entry : fs::directory_iterator(arguments[i])) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) {
    std::fprintf(stderr, "There is nothing to replay: the corpus is empty or absent.\n");
    return 1;
  }
  std::size_t runs = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    std::ifstream in(files[i], std::ios::binary);
    if (!in) {
      std::fprintf(stderr, "%s can't be read.\n", files[i].c_str());
      return 1;
    }
    const Bytes seed{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    run(seed);
    oyer::SeededRandom random(seed.size() * 1000 + i);
    for (int n = 0; n < changes; ++n) run(changed(seed, random));
    runs += 1 + static_cast<std::size_t>(changes);
  }
  std::printf("%zu inputs from %zu kept ones\n", runs, files.size());
  return 0;
}
