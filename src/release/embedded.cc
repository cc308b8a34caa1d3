// SPDX-License-Identifier: GPL-3.0-or-later
#include "release/embedded.h"

// The assembler takes the bytes as they are; CMake gives the folder.
#define EMBED(name, path)                                                                                                                        \
  __asm__(".section .rodata\n.global " #name "_begin\n.global " #name "_end\n" #name "_begin:\n.incbin \"" OYER_RECIPIENT_DIR path "\"\n" #name "_end:\n.byte 0\n.previous\n"); \
  extern "C" const char name##_begin[];                                                                                                          \
  extern "C" const char name##_end[]

EMBED(oyer_verify_py, "/verify.py");
EMBED(oyer_verify_txt, "/VERIFY.txt");

namespace oyer::release {

std::string_view verify_py() { return {oyer_verify_py_begin, static_cast<std::size_t>(oyer_verify_py_end - oyer_verify_py_begin)}; }
std::string_view verify_txt() { return {oyer_verify_txt_begin, static_cast<std::size_t>(oyer_verify_txt_end - oyer_verify_txt_begin)}; }

}  // namespace oyer::release
