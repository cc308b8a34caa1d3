// SPDX-License-Identifier: GPL-3.0-or-later
// Files compiled into the program. The assembler takes the bytes as they are; CMake gives the folder and rebuilds when they change.
#pragma once

#include <string_view>

#define OYER_EMBED(name, path)                                                                                                                               \
  __asm__(".section .rodata\n.global " #name "_begin\n.global " #name "_end\n" #name "_begin:\n.incbin \"" path "\"\n" #name "_end:\n.byte 0\n.previous\n"); \
  extern "C" const char name##_begin[];                                                                                                                      \
  extern "C" const char name##_end[]

#define OYER_EMBEDDED(name) std::string_view(name##_begin, static_cast<std::size_t>(name##_end - name##_begin))
