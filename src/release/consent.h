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

// Whether a source's exhibits may be used so. The newest consent for the use decides; a withdrawal is a consent that is not granted.
Result<Permission> permission(casefile::Query& query, const casefile::Thing& source, const std::string& use);

}  // namespace oyer::release
