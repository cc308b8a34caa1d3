// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <filesystem>
#include <mutex>

#include "seal/upkeep/object_store.h"

namespace oyer::seal {
namespace {

class FolderStore : public ObjectStore {
 public:
  FolderStore(Disk& disk, std::string directory) : disk_(disk), directory_(std::move(directory)) {
    while (directory_.size() > 1 && directory_.ends_with('/')) directory_.pop_back();
  }

  Result<void> put(const std::string& key, ByteView bytes, IfThere if_there) override {
    const std::string path = TRY(path_of(key));
    TRY(disk_.make_directories(path.substr(0, path.find_last_of('/'))));
    const std::lock_guard<std::mutex> hold(mutex_);
    std::unique_ptr<FileLock> lock;
    if (if_there == IfThere::refuse) {
      auto taken = disk_.lock(directory_ + "/.lock");
      if (!taken) return taken.error().code == ErrorCode::refused ? fail(ErrorCode::refused, "Another process is writing to the store " + directory_ + ".", "Wait until it has finished.") : tl::unexpected<Error>(taken.error());
      lock = std::move(*taken);
      if (disk_.exists(path)) return fail(ErrorCode::refused, "The store already has an object " + key + ".", "Choose another name, or remove the object first.");
    }
    return disk_.write_atomic(path, bytes);
  }

  Result<Bytes> get(const std::string& key) override { return disk_.read_all(TRY(path_of(key))); }

  Result<Bytes> get_range(const std::string& key, std::uint64_t offset, std::size_t length) override {
    const auto file = TRY(disk_.open(TRY(path_of(key))));
    if (offset >= file->size()) return Bytes{};
    return file->read(offset, static_cast<std::size_t>(std::min<std::uint64_t>(length, file->size() - offset)));
  }

  Result<std::optional<std::uint64_t>> size(const std::string& key) override {
    const auto file = disk_.open(TRY(path_of(key)));
    if (file) return (*file)->size();
    if (file.error().code == ErrorCode::not_found) return std::nullopt;
    return tl::unexpected<Error>(file.error());
  }

  Result<std::vector<ObjectInfo>> list(const std::string& prefix) override {
    TRY(check_prefix(prefix));
    std::vector<ObjectInfo> out;
    TRY(walk("", prefix, out));
    // Folders come in the order of their names, but "a/b" stands behind "a-b".
    std::sort(out.begin(), out.end(), [](const ObjectInfo& a, const ObjectInfo& b) { return a.key < b.key; });
    return out;
  }

  Result<void> remove(const std::string& key) override { return disk_.remove(TRY(path_of(key))); }

 private:
  // The file of a key, once no folder on the way is a symbolic link. (Disk refuses a link in the last place itself.) This asks the
  // machine, not `disk_`: a disk in memory has no links. Whoever can put a link there between this look and the act owns the store.
  Result<std::string> path_of(const std::string& key) const {
    TRY(check_key(key));
    for (std::size_t slash = key.find('/'); slash != std::string::npos; slash = key.find('/', slash + 1)) {
      if (is_link(directory_ + "/" + key.substr(0, slash))) return linked(key.substr(0, slash));
    }
    if (is_link(directory_ + "/" + key)) return linked(key);
    return directory_ + "/" + key;
  }
  static bool is_link(const std::string& path) {
    std::error_code ignored;
    return std::filesystem::is_symlink(std::filesystem::symlink_status(path, ignored));
  }
  tl::unexpected<Error> linked(const std::string& what) const { return fail(ErrorCode::damaged, directory_ + "/" + what + " is a symbolic link; links are never followed here.", "Replace it by the file or folder itself."); }

  Result<void> walk(const std::string& folder, const std::string& prefix, std::vector<ObjectInfo>& out) {
    const auto names = disk_.list(folder.empty() ? directory_ : directory_ + "/" + folder);
    if (!names) {
      if (folder.empty() && names.error().code == ErrorCode::not_found && !disk_.exists(directory_)) return {};  // nothing was put yet
      return tl::unexpected<Error>(names.error());
    }
    for (const std::string& name : *names) {
      const std::string key = folder.empty() ? name : folder + "/" + name;
      const std::string path = directory_ + "/" + key;
      const std::size_t common = std::min(key.size(), prefix.size());
      if (!check_key(key) || key.compare(0, common, prefix, 0, common) != 0 || is_link(path)) continue;
      const auto file = disk_.open(path);
      if (file) {
        if (key.size() >= prefix.size()) out.push_back({key, (*file)->size()});
        continue;
      }
      if (!disk_.exists(path)) continue;  // removed meanwhile
      // A folder is what lists: Disk has no other question for it.
      if (auto below = walk(key, prefix, out); !below) return file.error().code == ErrorCode::bad_input || file.error().code == ErrorCode::not_found ? below : tl::unexpected<Error>(file.error());
    }
    return {};
  }

  Disk& disk_;
  std::string directory_;
  std::mutex mutex_;
};

}  // namespace

std::unique_ptr<ObjectStore> folder_store(Disk& disk, const std::string& directory) { return std::make_unique<FolderStore>(disk, directory); }

}  // namespace oyer::seal
