// SPDX-License-Identifier: GPL-3.0-or-later
// Consent as a rule: where a person is the source, silence refuses.
#pragma once

#include <string>

#include "casefile/query.h"

namespace oyer::release {

struct Permission {
  bool granted = false;
  std::string ground;  // a sentence: which consent, or why none is needed, or why it is refused
};

// Whether a source's exhibits may be used so, for this recipient ("": for anyone). The newest consent for the use decides; a withdrawal is a
// consent that is not granted. One that names a recipient grants to no other; one whose time is over grants nothing.
Result<Permission> permission(casefile::Query& query, const casefile::Thing& source, const std::string& use, const std::string& recipient = {});

}  // namespace oyer::release
