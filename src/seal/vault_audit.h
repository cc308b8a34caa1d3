// SPDX-License-Identifier: GPL-3.0-or-later
// The files of vault/ as they can be judged without any key: docs/formats/vault.md. Part of what `oyer verify` says.
#pragma once

#include <functional>
#include <string>

#include "base/disk.h"

namespace oyer::seal {

// `fault` hears a sentence for each file that a vault must have and has not, or whose form is off. `open_case`: an --open case, which has
// the bare log key and nothing else. What the headers hold is judged by HeaderStore::faults; what a sealed file holds needs a key.
// Reads only. Errors only when vault/ can't be listed.
Result<void> audit_vault(const Disk& disk, const std::string& directory, bool open_case, const std::function<void(const std::string&)>& fault);

}  // namespace oyer::seal
