// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/dossier_check.h"

#include "dossier/verify.h"

namespace oyer::service {

Result<DossierCheck> check_dossier(const std::string& directory, const std::optional<std::string>& anchor) {
  const auto verdict = TRY(dossier::verify(real_disk(), directory, anchor));
  DossierCheck check;
  check.passed = anchor ? verdict.authenticated() : verdict.consistent();
  check.text = dossier::describe(verdict);
  json::array faults;
  for (const auto& fault : verdict.faults) faults.emplace_back(fault);
  for (const auto& fault : verdict.anchor_faults) faults.emplace_back(fault);
  check.answer = {
      {"consistent", verdict.consistent()}, {"authenticated", verdict.authenticated()}, {"files", static_cast<std::int64_t>(verdict.files)}, {"entries", static_cast<std::int64_t>(verdict.entries)}, {"faults", std::move(faults)}};
  if (check.passed) check.answer["closing"] = dossier::closing_line(verdict);
  return check;
}

}  // namespace oyer::service
