// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/signing.h"

#include <sodium.h>

#include <algorithm>
#include <cstdlib>

namespace oyer::seal {
namespace {

[[maybe_unused]] const bool kReady = [] {
  if (sodium_init() < 0) std::abort();
  return true;
}();

}  // namespace

SigningKey::SigningKey(const Hash& seed) { crypto_sign_seed_keypair(public_.data(), secret_.data(), seed.data()); }

SigningKey::~SigningKey() { wipe(secret_); }

Signature SigningKey::sign(ByteView message) const {
  Signature out;
  crypto_sign_detached(out.data(), nullptr, message.data(), message.size(), secret_.data());
  return out;
}

Hash SigningKey::seed() const {
  Hash out;
  std::copy_n(secret_.begin(), out.size(), out.begin());
  return out;
}

bool verify_signature(const PublicKey& key, ByteView message, ByteView signature) { return signature.size() == crypto_sign_BYTES && crypto_sign_verify_detached(signature.data(), message.data(), message.size(), key.data()) == 0; }

void wipe(std::span<std::uint8_t> bytes) { sodium_memzero(bytes.data(), bytes.size()); }

}  // namespace oyer::seal
