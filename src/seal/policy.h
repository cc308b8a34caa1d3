// SPDX-License-Identifier: GPL-3.0-or-later
// Who must have seen a checkpoint: C2SP tlog-policy, and checkpoints judged by it. Pure functions.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "seal/note.h"

namespace oyer::seal {

struct Policy {
  struct Witness {
    std::string name;
    VerifierKey key;
    std::string url;  // submission prefix; may be empty
  };
  struct Group {
    std::string name;
    std::size_t threshold = 1;
    std::vector<std::string> members;
  };
  std::vector<VerifierKey> logs;
  std::vector<Witness> witnesses;
  std::vector<Group> groups;
  std::string quorum = "none";

  // Any policy that the specification allows (at most 32 logs, 32 witnesses and 32 groups). Error: bad_input, naming the line.
  static Result<Policy> parse(std::string_view text);
  // The one form that Oyer writes: logs, witnesses, groups, quorum, single spaces, thresholds in digits. `urls`: with the witnesses' addresses.
  std::string text(bool urls = true) const;

  // Whether these witnesses (names of this policy) make the quorum.
  bool met(const std::set<std::string>& cosigned) const;
};

struct Cosignature {
  std::string witness;     // its name in the policy
  std::uint64_t time = 0;  // when it says it saw the tree, seconds since 1970
};

struct WitnessedCheckpoint {
  Checkpoint checkpoint;
  std::vector<Cosignature> cosignatures;
  bool quorum = false;
};

// Opens a checkpoint in the one form of a local file: the log's line, then cosignatures in the order of the policy's witnesses, each at
// most once, each verified, and no other line, so that any flipped bit shows. The policy names exactly one log.
// Errors: bad_input when the form is off, check_failed when a signature is not whose it should be.
Result<WitnessedCheckpoint> open_witnessed(std::string_view note, const Policy& policy);

// The note with further cosignature lines (as a witness answers them) put in their places. Lines of unknown keys and those that do not
// verify are left out; what was there stays.
Result<std::string> with_cosignatures(std::string_view note, std::string_view lines, const Policy& policy);

}  // namespace oyer::seal
