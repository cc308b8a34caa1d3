// SPDX-License-Identifier: GPL-3.0-or-later
// A witness of logs (C2SP tlog-witness): what another organisation runs, so that no log can show two histories. No sockets here.
// State in one directory: witness.key (the seed, mode 0600), witness.vkey, lock, and per log logs/<hex SHA-256 of its origin>/ with keys,
// checkpoint (the newest cosigned: the log's lines and the cosignature) and conflicts/ (checkpoints that the log signed and that do not
// fit it, or came without a proof that they do: evidence; one that is proved later is taken away again).
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/disk.h"
#include "seal/note.h"

namespace oyer::seal {

class Witness {
 public:
  // `name`: a schema-less URL by convention. Error: bad_input when there is one already or the name has blanks or a plus sign.
  static Result<VerifierKey> create(Disk& disk, const std::string& directory, const std::string& name, Random& random);
  // Takes the lock. Errors: not_found, damaged, refused (another process serves it).
  static Result<std::unique_ptr<Witness>> open(Disk& disk, const std::string& directory, Clock& clock);

  // Adds a log's key; `origin` where it is not the key's name. Several keys for one origin may stand side by side.
  static Result<void> trust(Disk& disk, const std::string& directory, const VerifierKey& log, const std::string& origin);

  struct Answer {
    unsigned status = 200;
    std::string type = "text/plain; charset=utf-8";
    std::string body;
  };
  // POST <prefix>/add-checkpoint. Thread-safe: checking the old size and keeping the new checkpoint are one step, and what is kept is
  // durable before the cosignature is given. A failed write answers 500 and nothing more is cosigned until the witness is opened anew.
  Answer add_checkpoint(std::string_view body);
  // GET <prefix>/<hex SHA-256 of the origin>/checkpoint: the newest one cosigned, with the cosignature. Thread-safe.
  Answer newest(std::string_view origin_hash) const;

  struct Log {
    std::string origin;
    std::optional<Checkpoint> newest;
    std::size_t conflicts = 0;
  };
  Result<std::vector<Log>> logs() const;
  const VerifierKey& key() const { return vkey_; }

 private:
  Witness(Disk& disk, std::string directory, Clock& clock, SigningKey key, VerifierKey vkey) : disk_(disk), directory_(std::move(directory)), clock_(clock), key_(std::move(key)), vkey_(std::move(vkey)) {}
  std::string folder_of(std::string_view origin) const;
  Result<void> keep_conflict(const std::string& folder, const std::string& text, const std::string& note);
  Result<Checkpoint> newest_cosigned(const std::string& folder, const std::string& origin) const;  // of size 0 when none was

  Disk& disk_;
  std::string directory_;
  Clock& clock_;
  SigningKey key_;
  VerifierKey vkey_;
  std::unique_ptr<FileLock> lock_;
  mutable std::mutex mutex_;
  bool broken_ = false;
};

// The body of a request: "old <size>", the consistency proof, an empty line, the checkpoint.
std::string add_checkpoint_body(std::uint64_t old_size, const std::vector<Hash>& proof, const std::string& note);

}  // namespace oyer::seal
