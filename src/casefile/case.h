// SPDX-License-Identifier: GPL-3.0-or-later
// One case: its directory, its sealed store and its projection. The only way to append. Not thread-safe.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "casefile/projection.h"
#include "seal/actor_key.h"

namespace oyer::casefile {

// What case.toml says.
struct CaseInfo {
  std::string directory;
  std::string id;
  bool open = false;  // a purely public case
};
Result<CaseInfo> read_case_info(Disk& disk, const std::string& directory);
// The nearest case from `start` upward. Error: not_found.
Result<std::string> find_case(Disk& disk, const std::string& start);

// All that unlocking yields.
struct CaseKeys {
  std::optional<seal::age::Identity> custodian;  // none in an --open case
  std::optional<seal::SigningKey> actor;         // none when this machine has no actor key for the case
};

struct NewCase {
  std::string title;
  std::string kind = "inquiry";
  bool open = false;
  std::string custodian = "custodian";
  seal::Secret secret;
  std::string config_directory;  // where the actor's key goes
  int work_factor = 17;
};

// A thing to append. `handle` names it for later drafts of the same act: "@name" in their ids is replaced by its id.
struct Draft {
  std::string type;
  json::object data;
  std::vector<std::string> supersedes;
  std::map<std::string, std::string> protect;
  std::string handle;
};

class Case {
 public:
  static Result<CaseKeys> create(Disk& disk, const std::string& directory, const NewCase& options);
  // Opens with what keys there are; a writer takes the lock. `projection`: bring the tables up to date.
  static Result<std::unique_ptr<Case>> open(Disk& disk, const std::string& directory, const std::optional<CaseKeys>& keys, bool writable);

  const CaseInfo& info() const { return info_; }
  seal::Store& store() { return *store_; }
  Projection& projection() { return *projection_; }
  Database& database() { return projection_->database(); }
  bool readable() const { return info_.open || store_->unlocked(); }
  bool writable() const { return lock_ != nullptr; }
  // What does not fit in the vault, found when opening; a case with such a fault can be read, but signs no checkpoint.
  const std::vector<std::string>& faults() const { return faults_; }

  // Appends one act of this case's actor as one submission and applies it; returns the new ids in order. Durable when it returns.
  // Errors: refused (locked, no actor key, read-only because of unknown types), bad_input (a draft does not fit its type).
  Result<std::vector<std::string>> append(const std::string& purpose, std::vector<Draft> drafts, bool open_tier);

  // Signs a checkpoint over all that was appended. Called when a command ends.
  Result<void> publish();
  // Signs one whether or not something was appended since.
  Result<void> sign_checkpoint();

 private:
  explicit Case(Disk& disk) : disk_(disk) {}
  static Result<std::unique_ptr<Case>> open_as(Disk& disk, CaseInfo info, const std::optional<CaseKeys>& keys, bool writable);
  Disk& disk_;
  CaseInfo info_;
  std::unique_ptr<FileLock> lock_;
  std::unique_ptr<seal::Store> store_;
  std::unique_ptr<Projection> projection_;
  std::optional<seal::SigningKey> actor_;
  std::vector<std::string> faults_;
  bool unpublished_ = false;
};

}  // namespace oyer::casefile
