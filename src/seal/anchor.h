// SPDX-License-Identifier: GPL-3.0-or-later
// Keys that came another way than what they judge: an anchor file is a tlog-policy, with PEM certificates of time authorities below it.
#pragma once

#include <string>
#include <vector>

#include "seal/certificates.h"
#include "seal/policy.h"

namespace oyer::seal {

struct Anchor {
  Policy policy;
  Certificates authorities;  // may be empty

  // Error: usage when it names no log's key, for it would authenticate nothing.
  static Result<Anchor> parse(std::string_view text);

  // Why a checkpoint is not authenticated by this anchor: sentences, none when it is. `note` was found consistent before.
  std::vector<std::string> judge(std::string_view note) const;
};

}  // namespace oyer::seal
