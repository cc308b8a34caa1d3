// SPDX-License-Identifier: GPL-3.0-or-later
// From the globals to an opened case.
#pragma once

#include <memory>

#include "casefile/case.h"
#include "cli/command.h"

namespace oyer::cli {

// Opens with the keys that can be had: the agent's, --key-file or OYER_KEY_FILE, a passphrase from the terminal. A reader without any opens locked
// when `may_be_locked`.
Result<std::unique_ptr<casefile::Case>> open_case(const Globals& globals, const std::string& directory, bool writable, bool may_be_locked = false);

}  // namespace oyer::cli
