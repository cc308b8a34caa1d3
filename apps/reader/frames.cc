// SPDX-License-Identifier: GPL-3.0-or-later
#include "reader/frames.h"

#include <unistd.h>

#include <cstdlib>

#include "base/bytes.h"
#include "base/utf8.h"
#include "reader/confine.h"

namespace oyer::reader {

void Frames::write(int type, std::string_view payload) {
  Bytes frame = to_bytes(std::string_view("OYRF"));
  frame.push_back(static_cast<std::uint8_t>(type));
  put_u32(frame, static_cast<std::uint32_t>(payload.size()));
  append(frame, view(payload));
  std::size_t done = 0;
  while (done < frame.size()) {
    const ssize_t n = ::write(1, frame.data() + done, frame.size() - done);
    if (n <= 0) std::_Exit(3);  // the parent is gone: nothing to say and nobody to hear it
    done += static_cast<std::size_t>(n);
  }
  renew_cpu_limit();
}

void Frames::hello(const std::string& tool, const std::string& version) { write(1, canonical(json::object{{"protocol", kProtocol}, {"tool", tool}, {"version", version}})); }

void Frames::rendition(const std::string& kind, const std::string& language, json::object parameters) {
  json::object frame{{"kind", kind}, {"parameters", std::move(parameters)}};
  set_if(frame, "language", language);
  write(2, canonical(frame));
}

void Frames::page(json::object page) {
  ++pages_;
  write(3, canonical(page));
}

void Frames::facts(json::object facts) { write(4, canonical(facts)); }
void Frames::warning(const std::string& text) { write(5, canonical(json::object{{"text", utf8::repair(text)}})); }

void Frames::child(const std::string& name, std::string_view bytes) {
  Bytes payload;
  put_u16(payload, static_cast<std::uint16_t>(std::min<std::size_t>(name.size(), 4096)));
  append(payload, view(std::string_view(name).substr(0, 4096)));
  append(payload, view(bytes));
  write(6, text_of(payload));
}

void Frames::done() { write(8, canonical(json::object{{"pages", pages_}})); }

void Frames::refused(const std::string& reason) {
  write(9, canonical(json::object{{"reason", utf8::repair(reason)}}));
  std::_Exit(0);
}

}  // namespace oyer::reader
