// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/policy.h"

#include <algorithm>
#include <map>

namespace oyer::seal {
namespace {

constexpr std::size_t kMost = 32;

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> out;
  while (true) {
    const std::size_t start = line.find_first_not_of(" \t");
    if (start == std::string_view::npos) return out;
    const std::size_t end = std::min(line.find_first_of(" \t", start), line.size());
    out.emplace_back(line.substr(start, end - start));
    line.remove_prefix(end);
  }
}

std::optional<std::size_t> threshold_of(const std::string& word, std::size_t members) {
  if (word == "any") return 1;
  if (word == "all") return members;
  if (word.empty() || word.size() > 2 || word[0] == '0' || word.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  const std::size_t n = std::stoul(word);
  return n >= 1 && n <= members ? std::optional(n) : std::nullopt;
}

}  // namespace

Result<Policy> Policy::parse(std::string_view text) {
  Policy out;
  std::set<std::string> names{"none"}, members;
  std::set<PublicKey> log_keys, witness_keys;
  bool has_quorum = false;
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = text.find('\n');
    const auto bad = [&](const std::string& what) { return fail(ErrorCode::bad_input, "Line " + std::to_string(number) + " of the policy " + what + ".", "See c2sp.org/tlog-policy."); };
    if (end == std::string_view::npos) return bad("does not end with a line feed");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (std::any_of(line.begin(), line.end(), [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; })) return bad("holds a control character");
    const auto words = words_of(line);
    if (words.empty() || words[0][0] == '#') continue;
    if (words[0] == "log" && (words.size() == 2 || words.size() == 3)) {
      auto key = VerifierKey::parse(words[1]);
      if (!key) return bad("names no log: " + key.error().message);
      if (!log_keys.insert(key->key).second || out.logs.size() >= kMost) return bad("names a log twice, or one too many");
      out.logs.push_back(*std::move(key));
    } else if (words[0] == "witness" && (words.size() == 3 || words.size() == 4)) {
      auto key = VerifierKey::parse_witness(words[2]);
      if (!key) return bad("names no witness: " + key.error().message);
      if (!names.insert(words[1]).second) return bad("uses the name " + words[1] + " a second time");
      if (!witness_keys.insert(key->key).second || out.witnesses.size() >= kMost) return bad("names a witness twice, or one too many");
      out.witnesses.push_back({words[1], *std::move(key), words.size() == 4 ? words[3] : ""});
    } else if (words[0] == "group" && words.size() >= 4) {
      Group group{words[1], 0, {words.begin() + 3, words.end()}};
      const auto threshold = threshold_of(words[2], group.members.size());
      if (!threshold) return bad("has a threshold that does not fit its members");
      group.threshold = *threshold;
      for (const auto& member : group.members) {
        if (member == "none" || !names.contains(member)) return bad("names a member that no line before defines: " + member);
        if (!members.insert(member).second) return bad("names a member that is one of a group already: " + member);
      }
      if (!names.insert(words[1]).second || out.groups.size() >= kMost) return bad("uses the name " + words[1] + " a second time");
      out.groups.push_back(std::move(group));
    } else if (words[0] == "quorum" && words.size() == 2) {
      if (has_quorum) return bad("is a second quorum");
      if (!names.contains(words[1])) return bad("names a quorum that no line before defines: " + words[1]);
      has_quorum = true;
      out.quorum = words[1];
    } else {
      return bad("is none of log, witness, group and quorum, or has a wrong number of words");
    }
  }
  if (!has_quorum) return fail(ErrorCode::bad_input, "The policy has no quorum line.", "Write “quorum none” where no witness is needed.");
  return out;
}

std::string Policy::text(bool urls) const {
  std::string out;
  for (const auto& log : logs) out += "log " + log.text() + "\n";
  for (const auto& witness : witnesses) out += "witness " + witness.name + " " + witness.key.text() + (urls && !witness.url.empty() ? " " + witness.url : "") + "\n";
  for (const auto& group : groups) {
    out += "group " + group.name + " " + std::to_string(group.threshold);
    for (const auto& member : group.members) out += " " + member;
    out += "\n";
  }
  return out + "quorum " + quorum + "\n";
}

bool Policy::met(const std::set<std::string>& cosigned) const {
  if (quorum == "none") return true;
  std::set<std::string> met = cosigned;
  for (const auto& group : groups) {  // groups name only what stands before them
    const auto count = std::count_if(group.members.begin(), group.members.end(), [&](const std::string& member) { return met.contains(member); });
    if (static_cast<std::size_t>(count) >= group.threshold) met.insert(group.name);
  }
  return met.contains(quorum);
}

Result<WitnessedCheckpoint> open_witnessed(std::string_view note, const Policy& policy) {
  if (policy.logs.size() != 1) return fail(ErrorCode::bad_input, "The policy does not name exactly one log.");
  const VerifierKey& log = policy.logs[0];
  const Note opened = TRY(Note::parse(note));
  WitnessedCheckpoint out;
  out.checkpoint = TRY(parse_checkpoint(opened.text));
  if (out.checkpoint.origin != log.name || opened.lines[0].name != log.name) return fail(ErrorCode::check_failed, "A checkpoint is not of this log (" + log.name + ").");
  if (!verify_line(opened.lines[0], opened.text, log)) return fail(ErrorCode::check_failed, "A checkpoint's signature is not the log's.");
  std::size_t next = 0;
  std::set<std::string> names;
  for (std::size_t i = 1; i < opened.lines.size(); ++i) {
    std::optional<std::uint64_t> time;
    while (next < policy.witnesses.size() && !(time = verify_cosignature(opened.lines[i], opened.text, policy.witnesses[next].key))) ++next;
    if (!time) return fail(ErrorCode::check_failed, "A checkpoint holds a line that is no cosignature of a witness of the policy, or stands out of order (“" + opened.lines[i].name + "”).");
    out.cosignatures.push_back({policy.witnesses[next].name, *time});
    names.insert(policy.witnesses[next].name);
    ++next;
  }
  out.quorum = policy.met(names);
  return out;
}

Result<std::string> with_cosignatures(std::string_view note, std::string_view lines, const Policy& policy) {
  TRY(open_witnessed(note, policy));
  const Note before = TRY(Note::parse(note));
  const auto more = Note::parse(before.text + "\n" + std::string(lines));
  if (!more) return fail(ErrorCode::bad_input, "What the witness answered is no signature line.", "Check its address; it may be another kind of server.");
  std::string out = before.text + "\n" + before.lines[0].text + "\n";
  for (const auto& witness : policy.witnesses) {
    const auto is_its = [&](const Note::Line& line) { return verify_cosignature(line, before.text, witness.key).has_value(); };
    auto found = std::find_if(before.lines.begin() + 1, before.lines.end(), is_its);
    if (found == before.lines.end()) {
      const auto fresh = std::find_if(more->lines.begin(), more->lines.end(), is_its);
      if (fresh == more->lines.end()) continue;
      out += fresh->text + "\n";
    } else {
      out += found->text + "\n";
    }
  }
  return out;
}

}  // namespace oyer::seal
