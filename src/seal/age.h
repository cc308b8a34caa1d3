// SPDX-License-Identifier: GPL-3.0-or-later
// age v1 (https://c2sp.org/age) with X25519 and scrypt recipients; header and payload can live apart.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace oyer::seal::age {

using Recipient = std::array<std::uint8_t, 32>;  // X25519 public key
using FileKey = std::array<std::uint8_t, 16>;

// An X25519 identity. Wiped when destroyed.
class Identity {
 public:
  explicit Identity(const Hash& secret);
  Identity(const Identity&) = default;
  Identity& operator=(const Identity&) = default;
  ~Identity();
  static Identity generate(Random& random);
  static Result<Identity> parse(std::string_view text);  // AGE-SECRET-KEY-1…
  std::string text() const;
  const Recipient& recipient() const { return recipient_; }
  const Hash& secret() const { return secret_; }

 private:
  Hash secret_;
  Recipient recipient_;
};

std::string recipient_text(const Recipient& recipient);  // age1…
Result<Recipient> parse_recipient(std::string_view text);

// Headers. `unwrap` errors: refused when no stanza opens with this key, bad_input when the header is malformed.
std::string make_header(const FileKey& key, const std::vector<Recipient>& recipients, Random& random);
std::string make_passphrase_header(const FileKey& key, std::string_view passphrase, int work_factor, Random& random);
Result<FileKey> unwrap(std::string_view header, const Identity& identity);
Result<FileKey> unwrap_passphrase(std::string_view header, std::string_view passphrase);
// Length of the header at the start of a whole age file.
Result<std::size_t> header_length(ByteView file);

FileKey new_file_key(Random& random);

class ChunkCipher;  // ChaCha20-Poly1305 with one payload's key

// Payloads: nonce and chunks of 64 KiB. Encrypts pieces of any size and hands stored bytes to `sink`, many chunks at once; memory stays flat.
class PayloadWriter {
 public:
  using Sink = std::function<Result<void>(ByteView)>;
  PayloadWriter(const FileKey& key, Random& random, Sink sink);
  ~PayloadWriter();
  Result<void> write(ByteView plaintext);
  Result<void> finish();

 private:
  Result<void> seal(ByteView plaintext, bool last);
  Result<void> flush();
  std::unique_ptr<ChunkCipher> cipher_;
  Sink sink_;
  Bytes buffer_;             // plaintext of the chunk begun
  Bytes sealed_;             // the nonce or chunks, not yet handed on, and room behind them
  std::size_t filled_ = 16;  // of `sealed_`
  std::uint64_t counter_ = 0;
};

// The same backwards: takes stored bytes in pieces of any size and hands out plaintext. Each chunk is authenticated before it is handed
// out, but only `finish` tells whether the payload is whole: until it has succeeded, what came may be a beginning that was cut off.
class PayloadReader {
 public:
  using Sink = std::function<Result<void>(ByteView)>;
  PayloadReader(const FileKey& key, Sink sink);
  ~PayloadReader();
  // Error: damaged when a chunk does not authenticate, and whatever the sink says.
  Result<void> write(ByteView stored);
  Result<void> finish();

 private:
  Result<void> flush(bool last);
  FileKey file_key_;
  Sink sink_;
  std::unique_ptr<ChunkCipher> cipher_;  // once the nonce is there
  Bytes buffer_;                         // the nonce, then the sealed chunk begun
  Bytes plain_;
  std::uint64_t counter_ = 0;
};

Bytes encrypt_payload(const FileKey& key, ByteView plaintext, Random& random);
// Error: damaged when a chunk does not authenticate.
Result<Bytes> decrypt_payload(const FileKey& key, ByteView payload);

// Whole small files, for the vault.
Bytes encrypt(const std::vector<Recipient>& recipients, ByteView plaintext, Random& random);
Bytes encrypt_with_passphrase(std::string_view passphrase, int work_factor, ByteView plaintext, Random& random);
Result<Bytes> decrypt(ByteView file, const Identity& identity);
Result<Bytes> decrypt_with_passphrase(ByteView file, std::string_view passphrase);

}  // namespace oyer::seal::age
