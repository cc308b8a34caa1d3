// SPDX-License-Identifier: GPL-3.0-or-later
// From a secret to a case's keys.
#pragma once

#include <optional>
#include <string>

#include "casefile/case.h"

namespace oyer::service {

std::string config_directory();  // $XDG_CONFIG_HOME/oyer, else ~/.config/oyer

// Reads a key file: exactly 32 bytes. Errors: not_found, bad_input.
Result<seal::Secret> read_key_file(const std::string& path);

// The custodian's identity (any custodian that the secret fits) and the actor's key if this machine has it. Error: refused.
Result<casefile::CaseKeys> unlock(const casefile::CaseInfo& info, const seal::Secret& secret);

// What an --open case needs: only the actor's key.
Result<casefile::CaseKeys> open_case_keys(const casefile::CaseInfo& info);

}  // namespace oyer::service
