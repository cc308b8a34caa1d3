// SPDX-License-Identifier: GPL-3.0-or-later
// Stored bytes by address, in packs or in files of their own: docs/formats/blob.md. Knows nothing of keys. One writer; not thread-safe.
//
// Whatever is put, small or large, is durable after the next `sync` and not before: a large blob lies in tmp/ until then, where the disk
// has begun to write it, and is read from there. One sync makes all that wait durable together: files, then names, then packs.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/disk.h"

namespace oyer::seal {

class BlobStore {
 public:
  static constexpr std::size_t kLargestPacked = 65536;

  static Result<void> create(Disk& disk, const std::string& directory);
  static Result<std::unique_ptr<BlobStore>> open(Disk& disk, const std::string& directory, bool writable);

  // Tries to take what was never synced out of tmp/ (nothing can refer to it) and to write down how far the newest pack is sound.
  ~BlobStore();
  BlobStore(const BlobStore&) = delete;
  BlobStore& operator=(const BlobStore&) = delete;

  // Stores and returns the address.
  Result<Hash> put(ByteView stored);
  Result<Hash> put(ByteView stored, const Hash& address);  // its hash is known already
  Result<void> sync();

  // A large blob that comes in pieces; memory stays flat. Small ones end in a pack.
  class Writer {
   public:
    virtual ~Writer() = default;
    virtual Result<void> write(ByteView bytes) = 0;
    virtual Result<Hash> finish() = 0;
  };
  Result<std::unique_ptr<Writer>> writer();

  bool contains(const Hash& address) const;
  // The stored bytes, checked against the address. Errors: not_found, damaged (naming file and offset).
  Result<Bytes> get(const Hash& address) const;
  // The same in pieces, with flat memory. What `sink` hears is known to be sound only when this has returned without an error.
  Result<void> read(const Hash& address, const std::function<Result<void>(ByteView)>& sink) const;
  // Where it lies, for messages: "blobs/packs/000001.pack at offset 4711".
  std::string place_of(const Hash& address) const;

  // Every stored blob is read and checked; `fault` hears a sentence for each that does not fit. Returns how many blobs were read.
  Result<std::uint64_t> scrub(const std::function<void(const std::string&)>& fault) const;
  // Addresses of all blobs, unordered.
  std::vector<Hash> addresses() const;

 private:
  struct Place {
    std::uint32_t pack = 0;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
  };  // pack 0: a file of its own
  class FileWriter;
  // A large blob in tmp/ that is whole, but not durable yet.
  struct Waiting {
    std::string path;
    std::unique_ptr<AppendFile> file;
  };
  std::string new_path();
  Result<void> keep(std::string path, std::unique_ptr<AppendFile> file, const Hash& address);
  Result<void> sync_large();
  std::string path_of(const Hash& address) const;  // where a large one lies now
  BlobStore(Disk& disk, std::string directory) : disk_(disk), directory_(std::move(directory)) {}
  Result<void> scan(bool writable);
  Result<std::uint64_t> checked_before(std::uint32_t number, const ReadFile& pack) const;
  void remember_checked();
  void index_whole(std::uint32_t number, ByteView pack);  // by hashes, also behind broken records
  Result<void> start_pack();
  Result<void> flush();
  std::string pack_path(std::uint32_t number) const;
  std::string file_path(const Hash& address) const;

  Disk& disk_;
  std::string directory_;
  bool writable_ = false;
  std::uint32_t newest_ = 0;
  std::unique_ptr<AppendFile> pack_;
  bool dirty_ = false;
  bool broken_ = false;
  unsigned counter_ = 0;       // names in tmp/
  std::uint64_t checked_ = 0;  // what blobs/checked says of the newest pack; 0: nothing
  std::unordered_map<Hash, Waiting, HashOfHash> waiting_;
  Bytes buffer_;  // records that follow what is written of `pack_`
  std::unordered_map<Hash, Place, HashOfHash> places_;
  mutable std::map<std::uint32_t, std::unique_ptr<ReadFile>> open_packs_;
};

}  // namespace oyer::seal
