// SPDX-License-Identifier: GPL-3.0-or-later
#include "intake/intake.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <set>

#include "base/utf8.h"
#include "intake/media.h"
#include "seal/hash.h"
#include "seal/redaction_tree.h"

namespace oyer::intake {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kSniff = 1U << 16;
constexpr off_t kHeldInMemory = 256 << 20;  // larger files are read twice, and checked to be the same
constexpr double kWallSeconds = 1800;

std::mutex magic_mutex;  // libmagic's cookie is shared

bool is_recording(const std::string& path) {
  const std::string extension = fs::path(path).extension().string();
  return extension == ".wav" || extension == ".mp3" || extension == ".ogg" || extension == ".m4a" || extension == ".mp4" || extension == ".mkv";
}

bool is_called_text(const std::string& name) {
  const std::string extension = fs::path(name).extension().string();
  return extension.empty() || extension == ".txt" || extension == ".TXT" || extension == ".text" || extension == ".md";
}

// UTF-8 without control characters; the last line may be cut by the length of what is sniffed.
bool reads_as_text(ByteView head) {
  std::string_view text = text_of(head);
  if (text.size() == kSniff) text = text.substr(0, text.find_last_of('\n') == std::string_view::npos ? text.size() : text.find_last_of('\n'));
  const auto steers = [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f') || c == 0x7F; };
  return !text.empty() && utf8::valid(text) && std::none_of(text.begin(), text.end(), steers);
}

}  // namespace

class Prepared {
 public:
  ~Prepared() {
    if (descriptor >= 0) ::close(descriptor);
  }
  Item item;
  int descriptor = -1;
  std::uint64_t size = 0;
  std::string media;
  std::string trouble;  // why there are no bytes to seal
  Hash digest{};
  ReadOutcome outcome;
  bool has_transcript = false;
  ReadOutcome transcript;
  Bytes transcript_bytes;
};

Result<std::vector<Item>> gather(const std::vector<std::string>& paths) {
  std::vector<Item> items;
  for (const auto& given : paths) {
    const fs::path path(given);
    std::error_code error;
    const auto status = fs::symlink_status(path, error);
    if (error || status.type() == fs::file_type::not_found) return fail(ErrorCode::not_found, "There is no file or folder " + given + ".", "Check the path.");
    if (status.type() != fs::file_type::directory) {
      items.push_back({given, path.filename().string(), ""});
      continue;
    }
    for (fs::recursive_directory_iterator it(path, error), end; it != end; it.increment(error)) {
      if (error) return fail(ErrorCode::bad_input, "The folder " + given + " can't be walked: " + error.message() + ".", "Check its permissions.");
      const auto type = it->symlink_status().type();
      if (type == fs::file_type::directory) continue;
      items.push_back({it->path().string(), it->path().lexically_relative(path).string(), ""});
    }
    if (error) return fail(ErrorCode::bad_input, "The folder " + given + " can't be walked: " + error.message() + ".", "Check its permissions.");
  }
  std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.path < b.path; });
  items.erase(std::unique(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.path == b.path; }), items.end());
  // A transcript beside its recording is a layer of it, not an exhibit of its own.
  std::set<std::string> attached;
  for (Item& item : items) {
    if (!is_recording(item.path)) continue;
    for (const char* extension : {".vtt", ".srt"}) {
      const std::string beside = fs::path(item.path).replace_extension(extension).string();
      if (std::any_of(items.begin(), items.end(), [&](const Item& other) { return other.path == beside; })) {
        item.transcript = beside;
        attached.insert(beside);
        break;
      }
    }
  }
  std::erase_if(items, [&](const Item& item) { return attached.contains(item.path); });
  return items;
}

namespace {

// Copies a file into sealed memory, so that what is parsed and what is sealed are the same bytes whatever happens to the file meanwhile.
int held_copy(int source, off_t size, std::string& trouble) {
  const int memory = ::memfd_create("exhibit", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (memory < 0) {
    trouble = "There is no memory to hold it while it is read.";
    return -1;
  }
  std::vector<char> buffer(1U << 20);
  for (off_t done = 0;;) {
    const ssize_t n = ::pread(source, buffer.data(), buffer.size(), done);
    if (n < 0) {
      trouble = std::string("It can't be read: ") + std::strerror(errno) + ".";
      ::close(memory);
      return -1;
    }
    if (n == 0) break;
    if (::write(memory, buffer.data(), static_cast<std::size_t>(n)) != n) {
      trouble = "There is no memory to hold it while it is read.";
      ::close(memory);
      return -1;
    }
    done += n;
    if (done > size + kHeldInMemory) break;
  }
  ::fcntl(memory, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
  return memory;
}

int open_item(const std::string& path, std::uint64_t& size, std::string& trouble) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) {
    trouble = errno == ELOOP ? "It is a symbolic link; links are never followed." : std::string("It can't be opened: ") + std::strerror(errno) + ".";
    return -1;
  }
  struct stat status {};
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    trouble = "It is not a regular file.";
    ::close(fd);
    return -1;
  }
  if (status.st_size > kHeldInMemory) {
    size = static_cast<std::uint64_t>(status.st_size);
    return fd;
  }
  const int memory = held_copy(fd, status.st_size, trouble);
  ::close(fd);
  if (memory < 0) return -1;
  ::fstat(memory, &status);
  size = static_cast<std::uint64_t>(status.st_size);
  return memory;
}

Bytes read_at(int descriptor, std::uint64_t offset, std::size_t length) {
  Bytes out(length);
  const ssize_t n = ::pread(descriptor, out.data(), length, static_cast<off_t>(offset));
  out.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return out;
}

Hash digest_at(int descriptor, std::uint64_t size) {
  seal::Sha256 hash;
  for (std::uint64_t offset = 0; offset < size;) {
    const Bytes piece = read_at(descriptor, offset, 1U << 20);
    if (piece.empty()) break;
    hash.update(piece);
    offset += piece.size();
  }
  return hash.finish();
}

ReadOutcome read_with(int descriptor, const std::string& media, const std::string& languages) {
  auto outcome = run_reader(descriptor, media, languages, kWallSeconds);
  if (outcome) return *std::move(outcome);
  ReadOutcome failed;
  failed.refused = outcome.error().text();
  return failed;
}

}  // namespace

std::shared_ptr<Prepared> prepare(const Item& item, const std::string& languages, const std::set<std::string>& held) {
  auto prepared = std::make_shared<Prepared>();
  prepared->item = item;
  prepared->descriptor = open_item(item.path, prepared->size, prepared->trouble);
  if (prepared->descriptor < 0) return prepared;
  const Bytes head = read_at(prepared->descriptor, 0, kSniff);
  {
    const std::lock_guard<std::mutex> lock(magic_mutex);
    prepared->media = media_type(head, item.name);
  }
  prepared->digest = digest_at(prepared->descriptor, prepared->size);
  if (held.contains(hex(prepared->digest))) return prepared;
  prepared->outcome = read_with(prepared->descriptor, prepared->media, languages);
  // A letter that begins with "Article" or "From:" is taken for news or mail by its first word. If it reads as text and is called so, it is text.
  if (!prepared->outcome.refused.empty() && is_called_text(item.name) && reads_as_text(head)) {
    auto plain = read_with(prepared->descriptor, "text/plain", languages);
    if (plain.refused.empty()) {
      prepared->outcome = std::move(plain);
      prepared->media = "text/plain";
    }
  }
  if (!item.transcript.empty()) {
    std::uint64_t size = 0;
    std::string trouble;
    const int fd = open_item(item.transcript, size, trouble);
    if (fd >= 0) {
      prepared->has_transcript = true;
      prepared->transcript_bytes = read_at(fd, 0, static_cast<std::size_t>(size));
      prepared->transcript = read_with(fd, item.transcript.ends_with(".srt") ? "application/x-subrip" : "text/vtt", languages);
      ::close(fd);
      if (!prepared->transcript.refused.empty()) prepared->outcome.warnings.push_back("The transcript beside it could not be read: " + prepared->transcript.refused);
    } else {
      prepared->outcome.warnings.push_back("The transcript beside it could not be read: " + trouble);
    }
  }
  return prepared;
}

namespace {

// The draft of one rendition: its file sealed, its text tree made.
Result<casefile::Draft> rendition_draft(casefile::Case& target, const ReadOutcome& from, const ReadRendition& rendition, bool open_tier) {
  const std::string file = rendition.file();
  const seal::BlobRef blob = TRY(target.store().put(view(file), open_tier));
  casefile::Draft draft;
  draft.type = "rendition.add/1";
  draft.data = {{"exhibit", "@exhibit"}, {"kind", rendition.kind},  {"blob", hex(blob.address)},          {"size", static_cast<std::int64_t>(blob.size)},
                {"tool", from.tool},     {"version", from.version}, {"parameters", rendition.parameters}, {"pages", static_cast<std::int64_t>(rendition.pages.size())}};
  set_if(draft.data, "language", rendition.language);
  draft.protect["digest"] = hex(blob.digest);
  if (!open_tier) {
    Hash secret;
    system_random().fill(secret);
    std::vector<seal::RedactionLeaf> tokens;
    for (const auto& page : rendition.pages) {
      auto own = seal::redaction_tokens(static_cast<std::uint32_t>(*get_integer(page.get_object(), "n")), page.get_object().at("text").get_string());
      tokens.insert(tokens.end(), std::make_move_iterator(own.begin()), std::make_move_iterator(own.end()));
    }
    const auto leaves = seal::with_dummies(secret, std::move(tokens));
    draft.data["tree"] = json::object{{"leaves", static_cast<std::int64_t>(leaves.size())}, {"root", base64url(seal::redaction_root(secret, leaves))}};
    draft.protect["secret"] = base64url(secret);
  }
  return draft;
}

}  // namespace

Result<Taken> take_in(casefile::Case& target, const Prepared& prepared, const IntakeOptions& options) {
  Taken taken;
  taken.path = utf8::repair(prepared.item.name);
  taken.media = prepared.media;
  taken.warnings = prepared.outcome.warnings;
  if (prepared.descriptor < 0) {
    taken.state = "unreadable";
    taken.reason = prepared.trouble;
    return taken;
  }
  // Already held? The digest is looked up in this compartment only.
  taken.digest = hex(prepared.digest);
  {
    auto find = TRY(target.database().prepare("SELECT id FROM thing WHERE kind = 'ex' AND label = ? ORDER BY place LIMIT 1"));
    find.bind(1, taken.digest);
    if (TRY(find.step())) {
      taken.id = find.text(0);
      taken.state = "already-held";
      return taken;
    }
  }
  std::uint64_t at = 0;
  const seal::BlobRef blob = TRY(target.store().put_stream(
      [&]() -> Result<Bytes> {
        Bytes piece = read_at(prepared.descriptor, at, 1U << 20);
        at += piece.size();
        return piece;
      },
      options.open_tier));
  if (blob.digest != prepared.digest) return fail(ErrorCode::bad_input, utf8::repair(prepared.item.name) + " changed while it was being read.", "Take it in again when nothing writes to it.");
  std::vector<casefile::Draft> drafts;
  casefile::Draft exhibit;
  exhibit.type = "exhibit.add/1";
  exhibit.handle = "exhibit";
  taken.state = prepared.outcome.refused.empty() ? "sealed" : "quarantined";
  taken.reason = prepared.outcome.refused;
  exhibit.data = {{"source", options.source}, {"size", static_cast<std::int64_t>(blob.size)}, {"media", prepared.media}, {"blob", hex(blob.address)}, {"state", taken.state}};
  set_if(exhibit.data, "reason", taken.reason);
  set_if(exhibit.data, "origin", options.origin);
  set_if(exhibit.data, "collector", options.collector);
  exhibit.protect = {{"name", utf8::repair(prepared.item.name)}, {"digest", taken.digest}};
  drafts.push_back(std::move(exhibit));
  for (const auto& rendition : prepared.outcome.renditions) drafts.push_back(TRY(rendition_draft(target, prepared.outcome, rendition, options.open_tier)));
  if (prepared.has_transcript && prepared.transcript.refused.empty())
    for (auto rendition : prepared.transcript.renditions) {
      // What came from outside is kept as it came: the side file's own bytes are sealed too, and the rendition names them.
      const seal::BlobRef original = TRY(target.store().put(prepared.transcript_bytes, options.open_tier));
      rendition.parameters["original"] = hex(original.address);
      drafts.push_back(TRY(rendition_draft(target, prepared.transcript, rendition, options.open_tier)));
    }
  auto ids = TRY(target.append("add", std::move(drafts), options.open_tier));
  taken.id = ids[0];
  taken.renditions.assign(ids.begin() + 1, ids.end());
  return taken;
}

}  // namespace oyer::intake
