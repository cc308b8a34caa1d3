// SPDX-License-Identifier: GPL-3.0-or-later
// The idea: the entries (bundles below the write-ahead file, then the write-ahead file itself) are the claim; leaf hashes and all tiles
// that should exist for the size are computed from them, and each file on disk is compared byte for byte with what it should hold. A
// partial tile of an older size is a prefix of the newer one. What is on disk and has no place is told too.
//
// Bundles are read one by one and only their hashes are kept: 32 bytes an entry, and the write-ahead file's entries.
#include "seal/journal_audit.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "seal/checkpoint_audit.h"
#include "seal/journal.h"
#include "seal/wal.h"

namespace oyer::seal {
namespace {

namespace fs = std::filesystem;

// Where two byte strings first differ.
std::size_t first_difference(ByteView a, ByteView b) {
  const auto [left, right] = std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(std::min(a.size(), b.size())), b.begin());
  return static_cast<std::size_t>(left - a.begin());
}

// "x001/x234/067" back to 1234067; nothing when it is no such path.
std::optional<std::uint64_t> index_of(const std::string& path) {
  std::uint64_t index = 0;
  std::size_t at = 0;
  while (true) {
    const bool more = at < path.size() && path[at] == 'x';
    if (more) ++at;
    if (path.size() < at + 3) return std::nullopt;
    for (int i = 0; i < 3; ++i, ++at) {
      if (path[at] < '0' || path[at] > '9') return std::nullopt;
      index = index * 10 + static_cast<std::uint64_t>(path[at] - '0');
    }
    if (!more) return at == path.size() ? std::optional(index) : std::nullopt;
    if (path[at++] != '/') return std::nullopt;
  }
}

}  // namespace

Result<JournalAudit> audit_journal(Disk& disk, const std::string& directory, const std::function<void(const std::string&)>& fault) {
  JournalAudit audit;
  const Bytes key_text = TRY(disk.read_all(directory + "/log.vkey"));
  const auto key = VerifierKey::parse(text_of(key_text));
  if (!key) return fail(ErrorCode::damaged, "journal/log.vkey is damaged: " + key.error().message, "Restore it from a backup or from a dossier's policy.");
  if (text_of(key_text) != key->text() + "\n") fault("journal/log.vkey holds more than the log's key.");
  const auto policy = disk.read_all(directory + "/policy");
  if (!policy)
    fault("journal/policy is missing or can't be read.");
  else if (text_of(*policy).find("log " + key->text() + "\n") == std::string_view::npos)
    fault("journal/policy does not name the log's key.");
  else if (const auto read = read_policy(disk, directory, *key); !read)
    fault(read.error().message);

  const Bytes wal = TRY(disk.read_all(directory + "/wal"));
  const WalContent content = TRY(parse_wal(wal));
  if (content.valid_bytes != wal.size())
    fault("journal/wal has a torn end at offset " + std::to_string(content.valid_bytes) + " (" + std::to_string(wal.size() - content.valid_bytes) + " bytes that were never acknowledged, or a damaged last batch).");

  // levels[l]: the hashes that the tiles of level l hold, from the left; levels[0] are the leaf hashes.
  std::vector<std::vector<Hash>> levels;
  levels.reserve(9);  // a log of 2^64 entries has no more: references to a level stay good
  std::vector<Hash>& leaves = levels.emplace_back();
  std::vector<bool> sound_tiles;  // full tiles of level 0 found equal already, so that they are read once
  bool whole = true;
  for (std::uint64_t number = 0; number < content.first / kTileWidth; ++number) {
    const std::string path = "tile/entries/" + tile_path(number);
    const auto bytes = disk.read_all(directory + "/" + path);
    auto entries = bytes ? view_bundle(*bytes, kTileWidth) : tl::unexpected(bytes.error());
    if (!entries) {
      fault("journal/" + path + ": " + entries.error().message);
      whole = false;
      break;
    }
    // The level-0 tile is the second copy of these leaf hashes: compare at once, entry by entry.
    const auto tile = disk.read_all(directory + "/tile/0/" + tile_path(number));
    const bool comparable = tile && tile->size() == kTileWidth * 32;
    sound_tiles.push_back(comparable);
    for (std::size_t i = 0; i < entries->size(); ++i) {
      leaves.push_back(leaf_hash((*entries)[i]));
      if (!comparable || std::ranges::equal(leaves.back(), ByteView(*tile).subspan(i * 32, 32))) continue;
      sound_tiles.back() = false;
      fault("Entry " + std::to_string(leaves.size() - 1) + ": journal/" + path + " and journal/tile/0/" + tile_path(number) + " disagree (offset " + std::to_string(i * 32) + " of the tile).");
    }
  }
  if (whole)
    for (std::size_t i = 0; i < content.entries.size(); ++i) leaves.push_back(leaf_hash(content.entries[i]));
  audit.size = leaves.size();

  // All hash tiles that a log of this size has.
  while (levels.back().size() >= kTileWidth) {
    std::vector<Hash> above;
    for (std::size_t start = 0; start + kTileWidth <= levels.back().size(); start += kTileWidth) above.push_back(merkle_root(std::span(levels.back()).subspan(start, kTileWidth)));
    levels.push_back(std::move(above));
  }
  const SubtreeHash subtree = [&levels](unsigned level, std::uint64_t index) -> Result<Hash> { return merkle_root(std::span(levels[level / 8]).subspan(index << level % 8, std::size_t{1} << level % 8)); };
  audit.root = TRY(root_of(audit.size, subtree));

  const auto compare = [&](const std::string& path, const Result<Bytes>& expected) {
    const auto bytes = disk.read_all(directory + "/" + path);
    if (!bytes) return fault("journal/" + path + " can't be read: " + bytes.error().message);
    if (!expected) {
      if (whole) fault("journal/" + path + " belongs to no tile of a log of " + std::to_string(audit.size) + " entries.");
      return;
    }
    if (*expected == *bytes) return;
    fault("journal/" + path + " is damaged at offset " + std::to_string(first_difference(*expected, *bytes)) + (bytes->size() != expected->size() ? " (its length is off)." : "."));
  };
  const auto none = [] { return Result<Bytes>(fail(ErrorCode::not_found, "")); };
  // The first `width` entries of bundle `index`, or nothing when the log has no such entries.
  const auto expected_bundle = [&](std::uint64_t index, std::size_t width) -> Result<Bytes> {
    if (width > leaves.size() || index > (leaves.size() - width) / kTileWidth) return none();
    const std::uint64_t start = index * kTileWidth;
    if (start >= content.first) return to_bytes(content.entries.framed(start - content.first, width));
    Bytes bytes = TRY(disk.read_all(directory + "/tile/entries/" + tile_path(index)));
    const auto last = TRY(view_bundle(bytes, kTileWidth))[width - 1];
    bytes.resize(static_cast<std::size_t>(last.data() + last.size() - bytes.data()));
    return bytes;
  };
  const auto expected_tile = [&](std::size_t level, std::uint64_t index, std::size_t width) -> Result<Bytes> {
    if (level >= levels.size() || width > levels[level].size() || index > (levels[level].size() - width) / kTileWidth) return none();
    Bytes bytes;
    bytes.reserve(width * 32);
    for (std::size_t i = 0; i < width; ++i) append(bytes, levels[level][index * kTileWidth + i]);
    return bytes;
  };
  std::set<std::string> seen;
  std::error_code error;
  for (fs::recursive_directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    if (it->symlink_status().type() == fs::file_type::directory) continue;
    const std::string path = fs::relative(it->path(), directory).string();
    seen.insert(path);
    if (path == "wal" || path == "log.vkey" || path == "policy" || path == "checkpoint" || path.starts_with("checkpoints/") || path.starts_with("forks/")) continue;  // the last two: audit_checkpoints
    if (path.find(".tmp") != std::string::npos) continue;                                                                                                             // left by a write that was killed: nothing refers to it
    std::string rest = path;
    std::size_t width = kTileWidth;
    if (const std::size_t partial = rest.find(".p/"); partial != std::string::npos) {
      const std::string digits = rest.substr(partial + 3);
      width = digits.empty() || digits.size() > 3 || digits.find_first_not_of("0123456789") != std::string::npos ? 0 : std::stoul(digits);
      rest.resize(partial);
    }
    // A killed writer may leave a temporary file; whoever writes that tile next takes it away.
    if (path.ends_with(".tmp") || path.starts_with("checkpoint.tmp")) continue;
    const bool bundle = rest.starts_with("tile/entries/");
    const std::size_t slash = rest.find('/', 5);
    const std::string level_text = rest.starts_with("tile/") && slash != std::string::npos ? rest.substr(5, slash - 5) : "";
    const auto index = slash == std::string::npos ? std::nullopt : index_of(rest.substr(slash + 1));
    const bool level_ok = bundle || (!level_text.empty() && level_text.size() <= 2 && level_text.find_first_not_of("0123456789") == std::string::npos);
    if (!index || width == 0 || !level_ok) {
      fault("journal/" + path + " is no file of a journal.");
      continue;
    }
    // What these hold has been compared above: the full bundles are the claim itself.
    const std::uint64_t read = sound_tiles.size();
    if (bundle && width == kTileWidth && *index < read && path == "tile/entries/" + tile_path(*index)) continue;
    if (!bundle && level_text == "0" && width == kTileWidth && *index < read && sound_tiles[*index] && path == "tile/0/" + tile_path(*index)) continue;
    compare(path, bundle ? expected_bundle(*index, width) : expected_tile(std::stoul(level_text), *index, width));
  }

  const auto note = disk.read_all(directory + "/checkpoint");
  if (!note) {
    fault("journal/checkpoint is missing: nothing is signed by the log.");
    return audit;
  }
  Policy alone;
  alone.logs.push_back(*key);
  const auto witnessed = open_witnessed(text_of(*note), read_policy(disk, directory, *key).value_or(alone));
  const auto checkpoint = witnessed ? Result<Checkpoint>(witnessed->checkpoint) : tl::unexpected(witnessed.error());
  if (!checkpoint) {
    fault("journal/checkpoint: " + checkpoint.error().message);
    return audit;
  }
  audit.signed_size = checkpoint->size;
  if (!whole) return audit;
  if (checkpoint->size > leaves.size()) {
    fault("The checkpoint covers " + std::to_string(checkpoint->size) + " entries, but the journal holds " + std::to_string(leaves.size()) + ": the newest are lost.");
    return audit;
  }
  if (TRY(root_of(checkpoint->size, subtree)) != checkpoint->root) fault("The journal's entries do not give the root that the log signed at size " + std::to_string(checkpoint->size) + ".");
  // Every tile of the signed size must stand.
  const auto must_stand = [&](const std::string& prefix, std::uint64_t units) {
    for (std::uint64_t start = 0; start < units; start += kTileWidth) {
      const auto width = static_cast<unsigned>(std::min<std::uint64_t>(kTileWidth, units - start));
      const std::string full = prefix + tile_path(start / kTileWidth);
      const std::string partial = prefix + tile_path(start / kTileWidth, width);
      if (!seen.contains(full) && !seen.contains(partial)) fault("journal/" + partial + " is missing.");
    }
  };
  must_stand("tile/entries/", checkpoint->size);
  std::uint64_t units = checkpoint->size;
  for (unsigned l = 0; units > 0; ++l, units /= kTileWidth) must_stand("tile/" + std::to_string(l) + "/", units);
  return audit;
}

}  // namespace oyer::seal
