// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/store.h"

#include "seal/hash.h"

namespace oyer::seal {

Result<std::unique_ptr<Store>> Store::open(Disk& disk, const std::string& directory, std::string case_id, bool writable) {
  std::unique_ptr<Store> store(new Store(std::move(case_id)));
  store->journal_ = TRY(Journal::open(disk, directory + "/journal", writable));
  store->blobs_ = TRY(BlobStore::open(disk, directory + "/blobs", writable));
  if (disk.exists(directory + "/vault/headers-a") || disk.exists(directory + "/vault/headers-b")) store->headers_ = TRY(HeaderStore::open(disk, directory + "/vault", writable));
  return store;
}

void Store::unlock(KeyRing keys) {
  keys_.emplace(std::move(keys));
  hint_key_ = derive("oyer/hint/1");
}

void Store::forget_keys() {
  keys_.reset();
  log_key_.reset();
  wipe(hint_key_);
}

Hash Store::derive(std::string_view info) const {
  const auto id = from_base64url(case_id_);
  return keys_->derive(id ? ByteView(*id) : ByteView{}, info);
}

Result<void> Store::put_header(const Hash& address, const std::string& header) {
  const Tag tag = compartment_tag(keys_->base().recipient());
  return headers_->put(address, keys_->hint_for(hint_key_, tag, address), header);
}

Result<BlobRef> Store::put(ByteView plaintext, bool open_tier) {
  const Hash digest = sha256(plaintext);
  if (open_tier) return BlobRef{TRY(blobs_->put(plaintext)), digest, plaintext.size()};
  if (!keys_ || !headers_) return fail(ErrorCode::refused, "The case is locked.", "Run `oyer unlock`, or give --key-file.");
  const age::FileKey key = age::new_file_key(system_random());
  const Hash address = TRY(blobs_->put(age::encrypt_payload(key, plaintext, system_random())));
  TRY(put_header(address, age::make_header(key, {keys_->base().recipient()}, system_random())));
  return BlobRef{address, digest, plaintext.size()};
}

Result<BlobRef> Store::put_stream(const ByteSource& source, bool open_tier) {
  if (!open_tier && (!keys_ || !headers_)) return fail(ErrorCode::refused, "The case is locked.", "Run `oyer unlock`, or give --key-file.");
  auto writer = TRY(blobs_->writer());
  const age::FileKey key = age::new_file_key(system_random());
  age::PayloadWriter payload(key, system_random(), [&](ByteView bytes) { return writer->write(bytes); });
  Sha256 hash;
  BlobRef ref;
  while (true) {
    const Bytes piece = TRY(source());
    if (piece.empty()) break;
    hash.update(piece);
    ref.size += piece.size();
    if (open_tier)
      TRY(writer->write(piece));
    else
      TRY(payload.write(piece));
  }
  if (!open_tier) TRY(payload.finish());
  ref.address = TRY(writer->finish());
  ref.digest = hash.finish();
  if (!open_tier) TRY(put_header(ref.address, age::make_header(key, {keys_->base().recipient()}, system_random())));
  return ref;
}

Result<Bytes> Store::get(const Hash& address, bool open_tier) const {
  Bytes stored = TRY(blobs_->get(address));
  if (open_tier) return stored;
  if (!headers_) return fail(ErrorCode::damaged, "The vault's headers are missing.", "Restore vault/ from a backup.");
  if (!keys_) return fail(ErrorCode::refused, "The case is locked.", "Run `oyer unlock`, or give --key-file.");
  const HeaderRecord record = TRY(headers_->get(address));
  const age::FileKey key = TRY(keys_->open(hint_key_, address, record));
  auto plaintext = age::decrypt_payload(key, stored);
  if (!plaintext) return fail_at(blobs_->place_of(address), plaintext.error());
  return plaintext;
}

Result<std::uint64_t> Store::append(std::span<const Bytes> entries) {
  TRY(blobs_->sync());
  if (headers_) TRY(headers_->sync());
  return journal_->append(entries);
}

Result<Hash> Store::seal_segment(ByteView plaintext) { return TRY(put(plaintext, false)).address; }

Result<Checkpoint> Store::publish() {
  if (!log_key_) return fail(ErrorCode::refused, "The log's key is locked, so no checkpoint can be signed.", "Run `oyer unlock`, or give --key-file.");
  return journal_->publish(*log_key_);
}

}  // namespace oyer::seal
