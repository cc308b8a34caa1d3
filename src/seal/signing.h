// SPDX-License-Identifier: GPL-3.0-or-later
// Ed25519 (RFC 8032) by libsodium.
#pragma once

#include "base/bytes.h"

namespace oyer::seal {

using PublicKey = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;

// A signing key made from its 32-byte seed. Wiped when destroyed.
class SigningKey {
 public:
  explicit SigningKey(const Hash& seed);
  SigningKey(const SigningKey&) = default;
  SigningKey& operator=(const SigningKey&) = default;
  ~SigningKey();
  const PublicKey& public_key() const { return public_; }
  Signature sign(ByteView message) const;
  Hash seed() const;

 private:
  std::array<std::uint8_t, 64> secret_;
  PublicKey public_;
};

bool verify_signature(const PublicKey& key, ByteView message, ByteView signature);

// Overwrites memory that held a key.
void wipe(std::span<std::uint8_t> bytes);

}  // namespace oyer::seal
