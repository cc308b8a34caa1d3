// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/anchor.h"

#include <algorithm>

namespace oyer::seal {

Result<Anchor> Anchor::parse(std::string_view text) {
  Anchor out;
  const std::size_t pem = text.find("-----BEGIN ");
  std::string policy(text.substr(0, pem));
  if (!policy.empty() && policy.back() != '\n') policy += "\n";
  // People are handed a log's key alone: then no witness is asked for.
  const bool has_quorum = policy.starts_with("quorum") || policy.find("\nquorum") != std::string::npos;
  auto parsed = Policy::parse(has_quorum ? policy : policy + "quorum none\n");
  constexpr const char* kForm = "An anchor is a tlog-policy: lines “log NAME+ID+KEY” and witnesses, and PEM certificates below, received another way than what it judges.";
  if (!parsed) return fail(ErrorCode::usage, "The anchor can't be read: " + parsed.error().message, kForm);
  out.policy = *std::move(parsed);
  if (out.policy.logs.empty()) return fail(ErrorCode::usage, "The anchor names no log's key.", kForm);
  if (pem != std::string_view::npos) {
    auto certificates = Certificates::parse(text.substr(pem));
    if (!certificates) return fail(ErrorCode::usage, "The anchor's certificates can't be read: " + certificates.error().message, kForm);
    out.authorities = *std::move(certificates);
  }
  return out;
}

std::vector<std::string> Anchor::judge(std::string_view note) const {
  std::vector<std::string> out;
  const auto opened = Note::parse(note);
  const auto checkpoint = opened ? parse_checkpoint(opened->text) : tl::unexpected(opened.error());
  if (!checkpoint) return {"The checkpoint can't be read: " + checkpoint.error().message};
  const bool known = std::any_of(policy.logs.begin(), policy.logs.end(), [&](const VerifierKey& key) {
    return key.name == checkpoint->origin && std::any_of(opened->lines.begin(), opened->lines.end(), [&](const Note::Line& line) { return verify_line(line, opened->text, key); });
  });
  if (!known) out.push_back("The checkpoint is not signed by a log's key of the anchor: it was not made by that log.");
  std::set<std::string> names;
  for (const auto& witness : policy.witnesses)
    for (const auto& line : opened->lines)
      if (verify_cosignature(line, opened->text, witness.key)) names.insert(witness.name);
  if (!policy.met(names)) out.push_back("The checkpoint bears " + std::to_string(names.size()) + " of the anchor's witnesses, which does not make its quorum (" + policy.quorum + ").");
  return out;
}

}  // namespace oyer::seal
