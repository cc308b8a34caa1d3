// SPDX-License-Identifier: GPL-3.0-or-later
// Public test vectors, which are not part of the repository: OYER_SHARED_DATA or ../shared/data beside the source tree.
#pragma once

#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"

namespace oyer::test {

inline std::string vectors_directory() {
  const char* shared = std::getenv("OYER_SHARED_DATA");
  return (shared != nullptr ? std::string(shared) : std::string(OYER_SOURCE_DIR) + "/../shared/data") + "/vectors";
}

inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline void write_file(const std::string& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

inline std::vector<std::string> files_below(const std::string& directory) {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory))
    if (entry.is_regular_file()) out.push_back(entry.path().string());
  std::sort(out.begin(), out.end());
  return out;
}

// Refuses hexadecimal that is off: the vectors are written by others, but not against us.
inline Bytes bytes_of_hex(std::string_view text) { return from_hex(text).value(); }
inline Bytes hex_member(const json::object& object, std::string_view key) { return bytes_of_hex(std::string_view(object.at(key).as_string())); }

// A folder of its own for each test, empty at its start.
inline std::string fresh_directory(const std::string& name) {
  const std::string path = testing::TempDir() + "oyer_" + name + "_" + std::to_string(::getpid());
  std::filesystem::remove_all(path);
  std::filesystem::create_directories(path);
  return path;
}

}  // namespace oyer::test

// Skips loudly: a green run without the vectors must not look like a run with them.
#define OYER_NEED_VECTORS(name)                                                                                                  \
  const std::string vectors = ::oyer::test::vectors_directory() + "/" name;                                                      \
  if (!std::filesystem::exists(vectors)) {                                                                                       \
    std::fprintf(stderr, "\n!!! SKIPPED: no vectors at %s: set OYER_SHARED_DATA. Nothing was judged. !!!\n\n", vectors.c_str()); \
    GTEST_SKIP() << "no vectors at " << vectors;                                                                                 \
  }
