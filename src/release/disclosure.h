// SPDX-License-Identifier: GPL-3.0-or-later
// Gathers the entries that a dossier discloses, with their proofs, and nothing beside them: docs/formats/dossier.md, "proof/".
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "casefile/case.h"
#include "dossier/bag.h"

namespace oyer::release {

class Disclosure {
 public:
  // The case must be unlocked and its checkpoint must cover what is disclosed.
  static Result<Disclosure> begin(casefile::Case& source);

  // Discloses the entry at a place in the log, opening the named protected values; returns its fresh id. Its closing entry and the
  // enrolment of the key that signed it are disclosed too.
  Result<std::string> add(std::uint64_t place, const std::set<std::string>& values);

  // Adds a payload file that stands behind a disclosed entry.
  void file(const std::string& path, const std::string& entry_id) { files_[path] = entry_id; }

  // Whether the checkpoint that the proofs lead to bears the witnesses that the case's policy asks for.
  Result<bool> quorum_met() const;
  // `unwitnessed`: the bag's policy asks for no witness.
  Result<void> write(dossier::BagWriter& bag, bool unwitnessed);

 private:
  struct Submission {
    std::uint64_t first = 0, closing = 0;
    std::vector<Hash> leaves;           // without the closing one
    std::vector<seal::Record> records;  // empty in the open tier
    bool sealed = false;
    std::string actor;
  };
  struct Entry {
    std::uint64_t place = 0;
    std::set<std::string> values;
  };
  explicit Disclosure(casefile::Case& source) : source_(&source) {}
  Result<const Submission*> submission_of(std::uint64_t place);
  Result<std::string> id_of(std::uint64_t place) const;
  Result<void> take_stamps();

  casefile::Case* source_;
  Hash edition_key_{};
  std::uint64_t checkpoint_size_ = 0;
  std::string note_;                                 // the checkpoint, as it goes into the bag
  std::map<std::string, Bytes> tokens_;              // time tokens over it, by authority
  std::string chain_;                                // PEM, for all of them
  std::map<std::uint64_t, Submission> submissions_;  // by closing place
  std::map<std::string, Entry> entries_;             // by fresh id
  std::map<std::string, std::string> files_;
};

}  // namespace oyer::release
