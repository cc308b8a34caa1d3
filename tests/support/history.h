// SPDX-License-Identifier: GPL-3.0-or-later
// Random histories of a case: acts of every kind, in both tiers, with supersession and references among what was made before.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "casefile/case.h"
#include "seal/hash.h"

namespace oyer::tests {

class History {
 public:
  History(casefile::Case& target, std::uint64_t seed) : target_(target), random_(seed) {}

  // One act; returns its error, if any.
  Result<void> act() {
    const bool open = random_.next() % 3 == 0;
    std::vector<casefile::Draft> drafts;
    const std::size_t size = 1 + random_.next() % 5;
    std::vector<std::pair<std::string, std::string>> made;  // kind, tier of what this act makes, in order
    for (std::size_t i = 0; i < size; ++i) drafts.push_back(draft(open));
    const auto ids = TRY(target_.append("test", drafts, open));
    for (const auto& id : ids) (open ? open_ids_ : case_ids_).push_back(id);
    return {};
  }

 private:
  std::string pick(const std::vector<std::string>& ids, const std::string& kind) {
    std::vector<const std::string*> fitting;
    for (const auto& id : ids)
      if (id.starts_with(kind)) fitting.push_back(&id);
    return fitting.empty() ? "" : *fitting[random_.next() % fitting.size()];
  }

  std::string words() {
    static const char* kWords[] = {"구타", "처형", "beaten", "register", "شهادة", "list", "ノート", "\"quoted\"", "line\nfeed", "ñ", "\xF0\x9F\x93\x84"};
    std::string out;
    for (std::size_t n = 1 + random_.next() % 6; n > 0; --n) out += std::string(out.empty() ? "" : " ") + kWords[random_.next() % 11];
    return out;
  }

  casefile::Draft draft(bool open) {
    auto& ids = open ? open_ids_ : case_ids_;  // an open thing rests on open things alone
    casefile::Draft out;
    const std::string source = pick(ids, "so");
    switch (source.empty() ? 0 : random_.next() % 5) {
      case 0:
        out.type = "source.add/1";
        out.data = {{"label", "S-" + std::to_string(random_.next() % 100000)}, {"kind", "press"}, {"held", random_.next() % 2 == 0}};
        if (!source.empty()) out.data["derives_from"] = json::array{source};
        break;
      case 1:
        out.type = "claim.add/1";
        out.data = {{"text", words()}, {"asserter", source}, {"position", "hearsay"}, {"support", json::array()}, {"when", json::object{{"first", "2008-03"}, {"last", "2008-05"}, {"precise", false}}}};
        break;
      case 2:
        out.type = "exhibit.add/1";
        out.data = {{"source", source}, {"size", 3}, {"media", "text/plain"}, {"blob", hex(seal::sha256(view("x")))}, {"state", "sealed"}};
        out.protect = {{"name", words()}, {"digest", hex(seal::sha256(view(words())))}};
        break;
      case 3:
        out.type = "grade.add/1";
        out.data = {{"target", source}, {"scale", "admiralty"}, {"reliability", "C"}, {"reason", words()}};
        break;
      default: out.type = "consent.add/1"; out.data = {{"source", source}, {"use", "referral"}, {"granted", random_.next() % 2 == 0}};
    }
    if (random_.next() % 4 == 0 && !ids.empty()) out.supersedes = {ids[random_.next() % ids.size()]};
    // Across tiers too: a closed entry may supersede an open one, and the open tier's rows must not show it.
    if (!open && random_.next() % 8 == 0 && !open_ids_.empty()) out.supersedes.push_back(open_ids_[random_.next() % open_ids_.size()]);
    return out;
  }

  casefile::Case& target_;
  SeededRandom random_;
  std::vector<std::string> open_ids_, case_ids_;
};

}  // namespace oyer::tests
