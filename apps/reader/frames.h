// SPDX-License-Identifier: GPL-3.0-or-later
// Frames out of the sandbox: docs/formats/reader-protocol.md.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace oyer::reader {

inline constexpr int kProtocol = 1;

class Frames {
 public:
  void hello(const std::string& tool, const std::string& version);
  void rendition(const std::string& kind, const std::string& language, json::object parameters);
  void page(json::object page);
  void facts(json::object facts);
  void warning(const std::string& text);
  void child(const std::string& name, std::string_view bytes);
  void done();
  [[noreturn]] void refused(const std::string& reason);

 private:
  void write(int type, std::string_view payload);
  int pages_ = 0;
};

}  // namespace oyer::reader
