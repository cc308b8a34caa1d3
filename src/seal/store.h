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
  Hash digest{};                          // SHA-256 of the plaintext
  std::array<std::uint8_t, 64> sha512{};  // of the plaintext, as other tools list it; filled by put_stream, zero from put
  std::uint64_t size = 0;
};

// Hands out a blob's plaintext piece by piece; an empty piece ends it.
using ByteSource = std::function<Result<Bytes>()>;
// The same into memory of the store's own, which is used again and again: how many bytes came, 0 at the end.
using ByteFill = std::function<Result<std::size_t>(std::span<std::uint8_t>)>;

// A small blob made ready away from the store: nothing of it is on disk yet.
struct SealedBlob {
  BlobRef ref;
  Bytes stored;
  std::string header;
  std::array<std::uint8_t, 16> hint{};
};

class Store {
 public:
  // Opens journal/, blobs/ and vault/ below `directory`. `keys` empty: locked (or an --open case).
  static Result<std::unique_ptr<Store>> open(Disk& disk, const std::string& directory, std::string case_id, bool writable);

  void unlock(KeyRing keys);
  void set_log_key(const SigningKey& key) { log_key_.emplace(key); }
  void forget_keys();
  ~Store() { forget_buffers(); }
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  bool unlocked() const { return keys_.has_value(); }
  const KeyRing& keys() const { return *keys_; }
  const std::string& case_id() const { return case_id_; }
  Hash derive(std::string_view info) const;

  Journal& journal() { return *journal_; }
  const Journal& journal() const { return *journal_; }
  const BlobStore& blobs() const { return *blobs_; }
  const HeaderStore* headers() const { return headers_.get(); }

  // Stores bytes; `open_tier` leaves them in plain. Durable after the next `append`, of whatever size.
  Result<BlobRef> put(ByteView plaintext, bool open_tier);
  // `put` in two halves: `seal` encrypts and touches nothing (any thread, while no thread changes the keys), `place` stores.
  Result<SealedBlob> seal(ByteView plaintext) const;
  Result<void> place(const SealedBlob& blob);
  Result<BlobRef> put_stream(const ByteSource& source, bool open_tier);
  Result<BlobRef> put_stream(const ByteFill& fill, bool open_tier);
  // Plaintext of a stored blob. Errors: damaged; refused (locked, or another compartment's); not_found (its header was shredded).
  Result<Bytes> get(const Hash& address, bool open_tier) const;

  // The same piece by piece, with flat memory. Each piece authenticated, but the whole is sound only when this has returned without an
  // error: a caller that shows or keeps what `sink` heard waits for that.
  Result<void> get_stream(const Hash& address, bool open_tier, const std::function<Result<void>(ByteView)>& sink) const;

  // Makes everything durable in order (blobs, headers, journal) and returns the index of the first entry.
  Result<std::uint64_t> append(std::span<const Bytes> entries);
  Result<std::uint64_t> append_batch(const EntryBatch& entries);
  // Seals a segment in the base compartment.
  Result<Hash> seal_segment(ByteView plaintext);
  Result<Checkpoint> publish();

 private:
  explicit Store(std::string case_id) : case_id_(std::move(case_id)) {}
  void forget_buffers();
  using Pieces = std::function<Result<std::shared_ptr<const Bytes>>()>;
  Result<BlobRef> put_pieces(const Pieces& next, bool open_tier);
  Result<age::FileKey> key_of(const Hash& address) const;
  std::string case_id_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<BlobStore> blobs_;
  std::unique_ptr<HeaderStore> headers_;
  std::optional<KeyRing> keys_;
  std::optional<SigningKey> log_key_;
  std::vector<std::shared_ptr<Bytes>> buffers_;  // of put_stream, kept from blob to blob; forgotten with the keys
  Hash hint_key_{};
  Tag base_tag_{};
};

}  // namespace oyer::seal
