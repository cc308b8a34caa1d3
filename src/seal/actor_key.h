// SPDX-License-Identifier: GPL-3.0-or-later
// The actor's signing key, kept outside the case: docs/formats/vault.md, "Actor keys".
#pragma once

#include <optional>
#include <string>

#include "base/disk.h"
#include "seal/signing.h"
#include "seal/vault.h"

namespace oyer::seal {

std::string actor_key_path(const std::string& config_directory, const std::string& case_id);

// Writes the key wrapped by the secret, or bare for an --open case (no secret).
Result<void> save_actor_key(Disk& disk, const std::string& path, const SigningKey& key, const std::optional<Secret>& secret, Random& random);
// Errors: not_found (no such key on this machine), refused (wrong secret).
Result<SigningKey> load_actor_key(Disk& disk, const std::string& path, const std::optional<Secret>& secret);

}  // namespace oyer::seal
