// SPDX-License-Identifier: GPL-3.0-or-later
// Five articles that copy one report are one root. Sources and derivations make a graph; its strongly connected parts (sources that
// copy each other) count as one; a part that derives from no other part is a root, and a source's roots are those that it reaches.
#include "weigh/weigh.h"

#include <algorithm>
#include <functional>
#include <set>

namespace oyer::weigh {
namespace {

// Strongly connected components (Tarjan 1972), iterative so that long chains can't exhaust the stack. Returns each node's component;
// components are numbered so that a component's targets have lower numbers.
std::vector<std::size_t> components_of(const std::vector<std::vector<std::size_t>>& edges) {
  const std::size_t n = edges.size();
  constexpr std::size_t kNone = ~std::size_t{0};
  std::vector<std::size_t> order(n, kNone), low(n, 0), component(n, kNone), stack;
  std::size_t next = 0, made = 0;
  struct Frame {
    std::size_t node, edge;
  };
  for (std::size_t start = 0; start < n; ++start) {
    if (order[start] != kNone) continue;
    std::vector<Frame> frames{{start, 0}};
    while (!frames.empty()) {
      const std::size_t node = frames.back().node;
      if (frames.back().edge == 0) {
        order[node] = low[node] = next++;
        stack.push_back(node);
      }
      if (frames.back().edge < edges[node].size()) {
        const std::size_t target = edges[node][frames.back().edge++];
        if (order[target] == kNone)
          frames.push_back({target, 0});
        else if (component[target] == kNone)
          low[node] = std::min(low[node], order[target]);
        continue;
      }
      if (low[node] == order[node]) {
        while (true) {
          const std::size_t member = stack.back();
          stack.pop_back();
          component[member] = made;
          if (member == node) break;
        }
        ++made;
      }
      frames.pop_back();
      if (!frames.empty()) low[frames.back().node] = std::min(low[frames.back().node], low[node]);
    }
  }
  return component;
}

bool at_least(const std::string& grade, const std::string& wanted) { return !grade.empty() && grade != "F" && grade <= wanted; }

}  // namespace

std::size_t Graph::index_of(const std::string& id) const {
  const auto it = std::lower_bound(sources_.begin(), sources_.end(), id, [](const Source& source, const std::string& key) { return source.id < key; });
  return it != sources_.end() && it->id == id ? static_cast<std::size_t>(it - sources_.begin()) : sources_.size();
}

Result<Graph> Graph::create(std::vector<Source> sources, std::vector<Claim> claims, std::vector<Reply> replies) {
  Graph graph;
  graph.sources_ = std::move(sources);
  graph.claims_ = std::move(claims);
  graph.replies_ = std::move(replies);
  std::sort(graph.sources_.begin(), graph.sources_.end(), [](const Source& a, const Source& b) { return a.id < b.id; });
  std::sort(graph.claims_.begin(), graph.claims_.end(), [](const Claim& a, const Claim& b) { return a.id < b.id; });
  const std::size_t n = graph.sources_.size();
  graph.parents_.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    for (const auto& parent : graph.sources_[i].derives_from) {
      const std::size_t at = graph.index_of(parent);
      if (at == n) return fail(ErrorCode::bad_input, "Source " + graph.sources_[i].label + " derives from one that is not known (" + parent + ").");
      graph.parents_[i].push_back(at);
    }
  }
  for (const Claim& claim : graph.claims_) {
    if (graph.index_of(claim.asserter) == n) return fail(ErrorCode::bad_input, "Claim " + claim.id + " is asserted by a source that is not known.");
    for (const auto& source : claim.sources)
      if (graph.index_of(source) == n) return fail(ErrorCode::bad_input, "Claim " + claim.id + " rests on a source that is not known.");
  }
  const auto component = components_of(graph.parents_);
  const std::size_t parts = n == 0 ? 0 : *std::max_element(component.begin(), component.end()) + 1;
  std::vector<std::size_t> representative(parts, n);
  for (std::size_t i = n; i-- > 0;) representative[component[i]] = i;
  std::vector<std::set<std::size_t>> reach(parts);
  std::vector<std::vector<std::size_t>> members(parts);
  for (std::size_t i = 0; i < n; ++i) members[component[i]].push_back(i);
  for (std::size_t part = 0; part < parts; ++part) {  // targets have lower numbers: they are done
    for (std::size_t member : members[part])
      for (std::size_t parent : graph.parents_[member])
        if (component[parent] != part) reach[part].insert(reach[component[parent]].begin(), reach[component[parent]].end());
    if (reach[part].empty()) reach[part].insert(representative[part]);
  }
  graph.roots_.resize(n);
  for (std::size_t i = 0; i < n; ++i) graph.roots_[i].assign(reach[component[i]].begin(), reach[component[i]].end());
  return graph;
}

std::vector<std::string> Graph::roots_of(const std::string& source) const {
  std::vector<std::string> out;
  const std::size_t at = index_of(source);
  if (at == sources_.size()) return out;
  for (std::size_t root : roots_[at]) out.push_back(sources_[root].label);
  std::sort(out.begin(), out.end());
  return out;
}

Result<Explanation> Graph::explain(const Finding& finding, const Policy& policy) const {
  Explanation out;
  out.finding = finding.id;
  std::set<std::size_t> used, roots;
  bool direct = false;
  std::set<std::string> claim_ids(finding.claims.begin(), finding.claims.end());
  for (const auto& id : claim_ids) {
    const auto it = std::lower_bound(claims_.begin(), claims_.end(), id, [](const Claim& claim, const std::string& key) { return claim.id < key; });
    if (it == claims_.end() || it->id != id) return fail(ErrorCode::bad_input, "Finding " + finding.label + " rests on a claim that is not known (" + id + ").");
    std::set<std::size_t> own{index_of(it->asserter)};
    for (const auto& source : it->sources) own.insert(index_of(source));
    used.insert(own.begin(), own.end());
    for (std::size_t source : own) roots.insert(roots_[source].begin(), roots_[source].end());
    if (it->direct && (policy.min_direct_grade.empty() || at_least(sources_[index_of(it->asserter)].grade, policy.min_direct_grade))) direct = true;
  }
  for (std::size_t source : used) out.sources.push_back(sources_[source].label);
  for (std::size_t root : roots) out.roots.push_back(sources_[root].label);
  std::sort(out.sources.begin(), out.sources.end());
  std::sort(out.roots.begin(), out.roots.end());
  for (const auto& root : out.roots) out.counts.push_back(root + " counts as one independent root.");
  for (std::size_t source : used) {
    if (roots.contains(source)) continue;
    std::string from;
    for (std::size_t root : roots_[source]) from += (from.empty() ? "" : " and ") + sources_[root].label;
    out.does_not_count.push_back(sources_[source].label + " adds no root: it derives from " + from + ".");
  }
  std::sort(out.does_not_count.begin(), out.does_not_count.end());
  const auto n = static_cast<std::int64_t>(roots.size());
  if (n < policy.min_roots) out.missing.push_back("Policy “" + policy.name + "” asks for " + std::to_string(policy.min_roots) + " independent roots; there " + (n == 1 ? "is " : "are ") + std::to_string(n) + ".");
  if (!policy.min_direct_grade.empty() && !direct) out.missing.push_back("Policy “" + policy.name + "” asks for a direct claim by a source graded " + policy.min_direct_grade + " or better; there is none.");
  // One reply may speak against several claims of the finding; it is said once.
  const auto once = [](std::vector<std::string>& sentences, std::string sentence) {
    if (std::find(sentences.begin(), sentences.end(), sentence) == sentences.end()) sentences.push_back(std::move(sentence));
  };
  for (const Reply& reply : replies_) {
    if (reply.claim != finding.id && !claim_ids.contains(reply.claim)) continue;
    if (reply.denial)
      once(out.carried, "Denied without evidence, shown and not counted: " + reply.text);
    else if (!reply.weighed.empty())
      once(out.carried, "A reply with evidence speaks against it: " + reply.text + " Weighed by a person: " + reply.weighed);
    else {
      once(out.carried, "A reply with evidence speaks against it: " + reply.text);
      once(out.missing, "A named person must weigh the reply with evidence and give reasons.");
    }
  }
  out.meets_policy = out.missing.empty();
  return out;
}

}  // namespace oyer::weigh
