// SPDX-License-Identifier: GPL-3.0-or-later
// Asking a witness (C2SP tlog-witness) for its cosignature, and keeping the proof when it has seen another history of this log.
#pragma once

#include <string>

#include "base/http.h"
#include "seal/journal.h"

namespace oyer::seal {

struct WitnessReply {
  enum class State {
    cosigned,
    unreachable,  // try again later
    refused,      // it does not know the log, or could not do it
    ahead,        // it has seen more entries than this journal holds: an older copy, or lost entries
    fork,         // it holds a checkpoint under this log's signature that this journal does not lead to
  };
  State state = State::refused;
  std::string text;      // a sentence for people
  std::string lines;     // the witness's signature lines, when it cosigned
  std::string evidence;  // the other checkpoint's note, for `ahead` and `fork` (the log's signature on it was verified)
};

// `note`: the journal's newest checkpoint, of `size` entries. `url`: the submission prefix. At most three calls of the network.
WitnessReply ask_witness(HttpClient& http, const std::string& url, const Journal& journal, const std::string& note, std::uint64_t size);

// Keeps both checkpoints of a fork in journal/forks/, durably.
Result<void> keep_fork(Disk& disk, const std::string& journal_directory, const std::string& ours, const std::string& theirs);

}  // namespace oyer::seal
