// SPDX-License-Identifier: GPL-3.0-or-later
#include "release/disclosure.h"

#include "seal/checkpoint_audit.h"
#include "seal/hash.h"
#include "seal/merkle.h"

namespace oyer::release {

Result<Disclosure> Disclosure::begin(casefile::Case& source) {
  if (!source.readable()) return fail(ErrorCode::refused, "The case is locked.", "Run `oyer unlock`, or give --key-file.");
  Disclosure out(source);
  system_random().fill(out.edition_key_);
  const auto& journal = source.store().journal();
  out.checkpoint_size_ = TRY(journal.checkpoint()).size;
  out.note_ = TRY(journal.checkpoint_note());
  TRY(out.take_stamps());
  return out;
}

Result<std::string> Disclosure::id_of(std::uint64_t place) const { return base32(seal::hmac_sha256(edition_key_, TRY(source_->store().journal().leaf(place)))).substr(0, 16); }

Result<const Disclosure::Submission*> Disclosure::submission_of(std::uint64_t place) {
  const auto& journal = source_->store().journal();
  const auto closing_at = [&](std::uint64_t index) -> Result<bool> {
    const Bytes entry = TRY(journal.entry(index));
    return seal::closes_submission(entry, TRY(seal::parse_form(entry)));
  };
  std::uint64_t closing = place;
  while (!TRY(closing_at(closing)))
    if (++closing >= journal.size()) return fail(ErrorCode::damaged, "Entry " + std::to_string(place) + " belongs to a submission that is never closed.");
  if (const auto it = submissions_.find(closing); it != submissions_.end()) return &it->second;
  Submission made;
  made.closing = closing;
  made.first = closing;
  while (made.first > 0 && !TRY(closing_at(made.first - 1))) --made.first;
  for (std::uint64_t i = made.first; i < closing; ++i) made.leaves.push_back(TRY(journal.leaf(i)));
  const Bytes entry = TRY(journal.entry(closing));
  const auto form = TRY(seal::parse_form(entry));
  made.sealed = form.sealed;
  std::string body(text_of(entry));
  if (made.sealed) {
    made.records = TRY(seal::decode_segment(TRY(source_->store().get(*form.segment, false))));
    body = made.records.back().body;
  }
  const auto parsed = TRY(parse_canonical(body));
  made.actor = base64url(TRY(seal::parse_closing(parsed.as_object())).actor);
  return &(submissions_[closing] = std::move(made));
}

Result<std::string> Disclosure::add(std::uint64_t place, const std::set<std::string>& values) {
  if (place >= checkpoint_size_) return fail(ErrorCode::internal, "Entry " + std::to_string(place) + " is not covered by the checkpoint.");
  const std::string id = TRY(id_of(place));
  if (const auto it = entries_.find(id); it != entries_.end()) {
    it->second.values.insert(values.begin(), values.end());
    return id;
  }
  entries_[id] = {place, values};
  const Submission& submission = *TRY(submission_of(place));
  if (place == submission.closing) return id;
  TRY(add(submission.closing, {}));
  // The signer's enrolment: the newest one of that key before this submission's end.
  auto find = TRY(source_->database().prepare("SELECT place, data FROM thing WHERE type = 'key.enrol/1' AND place < ? ORDER BY place"));
  find.bind(1, static_cast<std::int64_t>(submission.closing));
  std::int64_t enrolment = -1;
  while (TRY(find.step())) {
    const auto data = TRY(parse_json(find.text_view(1)));
    if (string_or_empty(data.get_object(), "key") == submission.actor) {
      enrolment = find.integer(0);
      break;
    }
  }
  if (enrolment < 0) return fail(ErrorCode::check_failed, "Entry " + std::to_string(place) + " is signed by a key that was never enrolled.", "Run `oyer verify`.");
  find.reset();
  TRY(add(static_cast<std::uint64_t>(enrolment), {}));
  return id;
}

// A kept copy of this checkpoint that bears time tokens stands for it, for the tokens cover its bytes.
Result<void> Disclosure::take_stamps() {
  const std::string directory = source_->info().directory + "/journal/checkpoints";
  const std::string name = seal::checkpoint_name(checkpoint_size_);
  const auto names = real_disk().exists(directory + "/" + name) ? TRY(real_disk().list(directory)) : std::vector<std::string>{};
  const std::string prefix = name + ".";
  for (const auto& file : names) {
    if (!file.starts_with(prefix) || !file.ends_with(".tsr")) continue;
    const std::string authority = file.substr(prefix.size(), file.size() - prefix.size() - 4);
    tokens_[authority] = TRY(real_disk().read_all(directory + "/" + file));
    const Bytes pem = TRY(real_disk().read_all(directory + "/" + authority + ".chain.pem"));
    const std::string text(text_of(pem));
    if (chain_.find(text) == std::string::npos) chain_ += text;
  }
  if (!tokens_.empty()) {
    const Bytes kept = TRY(real_disk().read_all(directory + "/" + name));
    note_ = std::string(text_of(kept));
  }
  return {};
}

Result<bool> Disclosure::quorum_met() const { return TRY(seal::open_witnessed(note_, source_->store().journal().policy())).quorum; }

Result<void> Disclosure::write(dossier::BagWriter& bag, bool unwitnessed) {
  const auto& journal = source_->store().journal();
  const std::string& note = note_;
  seal::Policy policy = journal.policy();
  if (unwitnessed) {
    policy.quorum = "none";
    policy.groups.clear();
  }
  TRY(bag.add("proof/checkpoint", view(note)));
  TRY(bag.add("proof/policy", view(policy.text(false))));
  for (const auto& [authority, token] : tokens_) TRY(bag.add("proof/" + authority + ".tsr", token));
  if (!tokens_.empty()) TRY(bag.add("proof/chain.pem", view(chain_)));
  json::array files;
  for (const auto& [path, id] : files_) files.push_back(json::object{{"entry", id}, {"file", path}});
  TRY(bag.add("proof/index.json", view(canonical(json::object{{"case", source_->info().id}, {"files", std::move(files)}, {"log", journal.log().name}, {"v", 1}}))));
  for (const auto& [id, entry] : entries_) {
    const Submission& submission = *TRY(submission_of(entry.place));
    TRY(bag.add("proof/" + id + ".entry", TRY(journal.entry(entry.place))));
    const seal::TlogProof proof{entry.place, TRY(journal.prove_inclusion(entry.place, checkpoint_size_)), note};
    TRY(bag.add("proof/" + id + ".tlog-proof", view(proof.text())));
    if (submission.sealed) {
      const seal::Record& record = submission.records[entry.place - submission.first];
      json::object values;
      for (const auto& key : entry.values)
        if (const auto it = record.openings.find(key); it != record.openings.end()) values[key] = json::array{base64url(it->second.salt), it->second.value};
      TRY(bag.add("proof/" + id + ".opening", view(canonical(json::object{{"body", record.body}, {"salt", base64url(record.salt)}, {"values", std::move(values)}}))));
    }
    if (entry.place == submission.closing) continue;
    json::array path;
    for (const Hash& hash : seal::inclusion_path(submission.leaves, entry.place - submission.first)) path.emplace_back(base64url(hash));
    TRY(bag.add("proof/" + id + ".submission", view(canonical(json::object{{"closing", TRY(id_of(submission.closing))}, {"index", static_cast<std::int64_t>(entry.place - submission.first)}, {"path", std::move(path)}}))));
  }
  return {};
}

}  // namespace oyer::release
