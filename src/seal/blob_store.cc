// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/blob_store.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "seal/hash.h"
#include "seal/record_file.h"

namespace oyer::seal {
namespace {

constexpr std::string_view kMagic = "OYPR";
constexpr std::size_t kFileHeader = 16;
constexpr std::size_t kRecordHead = 40;  // magic, length, address
constexpr std::uint64_t kPackLimit = 256U << 20;
constexpr std::size_t kLargestBuffer = 1U << 20;   // of records not yet written
constexpr std::size_t kPiece = 1U << 20;           // large files are read in such pieces
constexpr std::uint64_t kWriteback = 8U << 20;     // and given to the disk in such ones
constexpr std::uint64_t kCheckedStep = 16U << 20;  // a pack is hashed whole up to this size when the case is opened, and so much of it behind what was checked
constexpr std::size_t kMostWaiting = 256;          // large files: each holds a descriptor

Bytes file_header() {
  Bytes out = to_bytes(std::string_view("oyer-pack/1\n"));
  out.resize(kFileHeader, 0);
  return out;
}

std::optional<std::size_t> take_record(ByteView file, std::size_t at) {
  if (file.size() - at < kRecordHead || text_of(file.subspan(at, 4)) != kMagic) return std::nullopt;
  const std::size_t length = get_u32(&file[at + 4]);
  if (length > BlobStore::kLargestPacked || file.size() - at - kRecordHead < length) return std::nullopt;
  if (!std::ranges::equal(sha256(file.subspan(at + kRecordHead, length)), file.subspan(at + 8, 32))) return std::nullopt;
  return kRecordHead + length;
}

using SeeRecord = std::function<void(const Hash& address, std::uint64_t offset, std::uint64_t length)>;

// Goes from head to head without hashing; where it stopped: at `end`, or at what is no whole record.
Result<std::uint64_t> walk_heads(const ReadFile& pack, std::uint64_t end, const SeeRecord& see) {
  std::uint64_t at = kFileHeader;
  constexpr std::size_t kWindow = 1U << 20;
  Bytes window;
  std::uint64_t window_start = 0;
  while (at + kRecordHead <= end) {
    if (window.empty() || at < window_start || at + kRecordHead > window_start + window.size()) {
      window_start = at;
      window = TRY(pack.read(at, kWindow));
    }
    const std::uint8_t* head = window.data() + (at - window_start);
    const std::uint64_t length = get_u32(head + 4);
    if (text_of({head, 4}) != kMagic || at + kRecordHead + length > end) break;
    Hash address;
    std::copy_n(head + 8, 32, address.begin());
    see(address, at + kRecordHead, length);
    at += kRecordHead + length;
  }
  return at;
}

std::string checked_text(std::uint32_t number, std::uint64_t offset) { return "oyer-checked/1\n" + std::to_string(number) + " " + std::to_string(offset) + "\n"; }

}  // namespace

// Records of pack `number` before this offset were hashed, or written and synced, by an earlier writer that said so; 0 when none did or
// when it can't be so. The file may lie (a backup, a flipped bit): then a damaged record is found when it is read and not already here.
Result<std::uint64_t> BlobStore::checked_before(std::uint32_t number, const ReadFile& pack) const {
  const std::string path = directory_ + "/checked";
  if (pack.size() < kCheckedStep || !disk_.exists(path)) return 0;
  const auto bytes = disk_.read_all(path);
  if (!bytes) return 0;
  const std::string_view text = text_of(*bytes);
  const std::size_t space = text.find(' ');
  std::uint64_t offset = 0;
  if (space == std::string_view::npos || text.size() - space > 12 || std::from_chars(text.data() + space + 1, text.data() + text.size(), offset).ec != std::errc()) return 0;
  if (text != checked_text(number, offset) || offset < kFileHeader || offset > pack.size()) return 0;
  if (TRY(pack.read(0, kFileHeader)) != file_header()) return 0;
  return TRY(walk_heads(pack, offset, [](const Hash&, std::uint64_t, std::uint64_t) {})) == offset ? offset : 0;
}

// Derived and not synced: without it only time is lost.
void BlobStore::remember_checked() {
  if (pack_ == nullptr || dirty_ || broken_ || checked_ == pack_->size() || pack_->size() < kCheckedStep) return;
  if (disk_.write_derived(directory_ + "/checked", view(checked_text(newest_, pack_->size())))) checked_ = pack_->size();
}

std::string BlobStore::pack_path(std::uint32_t number) const {
  std::string digits = std::to_string(number);
  return directory_ + "/packs/" + std::string(6 - std::min<std::size_t>(6, digits.size()), '0') + digits + ".pack";
}

std::string BlobStore::file_path(const Hash& address) const {
  const std::string name = hex(address);
  return directory_ + "/" + name.substr(0, 2) + "/" + name;
}

Result<void> BlobStore::create(Disk& disk, const std::string& directory) {
  TRY(disk.make_directories(directory + "/packs"));
  return disk.make_directories(directory + "/tmp");
}

Result<std::unique_ptr<BlobStore>> BlobStore::open(Disk& disk, const std::string& directory, bool writable) {
  std::unique_ptr<BlobStore> store(new BlobStore(disk, directory));
  store->writable_ = writable;
  TRY(store->scan(writable));
  return store;
}

Result<void> BlobStore::scan(bool writable) {
  // Empty folders get lost when a case is copied by tools that keep files alone.
  if (writable) TRY(create(disk_, directory_));
  if (!disk_.exists(directory_ + "/packs")) return {};
  if (writable)
    for (const auto& name : TRY(disk_.list(directory_ + "/tmp"))) TRY(disk_.remove(directory_ + "/tmp/" + name));
  auto packs = TRY(disk_.list(directory_ + "/packs"));
  std::erase_if(packs, [](const std::string& name) { return name.size() != 11 || !name.ends_with(".pack") || name.find_first_not_of("0123456789") != 6; });
  for (std::size_t i = 0; i < packs.size(); ++i) {
    const auto number = static_cast<std::uint32_t>(std::stoul(packs[i].substr(0, 6)));
    newest_ = std::max(newest_, number);
    const bool newest = i + 1 == packs.size();
    auto file = TRY(disk_.open(pack_path(number)));
    // Heads are walked without hashing; of the newest pack, whose end may be torn, all is hashed that no writer has checked yet.
    if (newest && writable) {
      checked_ = TRY(checked_before(number, *file));
      const Bytes bytes = TRY(file->read(checked_, static_cast<std::size_t>(file->size() - checked_)));
      const RecordWalk walk = walk_records(bytes, checked_ == 0 ? kFileHeader : 0, 'O', take_record);
      const bool headed = checked_ != 0 || (bytes.size() >= kFileHeader && std::ranges::equal(file_header(), ByteView(bytes).first(kFileHeader)));
      // A power cut can tear one of several records that were not synced yet and keep a later one; a damaged pack looks the same. Nothing
      // of such a pack is cut or written over: its sound records are read, `scrub` names the others, and a new pack is begun.
      if (walk.damage || (!headed && walk.valid_bytes > kFileHeader)) {
        index_whole(number, checked_ == 0 ? bytes : TRY(file->read(0, static_cast<std::size_t>(file->size()))));
        TRY(TRY(disk_.append(pack_path(number), file->size()))->sync());  // as below
        open_packs_[number] = std::move(file);
        continue;
      }
      pack_ = TRY(disk_.append(pack_path(number), headed ? checked_ + walk.valid_bytes : 0));
      dirty_ = true;                                  // a process that was killed may have left records that were never synced; new entries can refer to them
      if (!headed) TRY(pack_->write(file_header()));  // the pack was just begun when the power went
      file = TRY(disk_.open(pack_path(number)));
    }
    const std::uint64_t end = TRY(walk_heads(*file, file->size(), [&](const Hash& address, std::uint64_t offset, std::uint64_t length) { places_[address] = {number, offset, length}; }));
    if (end < file->size()) index_whole(number, TRY(file->read(0, static_cast<std::size_t>(file->size()))));  // damaged or torn: find the sound records by their hashes
    open_packs_[number] = std::move(file);
  }
  return {};
}

void BlobStore::index_whole(std::uint32_t number, ByteView pack) {
  for (std::size_t at = kFileHeader; at < pack.size();) {
    const auto length = pack[at] == 'O' ? take_record(pack, at) : std::nullopt;
    if (!length) {
      ++at;
      continue;
    }
    Hash address;
    std::copy_n(pack.begin() + static_cast<std::ptrdiff_t>(at + 8), 32, address.begin());
    places_[address] = {number, at + kRecordHead, *length - kRecordHead};
    at += *length;
  }
}

Result<void> BlobStore::start_pack() {
  pack_ = TRY(disk_.append(pack_path(newest_ + 1), 0));
  ++newest_;
  checked_ = 0;
  return pack_->write(file_header());
}

Result<Hash> BlobStore::put(ByteView stored) { return put(stored, sha256(stored)); }

Result<Hash> BlobStore::put(ByteView stored, const Hash& address) {
  if (!writable_) return fail(ErrorCode::refused, "The case is open for reading only.");
  if (places_.contains(address)) return address;
  if (stored.size() > kLargestPacked) {
    const std::string path = new_path();  // by way of tmp/, so that a power cut leaves nothing beside the blobs
    auto file = TRY(disk_.scratch(path));
    TRY(file->write(stored));
    TRY(keep(path, std::move(file), address));
    return address;
  }
  if (pack_ == nullptr || pack_->size() + buffer_.size() + kRecordHead + stored.size() > kPackLimit) {
    TRY(sync());
    TRY(start_pack());
  }
  if (buffer_.size() + kRecordHead + stored.size() > kLargestBuffer) TRY(flush());
  const std::uint64_t at = pack_->size() + buffer_.size();
  dirty_ = true;
  append(buffer_, view(kMagic));
  put_u32(buffer_, static_cast<std::uint32_t>(stored.size()));
  append(buffer_, address);
  append(buffer_, stored);
  places_[address] = {newest_, at + kRecordHead, stored.size()};
  return address;
}

// One write for many records. After a failure the buffer stays, and the pack refuses it again: `sync` can't succeed by mistake.
Result<void> BlobStore::flush() {
  if (buffer_.empty()) return {};
  TRY(pack_->write(buffer_));
  buffer_.clear();
  return {};
}

Result<void> BlobStore::sync() {
  TRY(sync_large());
  if (!dirty_) return {};
  TRY(flush());
  TRY(pack_->sync());
  dirty_ = false;
  open_packs_.erase(newest_);  // its size has changed
  if (pack_->size() >= checked_ + kCheckedStep) remember_checked();
  return {};
}

std::string BlobStore::new_path() { return directory_ + "/tmp/" + std::to_string(++counter_); }

Result<void> BlobStore::keep(std::string path, std::unique_ptr<AppendFile> file, const Hash& address) {
  TRY(file->start_writeback());
  // Its equal may wait already. One that is stored is replaced by its equal all the same: its name may never have been made durable.
  if (!waiting_.try_emplace(address, Waiting{path, std::move(file)}).second) return disk_.remove(path);
  return waiting_.size() < kMostWaiting ? Result<void>{} : sync_large();
}

// All that waits, together: the disk has all of the data before it waits for the first, and one commit of the file system carries most
// of the names. Order: data durable, then renamed, then folders durable; a name never stands for bytes that a power cut could take.
Result<void> BlobStore::sync_large() {
  if (broken_) return fail(ErrorCode::damaged, "An earlier write to blobs/ failed, so nothing more is made durable there.", "Check the disk, then open the case again.");
  if (waiting_.empty()) return {};
  broken_ = true;  // until all stands: a failed write is never retried
  for (auto& [address, waiting] : waiting_) TRY(waiting.file->sync());
  std::set<std::string> folders{directory_};  // a folder may be new
  for (auto& [address, waiting] : waiting_) {
    waiting.file.reset();
    const std::string target = file_path(address);
    TRY(disk_.move(waiting.path, target));
    folders.insert(target.substr(0, target.find_last_of('/')));
  }
  for (const std::string& folder : folders) TRY(disk_.sync_folder(folder));
  waiting_.clear();
  broken_ = false;
  return {};
}

BlobStore::~BlobStore() {
  for (auto& [address, waiting] : waiting_)
    if (waiting.file) (void)disk_.remove(waiting.path);
  remember_checked();
}

std::string BlobStore::path_of(const Hash& address) const {
  const auto it = waiting_.find(address);
  return it != waiting_.end() && it->second.file ? it->second.path : file_path(address);
}

class BlobStore::FileWriter : public BlobStore::Writer {
 public:
  FileWriter(BlobStore& store, std::string path) : store_(store), path_(std::move(path)) {}
  ~FileWriter() override {
    if (file_) (void)store_.disk_.remove(path_);
  }
  Result<void> write(ByteView bytes) override {
    hash_.update(bytes);
    if (buffer_.size() + bytes.size() < (file_ ? kLargestBuffer : kLargestPacked + 1)) {
      append(buffer_, bytes);
      return {};
    }
    if (!file_) file_ = TRY(store_.disk_.scratch(path_));
    TRY(flush());
    if (bytes.size() < kWorthAWrite) {
      append(buffer_, bytes);
      return {};
    }
    TRY(file_->write(bytes));  // as it lies: many chunks
    return begin_writeback();
  }
  Result<Hash> finish() override {
    const Hash address = hash_.finish();
    if (!file_) return store_.put(buffer_, address);
    TRY(flush());
    TRY(store_.keep(path_, std::move(file_), address));
    return address;
  }

 private:
  static constexpr std::size_t kWorthAWrite = 1U << 16;
  Result<void> flush() {
    if (buffer_.empty()) return {};
    TRY(file_->write(buffer_));
    buffer_.clear();
    return begin_writeback();
  }
  Result<void> begin_writeback() {
    if (file_->size() - started_ < kWriteback) return {};
    started_ = file_->size();
    return file_->start_writeback();
  }
  BlobStore& store_;
  std::string path_;
  std::unique_ptr<AppendFile> file_;
  Bytes buffer_;  // not yet written; the whole blob as long as there is no file
  std::uint64_t started_ = 0;
  Sha256 hash_;
};

Result<std::unique_ptr<BlobStore::Writer>> BlobStore::writer() {
  if (!writable_) return fail(ErrorCode::refused, "The case is open for reading only.");
  return std::make_unique<FileWriter>(*this, new_path());
}

bool BlobStore::contains(const Hash& address) const { return places_.contains(address) || disk_.exists(path_of(address)); }

Result<Bytes> BlobStore::get(const Hash& address) const {
  const auto it = places_.find(address);
  Bytes bytes;
  if (it != places_.end()) {
    if (it->second.pack == newest_ && pack_ && it->second.offset >= pack_->size()) {  // not written yet
      const auto from = buffer_.begin() + static_cast<std::ptrdiff_t>(it->second.offset - pack_->size());
      return Bytes(from, from + static_cast<std::ptrdiff_t>(it->second.length));
    }
    auto& pack = open_packs_[it->second.pack];
    if (!pack || pack->size() < it->second.offset + it->second.length) pack = TRY(disk_.open(pack_path(it->second.pack)));
    bytes = TRY(pack->read(it->second.offset, it->second.length));
  } else if (disk_.exists(path_of(address))) {
    bytes = TRY(disk_.read_all(path_of(address)));
  } else {
    return fail(ErrorCode::damaged, "The stored bytes " + hex(address).substr(0, 16) + "… are missing.", "Restore blobs/ from a backup.");
  }
  if (sha256(bytes) != address) return fail(ErrorCode::damaged, "The stored bytes in " + place_of(address) + " have changed since they were sealed.", "Restore that file from a backup.");
  return bytes;
}

Result<void> BlobStore::read(const Hash& address, const std::function<Result<void>(ByteView)>& sink) const {
  if (places_.contains(address) || !disk_.exists(path_of(address))) return sink(TRY(get(address)));
  const auto file = TRY(disk_.open(path_of(address)));
  Sha256 hash;
  Bytes buffer(static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, file->size())));
  for (std::uint64_t at = 0; at < file->size();) {
    const ByteView piece = ByteView(buffer).first(TRY(file->read_into(at, buffer)));
    if (piece.empty()) break;
    hash.update(piece);
    TRY(sink(piece));
    at += piece.size();
  }
  if (hash.finish() != address) return fail(ErrorCode::damaged, "The stored bytes in " + place_of(address) + " have changed since they were sealed.", "Restore that file from a backup.");
  return {};
}

std::string BlobStore::place_of(const Hash& address) const {
  const auto it = places_.find(address);
  if (it == places_.end()) return path_of(address);
  return pack_path(it->second.pack) + " at offset " + std::to_string(it->second.offset);
}

Result<std::uint64_t> BlobStore::scrub(const std::function<void(const std::string&)>& fault) const {
  std::uint64_t count = 0;
  for (const auto& name : TRY(disk_.list(directory_ + "/packs"))) {
    const std::string path = directory_ + "/packs/" + name;
    const Bytes bytes = TRY(disk_.read_all(path));
    if (bytes.size() < kFileHeader || !std::ranges::equal(file_header(), ByteView(bytes).first(kFileHeader))) fault(path + " does not begin with its header (offset 0).");
    std::size_t at = kFileHeader;
    while (at < bytes.size()) {
      if (const auto length = take_record(bytes, at)) {
        at += *length;
        ++count;
        continue;
      }
      std::size_t next = at + 1;
      while (next < bytes.size() && !(bytes[next] == 'O' && take_record(bytes, next))) ++next;
      fault(path + " is damaged in the record at offset " + std::to_string(at) + (next < bytes.size() ? "." : ", up to its end."));
      at = next;
    }
  }
  for (const auto& folder : TRY(disk_.list(directory_))) {
    if (folder.size() != 2) continue;
    for (const auto& name : TRY(disk_.list(directory_ + "/" + folder))) {
      const std::string path = directory_ + "/" + folder + "/" + name;
      const auto file = disk_.open(path);
      if (!file) {
        fault(file.error().text());
        continue;
      }
      Sha256 hash;
      for (std::uint64_t offset = 0; offset < (*file)->size();) {
        const Bytes piece = TRY((*file)->read(offset, 1U << 20));
        if (piece.empty()) break;
        hash.update(piece);
        offset += piece.size();
      }
      ++count;
      if (hex(hash.finish()) != name) fault(path + " has changed since it was sealed: its SHA-256 is not its name.");
    }
  }
  return count;
}

std::vector<Hash> BlobStore::addresses() const {
  std::vector<Hash> out;
  for (const auto& [address, place] : places_) out.push_back(address);
  for (const auto& [address, waiting] : waiting_)
    if (waiting.file && !disk_.exists(file_path(address))) out.push_back(address);
  if (const auto folders = disk_.list(directory_)) {
    for (const auto& folder : *folders) {
      if (folder.size() != 2) continue;
      if (const auto names = disk_.list(directory_ + "/" + folder))
        for (const auto& name : *names)
          if (const auto hash = hash_from_hex(name)) out.push_back(*hash);
    }
  }
  return out;
}

}  // namespace oyer::seal
