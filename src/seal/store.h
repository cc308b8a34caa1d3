// SPDX-License-Identifier: GPL-3.0-or-later
// Journal, blobs and vault of one case together: the durable write order, and the one way to append.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "seal/blob_store.h"
#include "seal/entry.h"
#include "seal/journal.h"
#include "seal/vault.h"

namespace oyer::seal {

// A stored blob: where it lies, and what its bytes are.
struct BlobRef {
  Hash address{};
  Hash digest{};  // SHA-256 of the plaintext
  std::uint64_t size = 0;
};

// Hands out a blob's plaintext piece by piece; an empty piece ends it.
using ByteSource = std::function<Result<Bytes>()>;

class Store {
 public:
  // Opens journal/, blobs/ and vault/ below `directory`. `keys` empty: locked (or an --open case).
  static Result<std::unique_ptr<Store>> open(Disk& disk, const std::string& directory, std::string case_id, bool writable);

  void unlock(KeyRing keys);
  void set_log_key(const SigningKey& key) { log_key_.emplace(key); }
  void forget_keys();
  bool unlocked() const { return keys_.has_value(); }
  const KeyRing& keys() const { return *keys_; }
  const std::string& case_id() const { return case_id_; }
  Hash derive(std::string_view info) const;

  Journal& journal() { return *journal_; }
  const Journal& journal() const { return *journal_; }
  const BlobStore& blobs() const { return *blobs_; }
  const HeaderStore* headers() const { return headers_.get(); }

  // Stores bytes; `open_tier` leaves them in plain. Durable after the next `append` (or at once when large).
  Result<BlobRef> put(ByteView plaintext, bool open_tier);
  Result<BlobRef> put_stream(const ByteSource& source, bool open_tier);
  // Plaintext of a stored blob. Errors: damaged; refused (locked, or another compartment's); not_found (its header was shredded).
  Result<Bytes> get(const Hash& address, bool open_tier) const;

  // Makes everything durable in order (blobs, headers, journal) and returns the index of the first entry.
  Result<std::uint64_t> append(std::span<const Bytes> entries);
  // Seals a segment in the base compartment.
  Result<Hash> seal_segment(ByteView plaintext);
  Result<Checkpoint> publish();

 private:
  explicit Store(std::string case_id) : case_id_(std::move(case_id)) {}
  Result<void> put_header(const Hash& address, const std::string& header);
  std::string case_id_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<BlobStore> blobs_;
  std::unique_ptr<HeaderStore> headers_;
  std::optional<KeyRing> keys_;
  std::optional<SigningKey> log_key_;
  Hash hint_key_{};
};

}  // namespace oyer::seal
