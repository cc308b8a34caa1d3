// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/unlocking.h"

#include <cstdlib>

namespace oyer::service {

std::string config_directory() {
  if (const char* config = std::getenv("XDG_CONFIG_HOME"); config != nullptr && *config != '\0') return std::string(config) + "/oyer";
  const char* home = std::getenv("HOME");
  return std::string(home == nullptr ? "." : home) + "/.config/oyer";
}

Result<seal::Secret> read_key_file(const std::string& path) {
  auto bytes = real_disk().read_all(path);
  if (!bytes) return fail(bytes.error().code, "The key file can't be read: " + bytes.error().message, "Check the path after --key-file or in OYER_KEY_FILE.");
  const auto key = to_hash(*bytes);
  if (!key) return fail(ErrorCode::bad_input, "The key file " + path + " is " + std::to_string(bytes->size()) + " bytes long; a key file has exactly 32.", "Make one with: head -c 32 /dev/urandom > FILE");
  return seal::Secret{"", *key};
}

Result<casefile::CaseKeys> unlock(const casefile::CaseInfo& info, const seal::Secret& secret) {
  casefile::CaseKeys keys;
  Error last{ErrorCode::refused, "This case has no custodian.", "Restore vault/ from a backup."};
  for (const auto& name : TRY(seal::Vault::custodians(real_disk(), info.directory + "/vault"))) {
    auto identity = seal::Vault::unlock(real_disk(), info.directory + "/vault", name, secret);
    if (identity) {
      keys.custodian = *std::move(identity);
      break;
    }
    last = identity.error();
  }
  if (!keys.custodian) return tl::unexpected(last);
  auto actor = seal::load_actor_key(real_disk(), seal::actor_key_path(config_directory(), info.id), secret);
  if (actor)
    keys.actor = *std::move(actor);
  else if (actor.error().code != ErrorCode::not_found)
    return tl::unexpected(actor.error());
  return keys;
}

Result<casefile::CaseKeys> open_case_keys(const casefile::CaseInfo& info) {
  casefile::CaseKeys keys;
  auto actor = seal::load_actor_key(real_disk(), seal::actor_key_path(config_directory(), info.id), std::nullopt);
  if (actor)
    keys.actor = *std::move(actor);
  else if (actor.error().code != ErrorCode::not_found)
    return tl::unexpected(actor.error());
  return keys;
}

}  // namespace oyer::service
