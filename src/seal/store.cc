// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/store.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "seal/hash.h"

namespace oyer::seal {
namespace {

constexpr std::size_t kPiece = 1U << 20;
constexpr std::size_t kAhead = 4;  // pieces that wait for their digests

}  // namespace

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
  base_tag_ = compartment_tag(keys_->base().recipient());
}

void Store::forget_keys() {
  keys_.reset();
  log_key_.reset();
  wipe(hint_key_);
  forget_buffers();
}

void Store::forget_buffers() {
  for (const auto& buffer : buffers_) {
    buffer->resize(kPiece);  // a short piece leaves the rest of an older one
    wipe(*buffer);
  }
  buffers_.clear();
}

Hash Store::derive(std::string_view info) const {
  const auto id = from_base64url(case_id_);
  return keys_->derive(id ? ByteView(*id) : ByteView{}, info);
}

namespace {

tl::unexpected<Error> locked() { return fail(ErrorCode::refused, "The case is locked.", "Run `oyer unlock`, or give --key-file."); }

// SHA-256 and SHA-512 of pieces, on a thread of its own beside encrypting and writing. At most kAhead pieces wait.
class Digests {
 public:
  using Piece = std::shared_ptr<const Bytes>;
  Digests() = default;
  Digests(const Digests&) = delete;
  Digests& operator=(const Digests&) = delete;
  ~Digests() { stop(); }
  void add(const Piece& piece) {
    if (!thread_.joinable() && piece->size() < kWorthAThread && seen_ == 0) {
      seen_ += piece->size();
      return take(*piece);
    }
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return waiting_.size() < kAhead; });
    waiting_.push_back(piece);
    filled_.notify_one();
  }
  void finish(BlobRef& ref) {
    stop();
    ref.digest = sha256_.finish();
    const Bytes long_one = sha512_.finish();
    std::copy(long_one.begin(), long_one.end(), ref.sha512.begin());
  }

 private:
  static constexpr std::size_t kWorthAThread = 1U << 18;
  void take(const Bytes& piece) {
    sha256_.update(piece);
    sha512_.update(piece);
  }
  void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      filled_.wait(lock, [this] { return done_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      const Piece piece = waiting_.front();
      lock.unlock();
      take(*piece);
      lock.lock();
      waiting_.pop_front();  // only now: a piece at work counts as waiting
      room_.notify_one();
    }
  }
  void stop() {
    if (!thread_.joinable()) return;
    {
      const std::lock_guard lock(mutex_);
      done_ = true;
    }
    filled_.notify_one();
    thread_.join();
  }
  Sha256 sha256_;
  Sha512 sha512_;
  std::size_t seen_ = 0;
  std::mutex mutex_;
  std::condition_variable filled_, room_;
  std::deque<Piece> waiting_;
  bool done_ = false;
  std::thread thread_;
};

}  // namespace

Result<SealedBlob> Store::seal(ByteView plaintext) const {
  if (!keys_ || !headers_) return locked();
  SealedBlob blob;
  const age::FileKey key = age::new_file_key(system_random());
  blob.stored = age::encrypt_payload(key, plaintext, system_random());
  blob.header = age::make_header(key, {keys_->base().recipient()}, system_random());
  blob.ref.address = sha256(blob.stored);
  blob.ref.digest = sha256(plaintext);
  blob.ref.size = plaintext.size();
  blob.hint = keys_->hint_for(hint_key_, base_tag_, blob.ref.address);
  return blob;
}

Result<void> Store::place(const SealedBlob& blob) {
  TRY(blobs_->put(blob.stored, blob.ref.address));
  return headers_->put(blob.ref.address, blob.hint, blob.header);
}

Result<BlobRef> Store::put(ByteView plaintext, bool open_tier) {
  if (open_tier) {
    const Hash address = TRY(blobs_->put(plaintext));
    return BlobRef{address, address, {}, plaintext.size()};
  }
  const SealedBlob blob = TRY(seal(plaintext));
  TRY(place(blob));
  return blob.ref;
}

Result<BlobRef> Store::put_stream(const ByteSource& source, bool open_tier) {
  return put_pieces([&]() -> Result<std::shared_ptr<const Bytes>> { return std::make_shared<const Bytes>(TRY(source())); }, open_tier);
}

// Fresh memory for each piece would be taken from the kernel, cleared and given back each time; these few go round. One more than
// may wait for their digests: when a buffer's turn comes again, `Digests::add` has seen its old content done with.
Result<BlobRef> Store::put_stream(const ByteFill& fill, bool open_tier) {
  std::size_t turn = 0;
  return put_pieces(
      [&]() -> Result<std::shared_ptr<const Bytes>> {
        const std::size_t number = turn++ % (kAhead + 1);
        if (number == buffers_.size()) buffers_.push_back(std::make_shared<Bytes>());
        const auto& buffer = buffers_[number];
        buffer->resize(kPiece);
        buffer->resize(TRY(fill(*buffer)));
        return buffer;
      },
      open_tier);
}

Result<BlobRef> Store::put_pieces(const Pieces& next, bool open_tier) {
  if (!open_tier && (!keys_ || !headers_)) return locked();
  auto writer = TRY(blobs_->writer());
  const age::FileKey key = age::new_file_key(system_random());
  age::PayloadWriter payload(key, system_random(), [&](ByteView bytes) { return writer->write(bytes); });
  Digests digests;
  BlobRef ref;
  while (true) {
    const auto piece = TRY(next());
    if (piece->empty()) break;
    digests.add(piece);
    ref.size += piece->size();
    if (open_tier)
      TRY(writer->write(*piece));
    else
      TRY(payload.write(*piece));
  }
  if (!open_tier) TRY(payload.finish());
  ref.address = TRY(writer->finish());
  digests.finish(ref);
  if (!open_tier) TRY(headers_->put(ref.address, keys_->hint_for(hint_key_, base_tag_, ref.address), age::make_header(key, {keys_->base().recipient()}, system_random())));
  return ref;
}

Result<age::FileKey> Store::key_of(const Hash& address) const {
  if (!headers_) return fail(ErrorCode::damaged, "The vault's headers are missing.", "Restore vault/ from a backup.");
  if (!keys_) return locked();
  return keys_->open(hint_key_, address, TRY(headers_->get(address)));
}

Result<void> Store::get_stream(const Hash& address, bool open_tier, const std::function<Result<void>(ByteView)>& sink) const {
  if (open_tier) return blobs_->read(address, sink);
  age::PayloadReader payload(TRY(key_of(address)), sink);
  TRY(blobs_->read(address, [&](ByteView piece) -> Result<void> {
    auto taken = payload.write(piece);
    if (!taken && taken.error().code == ErrorCode::damaged) return fail_at(blobs_->place_of(address), taken.error());
    return taken;
  }));
  auto whole = payload.finish();
  if (!whole && whole.error().code == ErrorCode::damaged) return fail_at(blobs_->place_of(address), whole.error());
  return whole;
}

Result<Bytes> Store::get(const Hash& address, bool open_tier) const {
  Bytes stored = TRY(blobs_->get(address));
  if (open_tier) return stored;
  const age::FileKey key = TRY(key_of(address));
  auto plaintext = age::decrypt_payload(key, stored);
  if (!plaintext) return fail_at(blobs_->place_of(address), plaintext.error());
  return plaintext;
}

Result<std::uint64_t> Store::append(std::span<const Bytes> entries) { return append_batch(TRY(EntryBatch::of(entries))); }

Result<std::uint64_t> Store::append_batch(const EntryBatch& entries) {
  TRY(blobs_->sync());
  if (headers_) TRY(headers_->sync());
  return journal_->append_batch(entries);
}

Result<Hash> Store::seal_segment(ByteView plaintext) { return TRY(put(plaintext, false)).address; }

Result<Checkpoint> Store::publish() {
  if (!log_key_) return fail(ErrorCode::refused, "The log's key is locked, so no checkpoint can be signed.", "Run `oyer unlock`, or give --key-file.");
  return journal_->publish(*log_key_);
}

}  // namespace oyer::seal
