// SPDX-License-Identifier: GPL-3.0-or-later
// Every file of journal/ against every other, without any key: what `oyer verify` says about the log.
#pragma once

#include <functional>
#include <string>

#include "base/disk.h"

namespace oyer::seal {

struct JournalAudit {
  std::uint64_t size = 0;         // entries
  std::uint64_t signed_size = 0;  // covered by the checkpoint
  Hash root{};
};

// `fault` hears a sentence for each thing that does not fit, naming file and entry or offset. Reads everything from disk again.
// Errors only when the log can't be read far enough to go on.
Result<JournalAudit> audit_journal(Disk& disk, const std::string& directory, const std::function<void(const std::string&)>& fault);

}  // namespace oyer::seal
