// SPDX-License-Identifier: GPL-3.0-or-later
// Reads everything stored below blobs/ and compares it with its address: every record of every pack, every large file, every parity shard.
// Made to be left running: it can be stopped and goes on where it stopped (a file at a time), keeps below a rate, and remembers in
// `state/fixity` when each file was last checked. Needs no key. It can run beside the writer; healing can't, and takes the case's lock.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/disk.h"
#include "seal/upkeep/pace.h"
#include "seal/upkeep/parity.h"

namespace oyer::seal {

struct ScrubOptions {
  double mebibytes_per_second = 0;         // 0: no limit
  std::optional<std::int64_t> older_than;  // seconds: files that were found sound more recently are passed over
  bool resume = true;                      // go on with a run that was not finished, if there is one
  bool heal = false;                       // what is damaged, by parity
  bool caller_holds_lock = false;          // and has no BlobStore open for writing; else `heal` takes CASE/lock
  std::int64_t save_every = 60;            // seconds between two writings of state/fixity
  const Clock* clock = &system_clock();    // dates
  Pace::Time time = Pace::machine();       // for the rate
};

struct ScrubProgress {
  std::uint64_t files = 0, all_files = 0;
  std::uint64_t bytes = 0, all_bytes = 0;  // read; to be read in this run without healing
  std::string path;                        // below blobs/, being read
};

// Each may be empty. Called on the caller's thread.
struct ScrubEvents {
  std::function<void(const ScrubProgress&)> progress;  // about every mebibyte
  std::function<void(const std::string&)> fault;       // a sentence, as soon as it is known
  std::function<bool()> stop;                          // asked about every mebibyte; true ends the run
};

struct ScrubReport {
  bool finished = false;             // false: stopped on the way; the next run goes on there
  std::uint64_t files = 0;           // checked in this run
  std::uint64_t passed_over = 0;     // checked recently enough, or in the run that this one goes on with
  std::uint64_t records = 0;         // sound blobs among them
  std::uint64_t bytes = 0;           // read
  std::vector<std::string> faults;   // sentences: damaged and missing files, as they were before healing
  std::vector<std::string> foreign;  // sentences: links, and files that do not belong to the store
  std::vector<Healed> healed;
  std::vector<std::string> rewritten_sets;
  std::vector<std::string> not_healed;  // sentences
  bool sound() const { return faults.size() == 0 && foreign.size() == 0; }
};

// Errors: those that stop everything (no such case, a full disk, a lock that another process holds). Damage is in the report.
Result<ScrubReport> scrub(Disk& disk, const std::string& case_directory, const ScrubOptions& options, const ScrubEvents& events);

}  // namespace oyer::seal
