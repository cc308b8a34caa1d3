// SPDX-License-Identifier: GPL-3.0-or-later
// How well a finding is established: independent roots of its sources, and a policy evaluated to a full explanation. A pure engine on
// plain data; it knows nothing of a case. It never says that something is true or that someone is guilty.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace oyer::weigh {

struct Source {
  std::string id;
  std::string label;
  std::vector<std::string> derives_from;  // ids: copied from, told by, cites …
  std::string grade;                      // reliability A-F, or "" when ungraded
};

enum class Relation { supports, contradicts, qualifies, context };

struct Claim {
  std::string id;
  std::string text;
  std::string asserter;              // source id
  bool direct = false;               // victim, eyewitness, insider or document: not hearsay
  std::vector<std::string> sources;  // of the passages that support it; the asserter among them or not
};

struct Reply {
  std::string claim;    // what it speaks against, or the finding's id
  bool denial = false;  // without evidence: shown, never counted
  std::string text;
  std::string weighed;  // reasons of the person who weighed a reply with evidence, or "" while nobody has
};

struct Policy {
  std::string name = "default";
  std::int64_t min_roots = 2;
  std::string min_direct_grade;  // at least one direct claim whose asserter is graded so or better; "" for no such rule
};

struct Finding {
  std::string id;
  std::string label;
  std::vector<std::string> claims;
};

struct Explanation {
  std::string finding;
  bool meets_policy = false;
  std::vector<std::string> sources;         // labels, sorted
  std::vector<std::string> roots;           // labels of independent roots, sorted
  std::vector<std::string> counts;          // sentences: what counts
  std::vector<std::string> does_not_count;  // sentences: what doesn't, and why
  std::vector<std::string> missing;         // sentences: what would be needed
  std::vector<std::string> carried;         // denials and replies, printed beside and never counted
};

class Graph {
 public:
  // Errors: bad_input when a claim or finding names something unknown.
  static Result<Graph> create(std::vector<Source> sources, std::vector<Claim> claims, std::vector<Reply> replies);

  // Labels of the independent roots of one source: the ends of its derivations. Sources that derive from each other in a circle are one root.
  std::vector<std::string> roots_of(const std::string& source) const;
  Result<Explanation> explain(const Finding& finding, const Policy& policy) const;

 private:
  Graph() = default;
  std::size_t index_of(const std::string& id) const;  // size() when unknown
  std::vector<Source> sources_;
  std::vector<Claim> claims_;
  std::vector<Reply> replies_;
  std::vector<std::vector<std::size_t>> parents_;
  std::vector<std::vector<std::size_t>> roots_;  // per source: representative indices
};

}  // namespace oyer::weigh
