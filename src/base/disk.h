// SPDX-License-Identifier: GPL-3.0-or-later
// Files behind an interface, so that tests can make them fail, tear and run full.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace oyer {

// A file that grows at its end. Not thread-safe. After a failed write or sync every later call fails: nothing is retried.
class AppendFile {
 public:
  virtual ~AppendFile() = default;
  virtual Result<void> write(ByteView bytes) = 0;
  virtual Result<void> sync() = 0;  // data durable (fdatasync)
  // Lets the disk begin with what was written, without waiting: a later `sync` is short. Makes nothing durable.
  virtual Result<void> start_writeback() { return {}; }
  virtual std::uint64_t size() const = 0;
};

// Random reads of one file. Thread-safe.
class ReadFile {
 public:
  virtual ~ReadFile() = default;
  virtual Result<Bytes> read(std::uint64_t offset, std::size_t length) const = 0;  // fewer bytes only at the end
  // The same into memory that is there already; how many bytes came.
  virtual Result<std::size_t> read_into(std::uint64_t offset, std::span<std::uint8_t> out) const {
    const Bytes bytes = TRY(read(offset, out.size()));
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return bytes.size();
  }
  virtual std::uint64_t size() const = 0;
};

// Held until destroyed.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

class Disk {
 public:
  virtual ~Disk() = default;
  virtual bool exists(const std::string& path) const = 0;
  virtual Result<Bytes> read_all(const std::string& path) const = 0;
  virtual Result<std::unique_ptr<ReadFile>> open(const std::string& path) const = 0;
  // Opens or creates; `keep` cuts the file to that many bytes first (a torn tail).
  virtual Result<std::unique_ptr<AppendFile>> append(const std::string& path, std::uint64_t keep) = 0;
  // A new, empty file whose name need not outlive a power cut: it is moved when it is whole.
  virtual Result<std::unique_ptr<AppendFile>> scratch(const std::string& path) = 0;
  // Temporary file, fsync, rename, fsync of the directory: afterwards the old or the new content stands, never a mixture.
  virtual Result<void> write_atomic(const std::string& path, ByteView bytes, unsigned mode = 0644) = 0;
  // Writes a derived file without waiting for the disk; `sync_everything` makes all of them durable at once.
  virtual Result<void> write_derived(const std::string& path, ByteView bytes) = 0;
  virtual Result<void> sync_everything(const std::string& directory) = 0;  // syncfs of its file system
  // Overwrites bytes in place and syncs (shredding only).
  virtual Result<void> overwrite(const std::string& path, std::uint64_t offset, ByteView bytes) = 0;
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;  // with fsync of the directory
  // The same without waiting, for many: makes the folder of `to` where it is missing. Durable once `sync_folder` of that folder has
  // returned, and of the one above it.
  virtual Result<void> move(const std::string& from, const std::string& to) = 0;
  virtual Result<void> sync_folder(const std::string& path) = 0;
  virtual Result<void> make_directories(const std::string& path) = 0;
  virtual Result<void> remove(const std::string& path) = 0;
  virtual Result<std::vector<std::string>> list(const std::string& directory) const = 0;  // names, sorted
  // Exclusive lock for the one writer. Error: refused, saying who holds it where that is known.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;
};

// The machine's own file system. One instance serves all threads.
Disk& real_disk();

}  // namespace oyer
