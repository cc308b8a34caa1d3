// SPDX-License-Identifier: GPL-3.0-or-later
// Healing. First every shard of every set is read and compared with its hash; only then is anything written, a file at a time. A set is
// trusted with nothing that can't be checked: a large file must have the SHA-256 in its name, and a pack must keep each record that was
// sound before, so that a stale or a forged set can't take anything away.
#include <algorithm>
#include <map>

#include "seal/hash.h"
#include "seal/upkeep/parity.h"
#include "seal/upkeep/parity_set.h"

namespace oyer::seal {
namespace {

constexpr std::uint64_t kPiece = 1U << 20;

struct OpenSet {
  std::string path;  // below blobs/
  ParitySet set;
  ReedSolomon code;
  std::vector<bool> bad_data, bad_parity;

  std::uint64_t bad_in(std::uint64_t group) const {
    std::uint64_t bad = 0;
    for (std::uint64_t shard = group; shard < bad_data.size(); shard += set.groups()) bad += bad_data[shard] ? 1 : 0;
    for (std::size_t j = 0; j < set.m; ++j) bad += bad_parity[group * set.m + j] ? 1 : 0;
    return bad;
  }
};

// A shard's place in the file that is being healed.
struct Piece {
  OpenSet* set = nullptr;
  std::uint64_t shard = 0;
  ShardPlace place;
};

// What a file lost for good.
struct Lost {
  const OpenSet* set = nullptr;
  std::uint64_t first_group = 0;
  std::uint64_t bad = 0;  // shards in that group
  std::uint64_t shards = 0;
};

class Healer {
 public:
  Healer(Disk& disk, std::string blobs, const Paced& paced) : disk_(disk), blobs_(std::move(blobs)), paced_(paced), reader_(disk_, blobs_, paced_) {}

  Result<HealReport> run() {
    if (!disk_.exists(blobs_ + "/parity")) return std::move(report_);
    const auto lock = TRY(disk_.lock(blobs_ + "/parity/lock"));
    const StoredFiles files = TRY(list_stored_files(disk_, blobs_));
    for (const std::string& path : files.sets) {
      auto set = ParitySet::read(disk_, blobs_ + "/" + path);
      if (!set) {
        report_.not_healed.push_back(set.error().text());
        continue;
      }
      const ReedSolomon code(set->k, set->m);
      sets_.push_back({path, *std::move(set), code, {}, {}});
    }
    for (OpenSet& set : sets_) TRY(check(set));
    for (const std::string& path : damaged_files()) TRY(heal_file(path));
    for (OpenSet& set : sets_) TRY(heal_set(set));
    return std::move(report_);
  }

 private:
  Result<void> check(OpenSet& open) {
    open.bad_data.resize(open.set.data_hashes.size());
    for (std::uint64_t shard = 0; shard < open.bad_data.size(); ++shard) open.bad_data[shard] = !TRY(sound_data(open, shard));
    open.bad_parity.resize(open.set.parity_hashes.size());
    for (std::uint64_t index = 0; index < open.bad_parity.size(); ++index) open.bad_parity[index] = !TRY(sound_parity(open, index));
    return {};
  }
  // The shard, if it fits its hash.
  Result<std::optional<Bytes>> sound_data(const OpenSet& open, std::uint64_t shard) {
    auto bytes = TRY(reader_.read(open.set, shard));
    if (bytes && sha256(*bytes) != open.set.data_hashes[shard]) bytes.reset();
    return bytes;
  }
  Result<std::optional<Bytes>> sound_parity(const OpenSet& open, std::uint64_t index) {
    auto bytes = TRY(reader_.read_parity(open.set, blobs_ + "/" + open.path, index));
    if (bytes && sha256(*bytes) != open.set.parity_hashes[index]) bytes.reset();
    return bytes;
  }

  std::vector<std::string> damaged_files() {
    std::map<std::string, std::pair<std::uint64_t, bool>> ends;  // covered up to; with bad shards
    for (const OpenSet& open : sets_) {
      for (const ParityRange& range : open.set.ranges) {
        auto& end = ends[range.path];
        end.first = std::max(end.first, range.offset + range.length);
        const std::uint64_t behind = range.first_shard + (range.length + open.set.shard_size - 1) / open.set.shard_size;
        for (std::uint64_t shard = range.first_shard; shard < behind && !end.second; ++shard) end.second = open.bad_data[shard];
      }
    }
    std::vector<std::string> out;
    for (const auto& [path, end] : ends) {
      const ReadFile* file = reader_.file(blobs_ + "/" + path);
      if (end.second || (is_large_path(path) && file != nullptr && file->size() > end.first)) out.push_back(path);  // a large file that has grown
    }
    return out;
  }

  std::vector<Piece> pieces_of(const std::string& path) {
    std::vector<Piece> out;
    for (OpenSet& open : sets_)
      for (const ParityRange& range : open.set.ranges)
        if (range.path == path)
          for (std::uint64_t shard = range.first_shard, done = 0; done < range.length; ++shard, done += open.set.shard_size) out.push_back({&open, shard, open.set.place(shard)});
    // Sets can overlap (one was unreadable for a while): the first of two counts, and a good shard comes first.
    std::stable_sort(out.begin(), out.end(), [](const Piece& a, const Piece& b) { return std::pair(a.place.offset, a.set->bad_data[a.shard]) < std::pair(b.place.offset, b.set->bad_data[b.shard]); });
    return out;
  }

  // A lost data shard, computed and checked; nothing if its group has lost too much.
  Result<std::optional<Bytes>> compute(OpenSet& open, std::uint64_t wanted) {
    const ParitySet& set = open.set;
    const std::uint64_t group = set.group_of(wanted);
    if (open.bad_in(group) > set.m) return std::nullopt;
    const Bytes zeros(set.shard_size);
    std::vector<Bytes> held;
    held.reserve(set.k);  // pointers into it stay
    std::vector<std::pair<std::size_t, const std::uint8_t*>> sources;
    for (std::size_t number = 0; number < set.k && sources.size() < set.k; ++number) {
      const std::uint64_t shard = group + number * set.groups();
      if (shard >= open.bad_data.size()) {
        sources.emplace_back(number, zeros.data());
      } else if (!open.bad_data[shard]) {
        auto bytes = TRY(sound_data(open, shard));
        if (!bytes) continue;  // got worse since it was checked
        held.push_back(*std::move(bytes));
        sources.emplace_back(number, held.back().data());
      }
    }
    for (std::size_t j = 0; j < set.m && sources.size() < set.k; ++j) {
      if (open.bad_parity[group * set.m + j]) continue;
      auto bytes = TRY(sound_parity(open, group * set.m + j));
      if (!bytes) continue;
      held.push_back(*std::move(bytes));
      sources.emplace_back(set.k + j, held.back().data());
    }
    auto out = open.code.decode(set.shard_size, sources, static_cast<std::size_t>(wanted / set.groups()));
    if (out && sha256(*out) != set.data_hashes[wanted]) out.reset();
    return out;
  }

  Result<void> heal_file(const std::string& path) {
    const std::string full = blobs_ + "/" + path;
    const bool pack = is_pack_path(path);
    std::unique_ptr<ReadFile> old;
    if (auto opened = disk_.open(full))
      old = *std::move(opened);
    else if (opened.error().code != ErrorCode::not_found) {
      report_.not_healed.push_back(opened.error().text());
      return {};
    }
    const std::vector<Piece> pieces = pieces_of(path);
    if (!pack) {  // half a large file is worth nothing: look before computing
      Lost lost;
      for (const Piece& piece : pieces) count_lost(lost, piece);
      if (lost.shards != 0) return tell_lost(path, lost);
    }
    TRY(disk_.make_directories(blobs_ + "/tmp"));
    const std::string temporary = blobs_ + "/tmp/healing";
    const auto written = TRY(write_healed(path, old.get(), pieces, temporary));
    reader_.forget();
    if (!written) return disk_.remove(temporary);
    const bool replaced = TRY(replace(path, old.get(), temporary, *written));
    if (!replaced) TRY(disk_.remove(temporary));
    for (const Piece& piece : pieces)
      if (piece.set->bad_data[piece.shard]) piece.set->bad_data[piece.shard] = !TRY(sound_data(*piece.set, piece.shard));
    return {};
  }

  void count_lost(Lost& lost, const Piece& piece) const {
    if (!piece.set->bad_data[piece.shard]) return;
    const std::uint64_t group = piece.set->set.group_of(piece.shard);
    const std::uint64_t bad = piece.set->bad_in(group);
    if (bad > piece.set->set.m) add_lost(lost, piece, bad);
  }
  static void add_lost(Lost& lost, const Piece& piece, std::uint64_t bad) {
    if (lost.shards++ != 0) return;
    lost.set = piece.set;
    lost.first_group = piece.set->set.group_of(piece.shard);
    lost.bad = bad;
  }
  Result<void> tell_lost(const std::string& path, const Lost& lost) {
    report_.not_healed.push_back(blobs_ + "/" + path + " can't be healed" + (is_pack_path(path) ? " everywhere" : "") + ": group " + std::to_string(lost.first_group) + " of " + blobs_ + "/" + lost.set->path + " has " +
                                 std::to_string(lost.bad) + " damaged shards and " + std::to_string(lost.set->set.m) + " can be computed" +
                                 (lost.shards > 1 ? ", and " + std::to_string(lost.shards - 1) + " more of its shards are lost like this." : ".") + " Restore that file from a backup.");
    return {};
  }

  struct Written {
    std::uint64_t computed = 0;
    Lost lost;
  };
  // Nothing if it can't be done; the reason was told.
  Result<std::optional<Written>> write_healed(const std::string& path, const ReadFile* old, const std::vector<Piece>& pieces, const std::string& temporary) {
    const bool pack = is_pack_path(path);
    Written done;
    std::vector<Span> holes;
    const auto out = TRY(disk_.append(temporary, 0));
    const auto old_bytes = [&](std::uint64_t from, std::size_t length) {  // zeros beyond its end
      const std::uint64_t size = old != nullptr ? old->size() : 0;
      const auto there = static_cast<std::size_t>(from >= size ? 0 : std::min<std::uint64_t>(length, size - from));
      Bytes bytes = there == 0 ? Bytes{} : read_around_holes(*old, from, there, &holes);
      bytes.resize(length);
      return bytes;
    };
    std::uint64_t at = 0;
    const auto copy_up_to = [&](std::uint64_t to) -> Result<void> {
      while (at < to) {
        const Bytes bytes = old_bytes(at, static_cast<std::size_t>(std::min(kPiece, to - at)));
        TRY(out->write(bytes));
        TRY(paced_(bytes.size()));
        at += bytes.size();
      }
      return {};
    };
    for (const Piece& piece : pieces) {
      if (piece.place.offset + piece.place.length <= at) continue;
      TRY(copy_up_to(piece.place.offset));
      std::optional<Bytes> bytes;
      if (!piece.set->bad_data[piece.shard]) bytes = TRY(sound_data(*piece.set, piece.shard));
      if (!bytes && (bytes = TRY(compute(*piece.set, piece.shard)))) ++done.computed;
      if (!bytes) {
        add_lost(done.lost, piece, piece.set->bad_in(piece.set->set.group_of(piece.shard)));
        bytes = old_bytes(piece.place.offset, piece.place.length);
      }
      const auto skip = static_cast<std::size_t>(at - piece.place.offset);
      TRY(out->write(ByteView(*bytes).subspan(skip, piece.place.length - skip)));
      at += piece.place.length - skip;
    }
    if (pack && old != nullptr) TRY(copy_up_to(std::max(at, old->size())));
    TRY(out->sync());
    if (!holes.empty()) {
      report_.not_healed.push_back(blobs_ + "/" + path + " was left as it is: at offset " + std::to_string(holes.front().from) + " it can't be read and can't be computed. Copy the disk first, then heal the copy.");
      return std::nullopt;
    }
    if (done.lost.shards != 0) TRY(tell_lost(path, done.lost));
    if (done.lost.shards != 0 && (!pack || done.computed == 0)) return std::nullopt;
    return done;
  }

  // Whether the healed file took the place of the old one.
  Result<bool> replace(const std::string& path, const ReadFile* old, const std::string& temporary, const Written& written) {
    const std::string full = blobs_ + "/" + path;
    const auto fresh = TRY(disk_.open(temporary));
    if (is_pack_path(path)) {
      if (old != nullptr) {
        const FileCheck before = TRY(check_pack(*old, 0, paced_));
        for (const Span& span : before.sound) {
          if (TRY(same(*old, *fresh, span))) continue;
          report_.not_healed.push_back(full + " was left as it is: it holds sound records, around offset " + std::to_string(span.from) + ", where its parity tells of others. Keep a copy of the case and ask for help.");
          return false;
        }
        if (before.bad.empty() && old->size() == fresh->size()) return false;  // a read had failed for once: it is the same file
      }
      const FileCheck after = TRY(check_pack(*fresh, 0, paced_));
      if (written.lost.shards == 0 && !after.bad.empty()) report_.not_healed.push_back(full + " is still damaged at offset " + std::to_string(after.bad.front().from) + ", where no parity covers it. Restore that file from a backup.");
    } else {
      const FileCheck after = TRY(check_large(*fresh, path.substr(3), paced_));
      if (!after.bad.empty()) {
        report_.not_healed.push_back(full + " was left as it is: what its parity computes does not have the SHA-256 in its name. Restore that file from a backup.");
        return false;
      }
      if (old != nullptr && old->size() == fresh->size() && TRY(check_large(*old, path.substr(3), paced_)).bad.empty()) return false;  // as above
    }
    std::string kept;
    if (old != nullptr) kept = TRY(keep(path, *old));
    TRY(disk_.make_directories(full.substr(0, full.find_last_of('/'))));
    TRY(disk_.rename(temporary, full));
    reader_.forget();
    report_.healed.push_back({path, written.computed, kept});
    return true;
  }

  Result<bool> same(const ReadFile& a, const ReadFile& b, const Span& span) {
    for (std::uint64_t at = span.from; at < span.to; at += kPiece) {
      const auto length = static_cast<std::size_t>(std::min(kPiece, span.to - at));
      if (TRY(a.read(at, length)) != TRY(b.read(at, length))) return false;
      TRY(paced_(2 * length));
    }
    return true;
  }

  // Copies the damaged file, so that the old name always names a whole file. Returns where to.
  Result<std::string> keep(const std::string& path, const ReadFile& old) {
    TRY(disk_.make_directories(blobs_ + "/damaged"));
    const std::string name = "damaged/" + path.substr(path.find('/') + 1);
    std::string free = name;
    for (unsigned number = 2; disk_.exists(blobs_ + "/" + free); ++number) free = name + "." + std::to_string(number);
    const std::string temporary = blobs_ + "/tmp/kept";
    {
      const auto out = TRY(disk_.append(temporary, 0));
      for (std::uint64_t at = 0; at < old.size(); at += kPiece) {
        const Bytes bytes = read_around_holes(old, at, static_cast<std::size_t>(std::min(kPiece, old.size() - at)));
        TRY(out->write(bytes));
        TRY(paced_(bytes.size()));
      }
      TRY(out->sync());
    }
    TRY(disk_.rename(temporary, blobs_ + "/" + free));
    return free;
  }

  // Writes a set anew whose header or parity shards are damaged.
  Result<void> heal_set(OpenSet& open) {
    const ParitySet& set = open.set;
    if (set.header_fault.empty() && std::find(open.bad_parity.begin(), open.bad_parity.end(), true) == open.bad_parity.end()) return {};
    const std::string full = blobs_ + "/" + open.path;
    const std::string temporary = full + ".tmp";
    {
      const auto out = TRY(disk_.append(temporary, 0));
      TRY(out->write(set.header()));
      for (std::uint64_t group = 0; group < set.groups(); ++group) {
        const auto parity = TRY(parity_of(open, group));
        if (parity.empty()) {
          report_.not_healed.push_back(full + " can't be computed anew: data of its group " + std::to_string(group) + " is damaged. Restore the damaged files, then delete it and write parity again; no evidence is lost.");
          return disk_.remove(temporary);
        }
        for (const Bytes& shard : parity) TRY(out->write(shard));
      }
      Bytes end = set.header();
      put_u64(end, end.size());
      append(end, view("oyer-par"));
      TRY(out->write(end));
      TRY(out->sync());
    }
    TRY(disk_.rename(temporary, full));
    reader_.forget();
    report_.rewritten_sets.push_back(open.path);
    return {};
  }

  // Empty if it can't be known.
  Result<std::vector<Bytes>> parity_of(OpenSet& open, std::uint64_t group) {
    const ParitySet& set = open.set;
    std::vector<Bytes> out;
    for (std::size_t j = 0; j < set.m; ++j)
      if (auto bytes = TRY(sound_parity(open, group * set.m + j))) out.push_back(*std::move(bytes));
    if (out.size() == set.m) return out;
    std::vector<Bytes> held;
    held.reserve(set.k);
    std::vector<const std::uint8_t*> data(set.k, nullptr);
    for (std::size_t number = 0; number < set.k; ++number) {
      const std::uint64_t shard = group + number * set.groups();
      if (shard >= open.bad_data.size()) break;
      auto bytes = TRY(sound_data(open, shard));
      if (!bytes) return std::vector<Bytes>{};
      held.push_back(*std::move(bytes));
      data[number] = held.back().data();
    }
    out.assign(set.m, {});
    open.code.encode(set.shard_size, data, out);
    for (std::size_t j = 0; j < set.m; ++j)
      if (sha256(out[j]) != set.parity_hashes[group * set.m + j]) return std::vector<Bytes>{};
    return out;
  }

  Disk& disk_;
  std::string blobs_;
  const Paced& paced_;
  ShardReader reader_;
  std::vector<OpenSet> sets_;
  HealReport report_;
};

}  // namespace

Result<HealReport> heal(Disk& disk, const std::string& blobs, const Paced& paced) { return Healer(disk, blobs, paced).run(); }

}  // namespace oyer::seal
