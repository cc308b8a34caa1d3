// SPDX-License-Identifier: GPL-3.0-or-later
// The low-level SHA calls are marked deprecated in OpenSSL 3, but they are the fast path for hashes of a few dozen bytes: the EVP
// calls allocate and look up a provider each time. They are declared here and nowhere else.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "seal/hash.h"

#include <openssl/sha.h>

#include <algorithm>
#include <cstring>

namespace oyer::seal {

Hash sha256(ByteView bytes) { return sha256({bytes}); }

Hash sha256(std::initializer_list<ByteView> parts) {
  SHA256_CTX context;
  SHA256_Init(&context);
  for (ByteView part : parts) SHA256_Update(&context, part.data(), part.size());
  Hash out;
  SHA256_Final(out.data(), &context);
  return out;
}

struct Sha256::State {
  SHA256_CTX context;
};
Sha256::Sha256() : state_(std::make_unique<State>()) { SHA256_Init(&state_->context); }
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
void Sha256::update(ByteView bytes) { SHA256_Update(&state_->context, bytes.data(), bytes.size()); }
Hash Sha256::finish() {
  Hash out;
  SHA256_Final(out.data(), &state_->context);
  return out;
}

struct Sha512::State {
  SHA512_CTX context;
};
Sha512::Sha512() : state_(std::make_unique<State>()) { SHA512_Init(&state_->context); }
Sha512::~Sha512() = default;
void Sha512::update(ByteView bytes) { SHA512_Update(&state_->context, bytes.data(), bytes.size()); }
Bytes Sha512::finish() {
  Bytes out(64);
  SHA512_Final(out.data(), &state_->context);
  return out;
}

Bytes sha512(ByteView bytes) {
  Sha512 hash;
  hash.update(bytes);
  return hash.finish();
}

Hash hmac_sha256(ByteView key, ByteView message) {
  std::array<std::uint8_t, 64> block{};
  if (key.size() > block.size()) {
    const Hash short_key = sha256(key);
    std::copy(short_key.begin(), short_key.end(), block.begin());
  } else {
    std::copy(key.begin(), key.end(), block.begin());
  }
  std::array<std::uint8_t, 64> inner;
  std::array<std::uint8_t, 64> outer;
  for (std::size_t i = 0; i < block.size(); ++i) {
    inner[i] = block[i] ^ 0x36;
    outer[i] = block[i] ^ 0x5C;
  }
  const Hash middle = sha256({inner, message});
  return sha256({outer, middle});
}

Hash hkdf_sha256(ByteView input, ByteView salt, std::string_view info) {
  const Hash extracted = hmac_sha256(salt, input);  // an empty salt and one of 32 zero bytes give the same block
  Bytes block(info.begin(), info.end());
  block.push_back(1);
  return hmac_sha256(extracted, block);
}

}  // namespace oyer::seal
