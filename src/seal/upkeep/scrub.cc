// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/upkeep/scrub.h"

#include <algorithm>
#include <map>
#include <set>

#include "seal/hash.h"
#include "seal/upkeep/fixity.h"
#include "seal/upkeep/parity_set.h"
#include "seal/upkeep/stored_files.h"

namespace oyer::seal {
namespace {

class Scrubber {
 public:
  Scrubber(Disk& disk, const std::string& case_directory, const ScrubOptions& options, const ScrubEvents& events)
      : disk_(disk), case_(case_directory), blobs_(case_directory + "/blobs"), fixity_path_(case_directory + "/state/fixity"), options_(options), events_(events), pace_(options.mebibytes_per_second, options.time) {}

  Result<ScrubReport> run() {
    const StoredFiles files = TRY(list_stored_files(disk_, blobs_));
    TRY(disk_.make_directories(case_ + "/state"));
    auto known = Fixity::read(disk_, fixity_path_);
    if (known)
      fixity_ = *std::move(known);
    else
      tell(known.error().text());  // dates alone are lost
    resuming_ = options_.resume && fixity_.run;
    if (!resuming_) fixity_.run = now();
    saved_ = now();
    for (const std::string& sentence : files.foreign) {
      report_.foreign.push_back(sentence);
      if (events_.fault) events_.fault(sentence);
    }
    TRY(tell_missing(files));
    for (const auto* paths : {&files.packs, &files.large, &files.sets})
      for (const std::string& path : *paths) select(path);
    const auto checked = check_selected();
    if (!checked) {
      TRY(fixity_.write(disk_, fixity_path_));
      if (stopped_) return std::move(report_);
      return tl::unexpected<Error>(checked.error());
    }
    if (options_.heal && !report_.faults.empty()) {
      const auto healed = heal_all();
      if (!healed) {
        TRY(fixity_.write(disk_, fixity_path_));
        if (stopped_) return std::move(report_);
        return tl::unexpected<Error>(healed.error());
      }
    }
    fixity_.run.reset();
    TRY(fixity_.write(disk_, fixity_path_));
    report_.finished = true;
    return std::move(report_);
  }

 private:
  std::int64_t now() const { return options_.clock->now(); }

  void tell(std::string sentence) {
    if (events_.fault) events_.fault(sentence);
    report_.faults.push_back(std::move(sentence));
  }

  // After every read: rate, progress, stop.
  Paced paced() {
    return [this](std::uint64_t bytes) -> Result<void> {
      report_.bytes += bytes;
      progress_.bytes = report_.bytes;
      pace_.read(bytes);
      if (events_.progress) events_.progress(progress_);
      if (!events_.stop || !events_.stop()) return {};
      stopped_ = true;
      return fail(ErrorCode::interrupted, "The scrub was stopped.", "Run it again: it goes on where it stopped.");
    };
  }

  std::uint64_t size_of(const std::string& path) const {
    const auto file = disk_.open(blobs_ + "/" + path);
    return file ? (*file)->size() : 0;
  }

  void note(const std::string& path, FixityResult result) {
    fixity_.files[path] = {now(), result, size_of(path)};
    if (result == FixityResult::damaged || result == FixityResult::missing) damaged_.insert(path);
  }

  // What was there once, by its own record, by a parity set's, or because packs are numbered without gaps.
  Result<void> tell_missing(const StoredFiles& files) {
    std::set<std::string> there, known;
    for (const auto* paths : {&files.packs, &files.large, &files.sets}) there.insert(paths->begin(), paths->end());
    for (const auto& [path, checked] : fixity_.files) known.insert(path);
    for (const std::string& path : files.sets) {
      const auto set = ParitySet::read(disk_, blobs_ + "/" + path);  // a damaged one is told when it is checked
      if (!set) continue;
      for (const ParityRange& range : set->ranges) {
        known.insert(range.path);
        covered_[range.path] = std::max(covered_[range.path], range.offset + range.length);
      }
    }
    if (!files.packs.empty()) {
      const unsigned long newest = std::stoul(files.packs.back().substr(6, 6));
      for (unsigned long number = 1; number < newest; ++number) known.insert("packs/" + std::string(6 - std::to_string(number).size(), '0') + std::to_string(number) + ".pack");
    }
    for (const std::string& path : known) {
      if (there.contains(path)) continue;
      if (is_set_path(path)) {  // whoever deletes parity may do so
        fixity_.files.erase(path);
        continue;
      }
      note(path, FixityResult::missing);
      tell(blobs_ + "/" + path + " is missing.");
    }
    return {};
  }

  void select(const std::string& path) {
    const auto it = fixity_.files.find(path);
    const bool sound = it != fixity_.files.end() && (it->second.result == FixityResult::sound || it->second.result == FixityResult::healed);
    const bool as_it_was = sound && it->second.size == size_of(path);  // a pack that has grown is due
    const bool in_this_run = as_it_was && resuming_ && it->second.when >= *fixity_.run;
    const bool recent = as_it_was && options_.older_than && it->second.when > now() - *options_.older_than;
    if (in_this_run || recent) {
      ++report_.passed_over;
      return;
    }
    const auto file = disk_.open(blobs_ + "/" + path);
    progress_.all_bytes += file ? (*file)->size() : 0;
    selected_.push_back(path);
  }

  Result<void> check_selected() {
    progress_.all_files = selected_.size();
    for (const std::string& path : selected_) {
      progress_.path = path;
      const bool sound = TRY(is_set_path(path) ? check_set(path) : check_file(path));
      note(path, sound ? FixityResult::sound : FixityResult::damaged);
      progress_.files = ++report_.files;
      // A thousand lines a second at most: the note must not cost more than the work.
      if (now() - saved_ < std::max(options_.save_every, static_cast<std::int64_t>(fixity_.files.size() / 1000))) continue;
      TRY(fixity_.write(disk_, fixity_path_));
      saved_ = now();
    }
    return {};
  }

  Result<bool> check_file(const std::string& path) {
    const std::string full = blobs_ + "/" + path;
    const bool pack = is_pack_path(path);
    FileCheck check;
    for (int attempt = 0;; ++attempt) {
      const auto file = disk_.open(full);
      if (!file) {
        tell(file.error().text());
        return false;
      }
      check = pack ? TRY(check_pack(**file, 0, paced())) : TRY(check_large(**file, path.substr(3), paced()));
      // A writer may have been in the midst of a record at the end of the newest pack: then the pack has grown by now.
      const bool at_end = pack && check.bad.size() == 1 && check.bad[0].to == check.size;
      if (!at_end || attempt == 3) break;
      const auto again = disk_.open(full);
      if (!again || (*again)->size() <= check.size) break;
    }
    report_.records += check.records;
    for (const Span& bad : check.bad) {
      if (!pack)
        tell(full + " has changed since it was sealed: its SHA-256 is not its name.");
      else if (bad.from == 0)
        tell(full + " does not begin with its header (offset 0).");
      else
        tell(full + " is damaged in the record at offset " + std::to_string(bad.from) + (bad.to == check.size ? ", up to its end." : "."));
    }
    // An end that was cut between two records looks sound; parity knows how far the file went.
    if (const auto end = covered_.find(path); check.bad.empty() && end != covered_.end() && check.size < end->second) {
      tell(full + " was cut: it has " + std::to_string(check.size) + " bytes, and parity covers " + std::to_string(end->second) + ".");
      return false;
    }
    return check.bad.empty();
  }

  Result<bool> check_set(const std::string& path) {
    const std::string full = blobs_ + "/" + path;
    const auto read = ParitySet::read(disk_, full);
    if (!read) {
      tell(read.error().text());
      return false;
    }
    const ParitySet& set = *read;
    if (!set.header_fault.empty()) tell(set.header_fault + " No evidence is damaged by that.");
    const Paced pace = paced();
    ShardReader reader(disk_, blobs_, pace);
    std::uint64_t bad = 0, first = 0;
    for (std::uint64_t index = 0; index < set.parity_hashes.size(); ++index) {
      const auto shard = TRY(reader.read_parity(set, full, index));
      if (shard && sha256(*shard) == set.parity_hashes[index]) continue;
      if (bad++ == 0) first = index;
    }
    if (bad != 0) tell(full + " is damaged in " + std::to_string(bad) + (bad == 1 ? " parity shard" : " parity shards") + ", first at offset " + std::to_string(set.offset_of_parity(first)) + ". No evidence is damaged by that.");
    return bad == 0 && set.header_fault.empty();
  }

  Result<void> heal_all() {
    std::unique_ptr<FileLock> lock;
    if (!options_.caller_holds_lock) {
      auto taken = disk_.lock(case_ + "/lock");
      if (!taken) {  // what was found is worth more than the healing
        report_.not_healed.push_back("Nothing was healed. " + taken.error().text());
        return {};
      }
      lock = *std::move(taken);
    }
    progress_.path.clear();
    auto done = TRY(heal(disk_, blobs_, paced()));
    for (const Healed& file : done.healed) note(file.path, TRY(is_sound(file.path)) ? FixityResult::healed : FixityResult::damaged);
    for (const std::string& path : done.rewritten_sets) note(path, FixityResult::healed);
    report_.healed = std::move(done.healed);
    report_.rewritten_sets = std::move(done.rewritten_sets);
    report_.not_healed = std::move(done.not_healed);
    return tell_uncovered();
  }

  // What is damaged and was neither healed nor spoken of: parity does not know it.
  Result<void> tell_uncovered() {
    for (const std::string& path : damaged_) {
      const bool healed = std::any_of(report_.healed.begin(), report_.healed.end(), [&](const Healed& file) { return file.path == path; });
      const bool told = std::any_of(report_.not_healed.begin(), report_.not_healed.end(), [&](const std::string& sentence) { return sentence.find(blobs_ + "/" + path) != std::string::npos; });
      if (healed || told || is_set_path(path)) continue;
      if (TRY(is_sound(path)))  // a read had failed for once
        note(path, FixityResult::sound);
      else
        report_.not_healed.push_back(blobs_ + "/" + path + " can't be healed: no parity covers it. Restore that file from a backup.");
    }
    return {};
  }

  // Asked of the file itself, not of what was done with it.
  Result<bool> is_sound(const std::string& path) {
    const auto file = disk_.open(blobs_ + "/" + path);
    if (!file) return false;
    return (is_pack_path(path) ? TRY(check_pack(**file, 0, paced())) : TRY(check_large(**file, path.substr(3), paced()))).bad.empty();
  }

  Disk& disk_;
  std::string case_, blobs_, fixity_path_;
  const ScrubOptions& options_;
  const ScrubEvents& events_;
  Pace pace_;
  Fixity fixity_;
  std::int64_t saved_ = 0;
  bool resuming_ = false;
  bool stopped_ = false;
  std::vector<std::string> selected_;
  std::set<std::string> damaged_;                 // in this run
  std::map<std::string, std::uint64_t> covered_;  // how far parity knows a file, by path
  ScrubProgress progress_;
  ScrubReport report_;
};

}  // namespace

Result<ScrubReport> scrub(Disk& disk, const std::string& case_directory, const ScrubOptions& options, const ScrubEvents& events) { return Scrubber(disk, case_directory, options, events).run(); }

}  // namespace oyer::seal
