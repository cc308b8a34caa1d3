// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/disk.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace oyer {
namespace {

tl::unexpected<Error> system_error(const std::string& doing, const std::string& path, int error) {
  const std::string message = doing + " " + path + " failed: " + std::strerror(error) + ".";
  switch (error) {
    case ENOENT:
    case ENOTDIR: return fail(ErrorCode::not_found, message, "Check the path.");
    case EACCES:
    case EPERM: return fail(ErrorCode::refused, message, "Check who owns it and who may read or write it.");
    case ENOSPC:
    case EDQUOT: return fail(ErrorCode::damaged, message, "Free some space and run the command again; what was acknowledged is safe.");
    case EROFS: return fail(ErrorCode::damaged, message, "The medium is read-only; copy the case to a writable one.");
    default: return fail(ErrorCode::damaged, message, "Check the disk; what was acknowledged before is safe.");
  }
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

Result<void> write_fully(int fd, ByteView bytes, const std::string& path) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error("Writing", path, errno);
    done += static_cast<std::size_t>(n);
  }
  return {};
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

Result<void> sync_directory(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0) return system_error("Opening the folder", path, errno);
  if (::fsync(fd.get()) != 0) return system_error("Making durable", path, errno);
  return {};
}

class RealAppendFile : public AppendFile {
 public:
  RealAppendFile(int fd, std::string path, std::uint64_t size) : fd_(fd), path_(std::move(path)), size_(size) {}
  Result<void> write(ByteView bytes) override {
    if (broken_) return stopped();
    auto done = write_fully(fd_.get(), bytes, path_);
    if (!done)
      broken_ = true;
    else
      size_ += bytes.size();
    return done;
  }
  Result<void> sync() override {
    if (broken_) return stopped();
    if (::fdatasync(fd_.get()) == 0) return {};
    broken_ = true;
    return system_error("Making durable", path_, errno);
  }
  Result<void> start_writeback() override {
    if (broken_) return stopped();
    // Only starts the writes: it neither waits nor takes notice of an error away from the `sync` that follows.
    if (::sync_file_range(fd_.get(), static_cast<off_t>(started_), static_cast<off_t>(size_ - started_), SYNC_FILE_RANGE_WRITE) != 0 && errno != ENOSYS && errno != EINVAL && errno != ESPIPE) {
      broken_ = true;
      return system_error("Writing", path_, errno);
    }
    started_ = size_;
    return {};
  }
  std::uint64_t size() const override { return size_; }

 private:
  Result<void> stopped() const { return fail(ErrorCode::damaged, "An earlier write to " + path_ + " failed, so nothing more is written to it.", "Check the disk, then open the case again."); }
  Descriptor fd_;
  std::string path_;
  std::uint64_t size_;
  std::uint64_t started_ = 0;  // writeback of what lies before it has begun
  bool broken_ = false;
};

class RealReadFile : public ReadFile {
 public:
  RealReadFile(int fd, std::string path, std::uint64_t size) : fd_(fd), path_(std::move(path)), size_(size) {}
  Result<Bytes> read(std::uint64_t offset, std::size_t length) const override {
    Bytes out(length);
    out.resize(TRY(read_into(offset, out)));
    return out;
  }
  Result<std::size_t> read_into(std::uint64_t offset, std::span<std::uint8_t> out) const override {
    std::size_t done = 0;
    while (done < out.size()) {
      const ssize_t n = ::pread(fd_.get(), out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return system_error("Reading", path_, errno);
      if (n == 0) break;
      done += static_cast<std::size_t>(n);
    }
    return done;
  }
  std::uint64_t size() const override { return size_; }

 private:
  Descriptor fd_;
  std::string path_;
  std::uint64_t size_;
};

class RealLock : public FileLock {
 public:
  explicit RealLock(int fd) : fd_(fd) {}

 private:
  Descriptor fd_;
};

class RealDisk : public Disk {
 public:
  bool exists(const std::string& path) const override { return ::access(path.c_str(), F_OK) == 0; }

  Result<Bytes> read_all(const std::string& path) const override {
    auto file = TRY(open(path));
    return file->read(0, static_cast<std::size_t>(file->size()));
  }

  Result<std::unique_ptr<ReadFile>> open(const std::string& path) const override {
    // No symbolic link stands for a file of the store or for evidence.
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno == ELOOP) return fail(ErrorCode::damaged, path + " is a symbolic link; links are never followed here.", "Replace it by the file itself.");
    if (fd < 0) return system_error("Opening", path, errno);
    struct stat status {};
    if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
      ::close(fd);
      return fail(ErrorCode::bad_input, path + " is not a regular file.", "Give a file or a folder.");
    }
    return std::make_unique<RealReadFile>(fd, path, static_cast<std::uint64_t>(status.st_size));
  }

  Result<std::unique_ptr<AppendFile>> append(const std::string& path, std::uint64_t keep) override {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0) return system_error("Opening", path, errno);
    auto file = std::make_unique<RealAppendFile>(fd, path, keep);
    struct stat status {};
    if (::fstat(fd, &status) != 0) return system_error("Looking at", path, errno);
    if (static_cast<std::uint64_t>(status.st_size) < keep) return fail(ErrorCode::damaged, path + " is shorter than it was.", "Run `oyer verify` on a copy.");
    if (static_cast<std::uint64_t>(status.st_size) > keep) {
      if (::ftruncate(fd, static_cast<off_t>(keep)) != 0) return system_error("Cutting the torn end of", path, errno);
      if (::fsync(fd) != 0) return system_error("Making durable", path, errno);
    }
    TRY(sync_directory(parent_of(path)));  // also for an old file: who made it may have been killed before this
    return file;
  }

  Result<std::unique_ptr<AppendFile>> scratch(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0) return system_error("Creating", path, errno);
    return std::make_unique<RealAppendFile>(fd, path, 0);
  }

  Result<void> write_atomic(const std::string& path, ByteView bytes, unsigned mode) override {
    static std::atomic<unsigned> counter{0};
    std::string temporary;
    {
      int opened = -1;
      do {  // one left behind by a crash may have our name: process ids come back
        temporary = path + ".tmp" + std::to_string(::getpid()) + "-" + std::to_string(counter++);
        opened = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
      } while (opened < 0 && errno == EEXIST);
      const Descriptor fd(opened);
      if (fd.get() < 0) return system_error("Creating", temporary, errno);
      auto written = write_fully(fd.get(), bytes, temporary);
      if (written && ::fsync(fd.get()) != 0) written = system_error("Making durable", temporary, errno);
      if (!written) {
        ::unlink(temporary.c_str());
        return written;
      }
    }
    return rename(temporary, path);
  }

  Result<void> write_derived(const std::string& path, ByteView bytes) override {
    const std::string temporary = path + ".tmp";
    int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0 && errno == ENOENT) {
      TRY(make_directories(parent_of(path)));
      fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    }
    const Descriptor file(fd);
    if (file.get() < 0) return system_error("Creating", temporary, errno);
    TRY(write_fully(file.get(), bytes, temporary));
    if (::rename(temporary.c_str(), path.c_str()) != 0) return system_error("Renaming to", path, errno);
    return {};
  }

  Result<void> sync_everything(const std::string& directory) override {
    const Descriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() < 0) return system_error("Opening the folder", directory, errno);
    if (::syncfs(fd.get()) != 0) return system_error("Making durable", directory, errno);
    return {};
  }

  Result<void> overwrite(const std::string& path, std::uint64_t offset, ByteView bytes) override {
    const Descriptor fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    if (fd.get() < 0) return system_error("Opening", path, errno);
    if (::pwrite(fd.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset)) != static_cast<ssize_t>(bytes.size())) return system_error("Overwriting", path, errno);
    if (::fsync(fd.get()) != 0) return system_error("Making durable", path, errno);
    return {};
  }

  Result<void> rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) {
      const int error = errno;
      return system_error("Renaming to", to, error);
    }
    return sync_directory(parent_of(to));
  }

  Result<void> move(const std::string& from, const std::string& to) override {
    int failed = ::rename(from.c_str(), to.c_str());
    if (failed != 0 && errno == ENOENT && (::mkdir(parent_of(to).c_str(), 0755) == 0 || errno == EEXIST)) failed = ::rename(from.c_str(), to.c_str());
    if (failed != 0) return system_error("Renaming to", to, errno);
    return {};
  }

  Result<void> sync_folder(const std::string& path) override { return sync_directory(path); }

  Result<void> make_directories(const std::string& path) override {
    if (path.empty() || exists(path)) return {};
    const std::string parent = parent_of(path);
    if (parent != path) TRY(make_directories(parent));
    if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) return system_error("Making the folder", path, errno);
    return sync_directory(parent);
  }

  Result<void> remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return system_error("Removing", path, errno);
    return {};
  }

  Result<std::vector<std::string>> list(const std::string& directory) const override {
    std::error_code error;
    std::vector<std::string> names;
    for (std::filesystem::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) names.push_back(it->path().filename().string());
    if (error) return system_error("Listing", directory, error.value());
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0) return system_error("Opening the lock", path, errno);
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
      ::close(fd);
      return fail(ErrorCode::refused, "Another process is writing to this case (it holds " + path + ").", "Wait until it has finished, or stop it.");
    }
    return std::make_unique<RealLock>(fd);
  }
};

}  // namespace

Disk& real_disk() {
  static RealDisk disk;
  return disk;
}

}  // namespace oyer
