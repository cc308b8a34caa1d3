// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/upkeep/parity.h"

#include <algorithm>
#include <bit>
#include <map>

#include "seal/hash.h"
#include "seal/upkeep/parity_set.h"

namespace oyer::seal {
namespace {

using Spans = std::vector<Span>;

void join(Spans& spans) {
  std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) { return a.from < b.from; });
  Spans out;
  for (const Span& span : spans) {
    if (!out.empty() && out.back().to >= span.from)
      out.back().to = std::max(out.back().to, span.to);
    else
      out.push_back(span);
  }
  spans = std::move(out);
}

// `wanted` without `covered`; both are sorted and joined.
Spans without(const Spans& wanted, const Spans& covered) {
  Spans out;
  for (Span span : wanted) {
    for (const Span& gone : covered) {
      if (gone.to <= span.from) continue;
      if (gone.from >= span.to) break;
      if (gone.from > span.from) out.push_back({span.from, gone.from});
      span.from = std::min(gone.to, span.to);
    }
    if (span.from < span.to) out.push_back(span);
  }
  return out;
}

class Writer {
 public:
  Writer(Disk& disk, std::string blobs, const ParityOptions& options) : disk_(disk), blobs_(std::move(blobs)), options_(options), reader_(disk_, blobs_, options_.paced) {}

  Result<ParityReport> run() {
    const std::uint32_t size_asked = options_.shard_size;
    const bool fits = size_asked == 0 || (std::has_single_bit(size_asked) && size_asked >= ParitySet::kSmallestShard && size_asked <= ParitySet::kLargestShard);
    if (!fits || options_.k == 0 || options_.m == 0 || options_.k + options_.m > 255 || options_.largest_set == 0)
      return fail(ErrorCode::bad_input, "Parity can't be written with these sizes.", "A shard is a power of two from 4 KiB to 1 MiB, and a group has at most 255 shards.");
    TRY(disk_.make_directories(blobs_ + "/parity"));
    const auto lock = TRY(disk_.lock(blobs_ + "/parity/lock"));
    const StoredFiles files = TRY(list_stored_files(disk_, blobs_));
    TRY(clear_temporaries());
    for (const std::string& path : files.sets) {
      next_ = std::max(next_, static_cast<std::uint32_t>(std::stoul(path.substr(7, 6))));
      const auto set = ParitySet::read(disk_, blobs_ + "/" + path);
      if (!set)
        report_.problems.push_back(set.error().text());
      else
        for (const ParityRange& range : set->ranges) covered_[range.path].push_back({range.offset, range.offset + range.length});
    }
    for (auto& [path, spans] : covered_) join(spans);
    for (const auto* paths : {&files.packs, &files.large})
      for (const std::string& path : *paths) TRY(plan(path));
    std::uint64_t fresh = 0;
    for (const ParityRange& range : ranges_) fresh += range.length;
    if (fresh == 0 || fresh < options_.least_new) return std::move(report_);
    // What was read may not be durable yet. A set must never tell of bytes that a power cut takes back: others would come in their place.
    TRY(disk_.sync_everything(blobs_));
    std::vector<ParityRange> part;
    std::uint64_t size = 0;
    for (ParityRange range : ranges_) {
      while (range.length != 0) {
        ParityRange head = range;
        head.length = std::min(range.length, options_.largest_set - size);
        range.offset += head.length;
        range.length -= head.length;
        size += head.length;
        part.push_back(std::move(head));
        if (size < options_.largest_set) continue;
        TRY(write_set(std::move(part)));
        part.clear();
        size = 0;
      }
    }
    if (!part.empty()) TRY(write_set(std::move(part)));
    return std::move(report_);
  }

 private:
  Result<void> clear_temporaries() {  // of a run that was stopped
    for (const std::string& name : TRY(disk_.list(blobs_ + "/parity")))
      if (name.ends_with(".tmp")) TRY(disk_.remove(blobs_ + "/parity/" + name));
    return {};
  }

  Result<void> plan(const std::string& path) {
    const auto file = disk_.open(blobs_ + "/" + path);
    if (!file) {
      report_.problems.push_back(file.error().text());
      return {};
    }
    const Spans& covered = covered_[path];
    const std::uint64_t sound_start = !covered.empty() && covered.front().from == 0 ? covered.front().to : 0;
    if (sound_start != 0 && sound_start >= (*file)->size()) return {};
    const bool pack = is_pack_path(path);
    const FileCheck check = pack ? TRY(check_pack(**file, sound_start, options_.paced)) : TRY(check_large(**file, path.substr(3), options_.paced));
    for (const Span& bad : check.bad) {
      if (bad.from == bad.to) continue;
      // The newest pack may be in the midst of growing: its end is left for the next set without a word.
      if (pack && bad.to == check.size && bad.from != 0) continue;
      report_.problems.push_back(blobs_ + "/" + path + (pack ? " is damaged at offset " + std::to_string(bad.from) + "; parity covers what is sound around it." : " is damaged; parity does not cover it."));
    }
    for (const Span& span : without(check.sound, covered)) ranges_.push_back({path, span.from, span.to - span.from, 0});
    return {};
  }

  Result<void> write_set(std::vector<ParityRange> ranges) {
    const std::uint32_t shard_size = options_.shard_size != 0 ? options_.shard_size : ParitySet::fitting_shard_size(ranges);
    ParitySet set = ParitySet::plan(std::move(ranges), shard_size, options_.k, options_.m);
    if (++next_ > 999999) return fail(ErrorCode::refused, "There are too many parity sets in " + blobs_ + "/parity.", "Delete that folder and write parity anew; no evidence is lost.");
    const std::string digits = std::to_string(next_);
    const std::string name = "parity/" + std::string(6 - digits.size(), '0') + digits + ".par";
    const std::string temporary = blobs_ + "/" + name + ".tmp";
    const ReedSolomon code(set.k, set.m);
    {
      const auto out = TRY(disk_.append(temporary, 0));
      TRY(out->write(Bytes(set.header().size())));  // the hashes are not known yet
      std::vector<Bytes> data(set.k), parity(set.m);
      for (std::uint64_t group = 0; group < set.groups(); ++group) {
        std::vector<const std::uint8_t*> shards(set.k, nullptr);
        for (std::size_t i = 0; i < set.k; ++i) {
          const std::uint64_t shard = group + i * set.groups();
          if (shard >= set.data_hashes.size()) break;
          auto bytes = TRY(reader_.read(set, shard));
          if (!bytes) return fail(ErrorCode::damaged, blobs_ + "/" + set.ranges[set.place(shard).range].path + " could not be read any more while parity was written.", "Run `oyer scrub`, then write parity again.");
          data[i] = *std::move(bytes);
          set.data_hashes[shard] = sha256(data[i]);
          shards[i] = data[i].data();
        }
        code.encode(set.shard_size, shards, parity);
        for (std::size_t j = 0; j < set.m; ++j) {
          set.parity_hashes[group * set.m + j] = sha256(parity[j]);
          TRY(out->write(parity[j]));
        }
      }
      Bytes end = set.header();
      put_u64(end, end.size());
      append(end, view("oyer-par"));
      TRY(out->write(end));
      TRY(out->sync());
    }
    TRY(disk_.overwrite(temporary, 0, set.header()));  // nobody reads it under this name
    TRY(disk_.rename(temporary, blobs_ + "/" + name));
    for (const ParityRange& range : set.ranges) report_.covered_bytes += range.length;
    report_.parity_bytes += set.file_size();
    report_.sets.push_back(name);
    return {};
  }

  Disk& disk_;
  std::string blobs_;
  const ParityOptions& options_;
  ShardReader reader_;
  std::map<std::string, Spans> covered_;
  std::vector<ParityRange> ranges_;
  std::uint32_t next_ = 0;
  ParityReport report_;
};

}  // namespace

Result<ParityReport> write_parity(Disk& disk, const std::string& blobs, const ParityOptions& options) { return Writer(disk, blobs, options).run(); }

}  // namespace oyer::seal
