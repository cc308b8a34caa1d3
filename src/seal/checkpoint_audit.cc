// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/checkpoint_audit.h"

#include <algorithm>
#include <map>

#include "seal/evidence_record.h"

namespace oyer::seal {

std::string checkpoint_name(std::uint64_t size) {
  const std::string digits = std::to_string(size);
  return std::string(20 - digits.size(), '0') + digits;
}

Result<Policy> read_policy(const Disk& disk, const std::string& journal_directory, const VerifierKey& log) {
  const auto bytes = disk.read_all(journal_directory + "/policy");
  if (!bytes && bytes.error().code == ErrorCode::not_found) {
    Policy alone;
    alone.logs.push_back(log);
    return alone;
  }
  if (!bytes) return tl::unexpected(bytes.error());
  const std::string_view text = text_of(*bytes);
  auto policy = Policy::parse(text);
  if (!policy) return fail(ErrorCode::damaged, "The file journal/policy is damaged: " + policy.error().message, "Restore it from a backup.");
  if (policy->text() != text || policy->logs.size() != 1 || policy->logs[0].name != log.name || policy->logs[0].key != log.key)
    return fail(ErrorCode::damaged, "The file journal/policy holds lines that Oyer does not write, or names another log.", "Restore it from a backup.");
  return policy;
}

namespace {

class Audit {
 public:
  Audit(const Disk& disk, std::string directory, std::uint64_t size, const std::function<Result<Hash>(std::uint64_t)>& root_at, const std::optional<Anchor>& anchor, std::int64_t now, const std::function<void(const std::string&)>& fault)
      : disk_(disk), directory_(std::move(directory)), size_(size), root_at_(root_at), anchor_(anchor), now_(now), fault_(fault) {}

  Result<CheckpointAudit> run() {
    const Bytes key_text = TRY(disk_.read_all(directory_ + "/log.vkey"));
    log_ = TRY(VerifierKey::parse(text_of(key_text)));
    policy_ = TRY(read_policy(disk_, directory_, log_));
    if (const auto note = disk_.read_all(directory_ + "/checkpoint")) {
      const auto newest = open_witnessed(text_of(*note), policy_);
      if (newest && newest->quorum && policy_.quorum != "none") out_.witnessed_size = newest->checkpoint.size;
      if (newest && anchor_) {
        out_.anchor_faults = anchor_->judge(text_of(*note));
        if (out_.anchor_faults.empty()) out_.anchored_size = newest->checkpoint.size;
      }
    } else if (anchor_) {
      out_.anchor_faults.emplace_back("There is no checkpoint.");
    }
    if (disk_.exists(directory_ + "/checkpoints")) TRY(kept());
    if (disk_.exists(directory_ + "/forks")) TRY(forks());
    return std::move(out_);
  }

 private:
  Result<void> kept() {
    const auto names = TRY(disk_.list(directory_ + "/checkpoints"));
    const auto is_size = [](const std::string& name) { return name.size() == 20 && name.find_first_not_of("0123456789") == std::string::npos; };
    std::map<std::string, Bytes> notes;
    for (const auto& name : names) {
      if (name.find(".tmp") != std::string::npos) continue;  // left by a write that was killed
      const std::string shown = "journal/checkpoints/" + name;
      const std::string first = name.substr(0, 20);
      if (is_size(name)) {
        note(name, notes[name]);
      } else if (name.ends_with(".pem") || name == "authorities") {
        continue;  // judged with the tokens that need them; the keys' holder also by the entry that decided them
      } else if (is_size(first) && (name.ends_with(".tsr") || name.ends_with(".ers")) && name.size() > 25) {
        const auto its = notes.find(first);
        if (its == notes.end())
          fault_(shown + " stamps a checkpoint that is not there.");
        else
          token(name, its->second);
      } else {
        fault_(shown + " is no file of a journal.");
      }
    }
    return {};
  }

  void note(const std::string& name, Bytes& bytes) {
    const std::string shown = "journal/checkpoints/" + name;
    auto read = disk_.read_all(directory_ + "/checkpoints/" + name);
    if (!read) return fault_(shown + " can't be read: " + read.error().message);
    bytes = *std::move(read);
    ++out_.kept;
    const auto opened = open_witnessed(text_of(bytes), policy_);
    if (!opened) return fault_(shown + ": " + opened.error().message);
    if (checkpoint_name(opened->checkpoint.size) != name) return fault_(shown + " is a checkpoint of another size.");
    if (opened->checkpoint.size > size_) return fault_(shown + " covers more entries than the journal holds: the newest are lost.");
    const auto root = root_at_(opened->checkpoint.size);
    if (!root || *root != opened->checkpoint.root) return fault_("The journal's entries do not give the root that " + shown + " signs: the history was rewritten after it.");
    if (anchor_ && anchor_->judge(text_of(bytes)).empty()) out_.anchored_size = std::max(out_.anchored_size, opened->checkpoint.size);
    if (opened->quorum && policy_.quorum != "none") out_.witnessed_size = std::max(out_.witnessed_size, opened->checkpoint.size);
  }

  void token(const std::string& name, ByteView stamped) {
    const std::string shown = "journal/checkpoints/" + name;
    const std::string authority = name.substr(21, name.size() - 25);
    const auto bytes = disk_.read_all(directory_ + "/checkpoints/" + name);
    const auto pem = disk_.read_all(directory_ + "/checkpoints/" + authority + ".chain.pem");
    const auto chain = pem ? Certificates::parse(text_of(*pem)) : tl::unexpected(pem.error());
    if (!bytes || !chain) return fault_(shown + " can't be judged: " + (bytes ? chain.error() : bytes.error()).message);
    StampedCheckpoint found;
    found.size = std::stoull(name.substr(0, 20));
    found.authority = authority;
    const bool record = name.ends_with(".ers");
    const auto judge = [&](const Certificates& roots) -> Result<void> {
      if (!record) {
        const auto timestamp = TRY(verify_timestamp(*bytes, stamped, roots, *chain));
        found.time = timestamp.time;
        found.time_text = timestamp.time_text;
        found.valid_until = timestamp.chain_not_after;
        return {};
      }
      const auto facts = TRY(TRY(EvidenceRecord::parse(*bytes)).verify(stamped, roots, *chain, now_));
      found.time = facts.timestamps.front().time;
      found.time_text = facts.timestamps.front().time_text;
      found.valid_until = facts.valid_until;
      found.renewals = facts.timestamps.size() - 1;
      return {};
    };
    if (const auto good = judge(*chain); !good) return fault_(shown + ": " + good.error().message);
    if (anchor_ && !anchor_->authorities.empty()) found.anchored = judge(anchor_->authorities).has_value();
    // A record stands for the token that it renews.
    const auto same = [&](const StampedCheckpoint& one) { return one.size == found.size && one.authority == found.authority; };
    std::erase_if(out_.stamps, [&](const StampedCheckpoint& one) { return same(one) && record; });
    if (std::none_of(out_.stamps.begin(), out_.stamps.end(), same)) out_.stamps.push_back(found);
  }

  Result<void> forks() {
    for (const auto& name : TRY(disk_.list(directory_ + "/forks"))) {
      if (name.find(".tmp") != std::string::npos) continue;
      const std::string shown = "journal/forks/" + name;
      const auto bytes = disk_.read_all(directory_ + "/forks/" + name);
      const auto note = bytes ? Note::parse(text_of(*bytes)) : tl::unexpected(bytes.error());
      const auto checkpoint = note ? parse_checkpoint(note->text) : tl::unexpected(note.error());
      const bool ours = checkpoint && checkpoint->origin == log_.name && std::any_of(note->lines.begin(), note->lines.end(), [&](const Note::Line& line) { return verify_line(line, note->text, log_); });
      if (!ours) {
        fault_(shown + " is no checkpoint under this log's signature.");
        continue;
      }
      const auto root = checkpoint->size <= size_ ? root_at_(checkpoint->size) : Result<Hash>(fail(ErrorCode::not_found, ""));
      if (root && *root == checkpoint->root) continue;  // our own half of the proof
      out_.forked = true;
      fault_("FORK: the log's key has signed another history than this journal's: " + shown + " covers " + std::to_string(checkpoint->size) + " entries" + (root ? " with another root" : ", more than are here") +
             ". Keep both; whoever holds the log's key must explain them.");
    }
    return {};
  }

  const Disk& disk_;
  std::string directory_;
  std::uint64_t size_;
  const std::function<Result<Hash>(std::uint64_t)>& root_at_;
  const std::optional<Anchor>& anchor_;
  std::int64_t now_;
  const std::function<void(const std::string&)>& fault_;
  VerifierKey log_;
  Policy policy_;
  CheckpointAudit out_;
};

}  // namespace

Result<CheckpointAudit> audit_checkpoints(const Disk& disk, const std::string& journal_directory, std::uint64_t size, const std::function<Result<Hash>(std::uint64_t)>& root_at, const std::optional<Anchor>& anchor, std::int64_t now,
                                          const std::function<void(const std::string&)>& fault) {
  return Audit(disk, journal_directory, size, root_at, anchor, now, fault).run();
}

}  // namespace oyer::seal
