// SPDX-License-Identifier: GPL-3.0-or-later
// Teaches one SQLite connection our analyser (tokenizer "oyer") and our ranking (function oyer_bm25).
#pragma once

#include "casefile/sqlite.h"

namespace oyer::search {

Result<void> register_fts(casefile::Database& database);

}  // namespace oyer::search
