// SPDX-License-Identifier: GPL-3.0-or-later
// The idea: the entries (bundles below the write-ahead file, then the write-ahead file itself) are the claim; leaf hashes and all tiles
// that should exist for the size are computed from them, and each file on disk is compared byte for byte with what it should hold. A
// partial tile of an older size is a prefix of the newer one. What is on disk and has no place is told too.
#include "seal/journal_audit.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "seal/journal.h"
#include "seal/wal.h"

namespace oyer::seal {
namespace {

namespace fs = std::filesystem;

struct Expected {
  Bytes full;                     // bytes of the whole or the widest partial tile
  std::size_t unit = 0;           // 32 for hashes, 0 for bundles
  std::vector<std::size_t> ends;  // bundles: offset behind each entry
  std::size_t width() const { return unit == 0 ? ends.size() : full.size() / unit; }
  std::size_t bytes_for(std::size_t entries) const { return unit == 0 ? (entries == 0 ? 0 : ends[entries - 1]) : entries * unit; }
};

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
  else if (text_of(*policy) != "log " + key->text() + "\nquorum none\n")
    fault("journal/policy holds lines that this version did not write.");

  const Bytes wal = TRY(disk.read_all(directory + "/wal"));
  const WalContent content = TRY(parse_wal(wal));
  if (content.valid_bytes != wal.size())
    fault("journal/wal has a torn end at offset " + std::to_string(content.valid_bytes) + " (" + std::to_string(wal.size() - content.valid_bytes) + " bytes that were never acknowledged, or a damaged last batch).");

  // Entries, leaf hashes, and what each bundle should hold.
  std::vector<Hash> leaves;
  std::map<std::uint64_t, Expected> bundles;
  bool whole = true;
  const auto take = [&](ByteView entry) {
    Expected& bundle = bundles[leaves.size() / kTileWidth];
    put_u16(bundle.full, static_cast<std::uint16_t>(entry.size()));
    append(bundle.full, entry);
    bundle.ends.push_back(bundle.full.size());
    leaves.push_back(leaf_hash(entry));
  };
  for (std::uint64_t number = 0; number < content.first / kTileWidth; ++number) {
    const std::string path = "tile/entries/" + tile_path(number);
    const auto bytes = disk.read_all(directory + "/" + path);
    auto entries = bytes ? parse_bundle(*bytes, kTileWidth) : tl::unexpected(bytes.error());
    if (!entries) {
      fault("journal/" + path + ": " + entries.error().message);
      whole = false;
      break;
    }
    // The level-0 tile is the second copy of these leaf hashes: compare at once, entry by entry.
    const auto tile = disk.read_all(directory + "/tile/0/" + tile_path(number));
    for (std::size_t i = 0; i < entries->size(); ++i) {
      take((*entries)[i]);
      if (tile && tile->size() == kTileWidth * 32 && !std::ranges::equal(leaves.back(), ByteView(*tile).subspan(i * 32, 32)))
        fault("Entry " + std::to_string(leaves.size() - 1) + ": journal/" + path + " and journal/tile/0/" + tile_path(number) + " disagree (offset " + std::to_string(i * 32) + " of the tile).");
    }
  }
  if (whole)
    for (std::size_t i = 0; i < content.entries.size(); ++i) take(content.entries[i]);
  audit.size = leaves.size();
  audit.root = merkle_root(leaves);

  // All hash tiles that a log of this size has.
  std::map<std::pair<unsigned, std::uint64_t>, Expected> tiles;
  std::vector<Hash> level = leaves;
  for (unsigned l = 0; !level.empty(); ++l) {
    std::vector<Hash> above;
    for (std::size_t start = 0; start < level.size(); start += kTileWidth) {
      const std::size_t width = std::min<std::size_t>(kTileWidth, level.size() - start);
      Expected& tile = tiles[{l, start / kTileWidth}];
      tile.unit = 32;
      for (std::size_t i = 0; i < width; ++i) append(tile.full, level[start + i]);
      if (width == kTileWidth) above.push_back(merkle_root(std::span(level).subspan(start, width)));
    }
    level = std::move(above);
  }

  const auto compare = [&](const std::string& path, const Expected* expected, std::size_t width) {
    const auto bytes = disk.read_all(directory + "/" + path);
    if (!bytes) return fault("journal/" + path + " can't be read: " + bytes.error().message);
    if (expected == nullptr || width > expected->width()) {
      if (whole) fault("journal/" + path + " belongs to no tile of a log of " + std::to_string(audit.size) + " entries.");
      return;
    }
    const ByteView should = ByteView(expected->full).first(expected->bytes_for(width));
    if (std::ranges::equal(should, *bytes)) return;
    const std::size_t offset = first_difference(should, *bytes);
    fault("journal/" + path + " is damaged at offset " + std::to_string(offset) + (bytes->size() != should.size() ? " (its length is off)." : "."));
  };
  std::set<std::string> seen;
  std::error_code error;
  for (fs::recursive_directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    if (it->symlink_status().type() == fs::file_type::directory) continue;
    const std::string path = fs::relative(it->path(), directory).string();
    seen.insert(path);
    if (path == "wal" || path == "log.vkey" || path == "policy" || path == "checkpoint" || path.starts_with("checkpoints/")) continue;
    if (path.find(".tmp") != std::string::npos) continue;  // left by a write that was killed: nothing refers to it
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
    if (bundle) {
      const auto found = bundles.find(*index);
      compare(path, found == bundles.end() ? nullptr : &found->second, width);
    } else {
      const auto found = tiles.find({static_cast<unsigned>(std::stoul(level_text)), *index});
      compare(path, found == tiles.end() ? nullptr : &found->second, width);
    }
  }

  const auto note = disk.read_all(directory + "/checkpoint");
  if (!note) {
    fault("journal/checkpoint is missing: nothing is signed by the log.");
    return audit;
  }
  const auto checkpoint = open_checkpoint(text_of(*note), *key);
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
  if (merkle_root(std::span(leaves).first(checkpoint->size)) != checkpoint->root) fault("The journal's entries do not give the root that the log signed at size " + std::to_string(checkpoint->size) + ".");
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
