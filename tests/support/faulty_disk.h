// SPDX-License-Identifier: GPL-3.0-or-later
// A disk in memory that fails, runs full and loses power on demand. What was not synced is lost in part: after a power cut each file
// keeps what was made durable and an arbitrary part of the rest, and names that were not made durable may be there or not.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/disk.h"

namespace oyer::test {

class FaultyDisk : public Disk {
 public:
  enum class Fault { none, io_error, no_space, power_cut };

  FaultyDisk() { directories_ = {"", ".", "/"}; }
  FaultyDisk(const FaultyDisk&) = default;  // a snapshot: open files do not follow
  FaultyDisk& operator=(const FaultyDisk&) = default;

  // The operation number `at` (from 0, counted from now) fails; after a power cut all later ones do too.
  void arm(Fault fault, std::uint64_t at) {
    fault_ = fault;
    fault_at_ = at;
    count_ = 0;
    hit_ = false;
  }
  void disarm() { arm(Fault::none, 0); }
  std::uint64_t operations() const { return count_; }
  bool hit() const { return hit_; }

  // The machine comes up again: what is left is chosen by `seed`.
  void restart_after_power_cut(std::uint64_t seed) {
    SeededRandom random(seed);
    auto names = durable_names_;
    const bool in_order = random.next() % 2 == 0;  // a journaling file system keeps a prefix; a careless one any subset
    bool on = true;
    for (const NameChange& change : pending_) {
      if (random.next() % 3 == 0) on = false;
      const bool keep = in_order ? on : random.next() % 2 == 0;
      if (!keep) continue;
      apply(names, change);
    }
    names_ = durable_names_ = std::move(names);
    pending_.clear();
    for (auto& [id, node] : nodes_) {
      if (node.data == node.durable) continue;
      const std::size_t synced = node.durable.size();
      if (node.data.size() < synced && random.next() % 2 == 0) {  // the cut of a torn tail reached the medium, or the old length is back
        node.durable.resize(node.data.size());
      } else if (node.data.size() <= synced) {  // overwritten in place: each byte old or new
        for (std::size_t i = 0; i < node.data.size(); ++i)
          if (random.next() % 2 == 0) node.durable[i] = node.data[i];
      } else {
        const std::size_t unsynced = node.data.size() - synced;
        const std::uint64_t mode = random.next() % 4;
        const std::size_t kept = mode == 3 ? unsynced : random.next() % (unsynced + 1);
        Bytes tail(node.data.begin() + static_cast<std::ptrdiff_t>(synced), node.data.begin() + static_cast<std::ptrdiff_t>(synced + kept));
        if (mode >= 1 && !tail.empty()) {  // holes: blocks that never reached the medium read as zeros, or as old rubbish
          const std::size_t block = std::size_t{1} << (random.next() % 10);
          for (std::size_t at = 0; at < tail.size(); at += block) {
            if (random.next() % 3 != 0) continue;
            for (std::size_t i = at; i < std::min(tail.size(), at + block); ++i) tail[i] = mode == 1 ? 0 : static_cast<std::uint8_t>(random.next());
          }
        }
        append_bytes(node.durable, tail);
      }
      node.data = node.durable;
    }
    disarm();
  }
  // The process dies, the machine goes on: everything written is still seen, nothing more is durable than before.
  void restart_process() { disarm(); }

  // Straight access for tests that damage things.
  std::vector<std::string> files() const {
    std::vector<std::string> out;
    for (const auto& [path, id] : names_) out.push_back(path);
    return out;
  }
  Bytes& raw(const std::string& path) { return nodes_.at(names_.at(path)).data; }
  void put_raw(const std::string& path, Bytes bytes) {
    names_[path] = durable_names_[path] = ++last_;
    nodes_[last_] = {bytes, bytes};
  }
  void erase_raw(const std::string& path) {
    names_.erase(path);
    durable_names_.erase(path);
  }

  // Disk
  bool exists(const std::string& path) const override { return names_.contains(path) || directories_.contains(path); }

  Result<Bytes> read_all(const std::string& path) const override {
    if (step(Step::read)) return broken("Reading", path);
    const auto it = names_.find(path);
    if (it == names_.end()) return fail(ErrorCode::not_found, "Opening " + path + " failed: no such file.");
    return nodes_.at(it->second).data;
  }

  Result<std::unique_ptr<ReadFile>> open(const std::string& path) const override {
    if (step(Step::read)) return broken("Opening", path);
    const auto it = names_.find(path);
    if (it == names_.end()) return fail(ErrorCode::not_found, "Opening " + path + " failed: no such file.");
    return std::make_unique<Reader>(*this, it->second, nodes_.at(it->second).data.size());
  }

  Result<std::unique_ptr<AppendFile>> append(const std::string& path, std::uint64_t keep) override {
    if (step(Step::write)) return broken("Opening", path);
    if (!directories_.contains(parent_of(path))) return fail(ErrorCode::not_found, "Opening " + path + " failed: no such folder.");
    if (!names_.contains(path)) create(path);
    const std::uint64_t id = names_.at(path);
    Node& node = nodes_.at(id);
    if (node.data.size() < keep) return fail(ErrorCode::damaged, path + " is shorter than it was.");
    if (node.data.size() > keep) {
      if (step(Step::write)) return broken("Cutting", path);
      node.data.resize(keep);
      if (step(Step::sync)) return broken("Making durable", path);
      node.durable = node.data;
    }
    if (!sync_directory(parent_of(path))) return broken("Making durable", path);
    return std::make_unique<Appender>(*this, id, path, keep);
  }

  Result<std::unique_ptr<AppendFile>> scratch(const std::string& path) override {
    if (step(Step::write)) return broken("Creating", path);
    if (!directories_.contains(parent_of(path))) return fail(ErrorCode::not_found, "Creating " + path + " failed: no such folder.");
    create(path);
    return std::make_unique<Appender>(*this, names_.at(path), path, 0);
  }

  Result<void> write_atomic(const std::string& path, ByteView bytes, unsigned = 0644) override {
    const std::string temporary = path + ".tmp1-" + std::to_string(temporaries_++);
    if (step(Step::write)) return broken("Creating", temporary);
    if (!directories_.contains(parent_of(path))) return fail(ErrorCode::not_found, "Creating " + temporary + " failed: no such folder.");
    create(temporary);
    const std::uint64_t id = names_.at(temporary);
    auto written = write_node(id, bytes, temporary);
    if (written && step(Step::sync)) written = broken("Making durable", temporary);
    if (!written) {
      if (!dead()) change({temporary, 0, {}});
      return written;
    }
    nodes_.at(id).durable = nodes_.at(id).data;
    return rename(temporary, path);
  }

  Result<void> write_derived(const std::string& path, ByteView bytes) override {
    if (step(Step::write)) return broken("Creating", path);
    add_directories(parent_of(path));
    const std::string temporary = path + ".tmp";
    create(temporary);
    if (auto written = write_node(names_.at(temporary), bytes, temporary); !written) return written;
    if (step(Step::write)) return broken("Renaming to", path);
    change({path, names_.at(temporary), temporary});
    return {};
  }

  Result<void> sync_everything(const std::string& directory) override {
    if (step(Step::sync)) return broken("Making durable", directory);
    durable_names_ = names_;
    pending_.clear();
    for (auto& [id, node] : nodes_) node.durable = node.data;
    return {};
  }

  Result<void> overwrite(const std::string& path, std::uint64_t offset, ByteView bytes) override {
    if (step(Step::write)) return broken("Overwriting", path);
    const auto it = names_.find(path);
    if (it == names_.end()) return fail(ErrorCode::not_found, "Opening " + path + " failed: no such file.");
    Node& node = nodes_.at(it->second);
    node.data.resize(std::max<std::size_t>(node.data.size(), static_cast<std::size_t>(offset) + bytes.size()));
    std::copy(bytes.begin(), bytes.end(), node.data.begin() + static_cast<std::ptrdiff_t>(offset));
    if (step(Step::sync)) return broken("Making durable", path);
    node.durable = node.data;
    return {};
  }

  Result<void> rename(const std::string& from, const std::string& to) override {
    if (step(Step::write)) return broken("Renaming to", to);
    if (!names_.contains(from) || !directories_.contains(parent_of(to))) return fail(ErrorCode::not_found, "Renaming to " + to + " failed: no such file.");
    change({to, names_.at(from), from});
    if (!sync_directory(parent_of(to))) return broken("Making durable", to);
    return {};
  }

  Result<void> move(const std::string& from, const std::string& to) override {
    if (step(Step::write)) return broken("Renaming to", to);
    if (!names_.contains(from)) return fail(ErrorCode::not_found, "Renaming to " + to + " failed: no such file.");
    add_directories(parent_of(to));
    change({to, names_.at(from), from});
    return {};
  }

  Result<void> sync_folder(const std::string& path) override {
    if (!sync_directory(path)) return broken("Making durable", path);
    return {};
  }

  Result<void> make_directories(const std::string& path) override {
    if (directories_.contains(path)) return {};
    if (step(Step::write)) return broken("Making the folder", path);
    add_directories(path);
    return {};
  }

  Result<void> remove(const std::string& path) override {
    if (step(Step::write)) return broken("Removing", path);
    if (names_.contains(path)) change({path, 0, {}});
    return {};
  }

  Result<std::vector<std::string>> list(const std::string& directory) const override {
    if (step(Step::read)) return broken("Listing", directory);
    if (!directories_.contains(directory)) return fail(ErrorCode::not_found, "Listing " + directory + " failed: no such folder.");
    std::set<std::string> out;
    const auto take = [&](const std::string& path) {
      if (path.size() > directory.size() + 1 && path.starts_with(directory + "/")) out.insert(path.substr(directory.size() + 1, path.find('/', directory.size() + 1) - directory.size() - 1));
    };
    for (const auto& [path, id] : names_) take(path);
    for (const auto& path : directories_) take(path);
    return std::vector<std::string>(out.begin(), out.end());
  }

  Result<std::unique_ptr<FileLock>> lock(const std::string&) override { return std::make_unique<FileLock>(); }

 private:
  enum class Step { read, write, sync };
  struct Node {
    Bytes data, durable;
  };
  struct NameChange {  // `path` names `node` from now on (0: nothing), and `from` is gone
    std::string path;
    std::uint64_t node;
    std::string from;
  };

  static void append_bytes(Bytes& out, ByteView more) { out.insert(out.end(), more.begin(), more.end()); }
  static std::string parent_of(const std::string& path) {
    const std::size_t slash = path.find_last_of('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  }
  static void apply(std::map<std::string, std::uint64_t>& names, const NameChange& change) {
    if (change.node == 0)
      names.erase(change.path);
    else
      names[change.path] = change.node;
    if (!change.from.empty()) names.erase(change.from);
  }

  bool dead() const { return fault_ == Fault::power_cut && hit_; }

  // Whether this operation fails.
  bool step(Step kind) const {
    if (dead()) return true;
    if (fault_ == Fault::none) {
      ++count_;
      return false;
    }
    const bool fits = fault_ == Fault::power_cut ? kind != Step::read : fault_ == Fault::no_space ? kind == Step::write : true;
    const bool fails = !hit_ && count_ >= fault_at_ && fits;
    ++count_;
    if (fails) hit_ = true;
    return fails;
  }

  tl::unexpected<Error> broken(const std::string& doing, const std::string& path) const {
    return fail(ErrorCode::damaged, doing + " " + path + " failed: " + (fault_ == Fault::no_space ? "No space left on device." : "Input/output error."));
  }

  void create(const std::string& path) {
    nodes_[++last_] = {};
    change({path, last_, {}});
  }
  void change(NameChange change) {
    apply(names_, change);
    pending_.push_back(std::move(change));
  }
  bool sync_directory(const std::string& directory) {
    if (step(Step::sync)) return false;
    std::vector<NameChange> left;
    for (NameChange& change : pending_) {
      if (parent_of(change.path) == directory)
        apply(durable_names_, change);
      else
        left.push_back(std::move(change));
    }
    pending_ = std::move(left);
    return true;
  }
  void add_directories(const std::string& path) {
    for (std::string at = path; !directories_.contains(at); at = parent_of(at)) directories_.insert(at);
  }
  // A failing write leaves a part of its bytes.
  Result<void> write_node(std::uint64_t id, ByteView bytes, const std::string& path) {
    if (dead()) return broken("Writing", path);
    const bool fails = step(Step::write);
    append_bytes(nodes_.at(id).data, fails ? bytes.first(bytes.size() - bytes.size() / 3) : bytes);
    if (fails) return broken("Writing", path);
    return {};
  }

  class Reader : public ReadFile {
   public:
    Reader(const FaultyDisk& disk, std::uint64_t id, std::uint64_t size) : disk_(disk), id_(id), size_(size) {}
    Result<Bytes> read(std::uint64_t offset, std::size_t length) const override {
      if (disk_.step(Step::read)) return disk_.broken("Reading", "a file");
      const Bytes& data = disk_.nodes_.at(id_).data;
      if (offset >= data.size()) return Bytes{};
      const auto from = data.begin() + static_cast<std::ptrdiff_t>(offset);
      return Bytes(from, from + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(length, data.size() - offset)));
    }
    std::uint64_t size() const override { return size_; }

   private:
    const FaultyDisk& disk_;
    std::uint64_t id_;
    std::uint64_t size_;
  };

  class Appender : public AppendFile {
   public:
    Appender(FaultyDisk& disk, std::uint64_t id, std::string path, std::uint64_t size) : disk_(disk), id_(id), path_(std::move(path)), size_(size) {}
    Result<void> write(ByteView bytes) override {
      if (broken_) return stopped();
      if (disk_.dead()) return disk_.broken("Writing", path_);
      auto done = disk_.write_node(id_, bytes, path_);
      if (done)
        size_ += bytes.size();
      else
        broken_ = true;
      return done;
    }
    Result<void> sync() override {
      if (broken_) return stopped();
      if (disk_.step(Step::sync)) {
        broken_ = true;
        return disk_.broken("Making durable", path_);
      }
      disk_.nodes_.at(id_).durable = disk_.nodes_.at(id_).data;
      return {};
    }
    std::uint64_t size() const override { return size_; }

   private:
    Result<void> stopped() const { return fail(ErrorCode::damaged, "An earlier write to " + path_ + " failed."); }
    FaultyDisk& disk_;
    std::uint64_t id_;
    std::string path_;
    std::uint64_t size_;
    bool broken_ = false;
  };

  std::map<std::uint64_t, Node> nodes_;
  std::map<std::string, std::uint64_t> names_, durable_names_;
  std::vector<NameChange> pending_;
  std::set<std::string> directories_;
  std::uint64_t last_ = 0;
  std::uint64_t temporaries_ = 0;
  Fault fault_ = Fault::none;
  std::uint64_t fault_at_ = 0;
  mutable std::uint64_t count_ = 0;
  mutable bool hit_ = false;
};

}  // namespace oyer::test
