// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/anchor.h"

#include <algorithm>

namespace oyer::seal {

Result<Anchor> Anchor::parse(std::string_view text) {
  Anchor out;
  const std::size_t pem = text.find("-----BEGIN ");
  std::string policy(text.substr(0, pem));
  if (!policy.empty() && policy.back() != '\n') policy += "\n";
  constexpr const char* kForm = "An anchor is a tlog-policy: lines “log NAME+ID+KEY” and witnesses, and PEM certificates below, received another way than what it judges.";
  auto parsed = Policy::parse(policy);
  if (!parsed) {
    // People are handed a log's key alone: then no witness is asked for. Where witnesses are named the quorum line must be there, lest a
    // file that lost its last line asks for none of them.
    auto alone = Policy::parse(policy + "quorum none\n");
    if (alone && alone->witnesses.empty() && alone->groups.empty()) parsed = std::move(alone);
  }
  if (!parsed) return fail(ErrorCode::usage, "The anchor can't be read: " + parsed.error().message, kForm);
  out.policy = *std::move(parsed);
  if (out.policy.logs.empty()) return fail(ErrorCode::usage, "The anchor names no log's key.", kForm);
  if (pem != std::string_view::npos) {
    // What OpenSSL passes over as a remark may be a witness or a quorum that someone wrote below: never dropped in silence.
    std::string_view rest = text.substr(pem);
    while (!rest.empty()) {
      std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      line.remove_prefix(std::min(line.size(), line.find_first_not_of(" \t")));
      for (const std::string_view word : {"log", "witness", "group", "quorum"})
        if (line.starts_with(word) && line.size() > word.size() && (line[word.size()] == ' ' || line[word.size()] == '\t')) return fail(ErrorCode::usage, "The anchor has policy lines below its certificates.", kForm);
    }
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
