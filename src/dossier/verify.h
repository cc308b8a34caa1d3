// SPDX-License-Identifier: GPL-3.0-or-later
// The check of docs/formats/dossier.md, as `oyer-verify` and `oyer verify` run it. Needs the bag alone: no case, no key.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/disk.h"

namespace oyer::dossier {

struct Verdict {
  std::vector<std::string> faults;         // each names a file; empty: consistent
  bool anchored = false;                   // an anchor was given
  std::vector<std::string> anchor_faults;  // why it is not authenticated though an anchor was given
  std::uint64_t files = 0;                 // payload files checked
  std::uint64_t entries = 0;               // disclosed entries proven
  std::string first_date, last_date;       // claimed dates of intake, YYYY-MM-DD
  std::size_t cosignatures = 0;            // of witnesses in the bag's own policy
  struct Stamp {
    std::string authority, time;
    bool anchored = false;  // its chain leads to a certificate of the anchor
  };
  std::vector<Stamp> stamps;  // time tokens over the checkpoint
  bool consistent() const { return faults.empty(); }
  bool authenticated() const { return consistent() && anchored && anchor_faults.empty(); }
};

// `anchor`: the text of an anchor file. Errors: not_found when there is no bag; faults in the bag are no errors.
Result<Verdict> verify(Disk& disk, const std::string& directory, const std::optional<std::string>& anchor);

// The closing line of every check.
std::string closing_line(const Verdict& verdict);

// All that is said to a person, closing line included.
std::string describe(const Verdict& verdict);

}  // namespace oyer::dossier
