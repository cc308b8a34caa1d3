// SPDX-License-Identifier: GPL-3.0-or-later
// What stands around the newest checkpoint: older ones that were kept, the tokens over them, and proofs that a log showed two histories.
// docs/formats/journal.md, "Witnesses" and "Time". Reads only.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/disk.h"
#include "seal/anchor.h"
#include "seal/timestamp.h"

namespace oyer::seal {

// A token that was found good.
struct StampedCheckpoint {
  std::uint64_t size = 0;
  std::string authority;  // its short name in this case
  std::int64_t time = 0;  // seconds since 1970, by the authority's clock
  std::string time_text;
  std::int64_t valid_until = 0;  // when a certificate of the newest token over it ends
  std::size_t renewals = 0;
  bool anchored = false;  // its chain leads to a certificate of the anchor
};

struct CheckpointAudit {
  std::vector<StampedCheckpoint> stamps;   // by size, then authority
  std::uint64_t witnessed_size = 0;        // of the largest checkpoint that meets the policy's quorum; 0 when none, or no quorum is asked for
  std::uint64_t anchored_size = 0;         // of the largest checkpoint that the anchor vouches for; 0 without an anchor
  std::vector<std::string> anchor_faults;  // why the newest checkpoint is not one of them
  std::size_t kept = 0;
  bool forked = false;
};

// `root_at` gives the journal's own root for a size. `fault` hears a sentence for each file that does not fit. Errors: damaged when the
// policy can't be read.
Result<CheckpointAudit> audit_checkpoints(const Disk& disk, const std::string& journal_directory, std::uint64_t size, const std::function<Result<Hash>(std::uint64_t)>& root_at, const std::optional<Anchor>& anchor, std::int64_t now,
                                          const std::function<void(const std::string&)>& fault);

// journal/policy; where it is missing, the log alone. Errors: damaged when it is not in the one form that Oyer writes, or names another log.
Result<Policy> read_policy(const Disk& disk, const std::string& journal_directory, const VerifierKey& log);

// Stands in an authority's chain file, with a name and a line feed, before the certificates of each other one that renewed its tokens.
inline constexpr std::string_view kRenewalRemark = "# For renewals, of ";

// "00000000000000004711"
std::string checkpoint_name(std::uint64_t size);

}  // namespace oyer::seal
