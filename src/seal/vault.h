// SPDX-License-Identifier: GPL-3.0-or-later
// Custodians, compartments and the log's key: docs/formats/vault.md.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/disk.h"
#include "seal/age.h"
#include "seal/header_store.h"
#include "seal/signing.h"

namespace oyer::seal {

// What a custodian unlocks with: one of the two.
struct Secret {
  std::string passphrase;
  std::optional<Hash> key_file;
};

using Tag = std::array<std::uint8_t, 16>;
Tag compartment_tag(const age::Recipient& recipient);

// Key material of an unlocked case. Wiped when destroyed.
class KeyRing {
 public:
  // The first compartment added is the base compartment.
  void add(const age::Identity& compartment);
  const age::Identity& base() const { return compartments_.begin()->second; }
  bool empty() const { return compartments_.empty(); }
  const age::Identity* find(const Tag& tag) const;

  // 32 bytes for `info` (docs/formats/vault.md, "The chain of keys").
  Hash derive(ByteView case_id, std::string_view info) const;

  Hint hint_for(const Hash& hint_key, const Tag& tag, const Hash& address) const;
  // Opens a header: by its hint where the base compartment is held, else by trying.
  Result<age::FileKey> open(const Hash& hint_key, const Hash& address, const HeaderRecord& record) const;

 private:
  std::vector<std::pair<Tag, age::Identity>> compartments_;
};

class Vault {
 public:
  // Makes vault/ with one custodian and the base compartment. `work_factor`: scrypt's, 16-18.
  static Result<age::Identity> create(Disk& disk, const std::string& directory, const std::string& custodian, const Secret& secret, const SigningKey& log, int work_factor, Random& random);
  // For an --open case: only the bare log key.
  static Result<void> create_open(Disk& disk, const std::string& directory, const SigningKey& log);

  // The custodian's identity. Errors: refused (wrong passphrase or key file), not_found (no custodian of that name).
  static Result<age::Identity> unlock(Disk& disk, const std::string& directory, const std::string& custodian, const Secret& secret);
  static Result<std::vector<std::string>> custodians(Disk& disk, const std::string& directory);

  static Result<KeyRing> compartments(Disk& disk, const std::string& directory, const age::Identity& custodian);
  static Result<SigningKey> log_key(Disk& disk, const std::string& directory, const age::Identity& custodian);
  static Result<SigningKey> open_log_key(Disk& disk, const std::string& directory);
};

}  // namespace oyer::seal
