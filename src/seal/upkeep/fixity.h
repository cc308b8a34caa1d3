// SPDX-License-Identifier: GPL-3.0-or-later
// When each stored file was last checked and with which result: `state/fixity`, docs/formats/casefile.md. Operational, never evidence; it
// holds names of stored files and dates alone. Losing it costs one full scrub. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/disk.h"

namespace oyer::seal {

enum class FixityResult { sound, damaged, missing, healed };
std::string_view name_of(FixityResult result);

class Fixity {
 public:
  struct Checked {
    std::int64_t when = 0;  // seconds since 1970 UTC
    FixityResult result = FixityResult::sound;
    std::uint64_t size = 0;  // of the file then: what has grown since is due again
  };

  // A missing file is an empty one. Errors: damaged (naming the line).
  static Result<Fixity> read(const Disk& disk, const std::string& path);
  Result<void> write(Disk& disk, const std::string& path) const;

  std::map<std::string, Checked> files;  // by path below blobs/
  std::optional<std::int64_t> run;       // when a run began that has not been finished
};

}  // namespace oyer::seal
