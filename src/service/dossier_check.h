// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "base/result.h"

namespace oyer::service {

struct DossierCheck {
  bool passed = false;
  std::string text;  // for people
  json::object answer;
};
Result<DossierCheck> check_dossier(const std::string& directory, const std::optional<std::string>& anchor);

}  // namespace oyer::service
