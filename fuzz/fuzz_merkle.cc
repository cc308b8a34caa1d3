// SPDX-License-Identifier: GPL-3.0-or-later
// Trees and proofs against the definition in RFC 9162 section 2.1.1-2.1.4, written out as it stands there: an inclusion proof is accepted if and only
// if it is the one path, whatever else is offered.
#include "fuzz.h"
#include "seal/merkle.h"

using namespace oyer;
using fuzz::must;

namespace {

std::size_t split(std::size_t n) {  // the largest power of two below n
  std::size_t k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

Hash root(std::span<const Hash> leaves) {
  if (leaves.empty()) return seal::empty_root();
  if (leaves.size() == 1) return leaves[0];
  const std::size_t k = split(leaves.size());
  return seal::node_hash(root(leaves.first(k)), root(leaves.subspan(k)));
}

std::vector<Hash> path(std::size_t m, std::span<const Hash> leaves) {
  if (leaves.size() == 1) return {};
  const std::size_t k = split(leaves.size());
  auto out = m < k ? path(m, leaves.first(k)) : path(m - k, leaves.subspan(k));
  out.push_back(m < k ? root(leaves.subspan(k)) : root(leaves.first(k)));
  return out;
}

std::vector<Hash> sub_proof(std::size_t m, std::span<const Hash> leaves, bool known) {
  if (m == leaves.size()) return known ? std::vector<Hash>{} : std::vector<Hash>{root(leaves)};
  const std::size_t k = split(leaves.size());
  auto out = m <= k ? sub_proof(m, leaves.first(k), known) : sub_proof(m - k, leaves.subspan(k), false);
  out.push_back(m <= k ? root(leaves.subspan(k)) : root(leaves.first(k)));
  return out;
}

// What a recipe makes of a proof: hashes left out, doubled, exchanged or foreign.
std::vector<Hash> bent(std::vector<Hash> proof, fuzz::Recipe& recipe) {
  for (std::size_t n = recipe.byte() % 4; n > 0; --n) {
    const std::size_t at = proof.empty() ? 0 : recipe.byte() % proof.size();
    const auto place = proof.begin() + static_cast<std::ptrdiff_t>(at);
    switch (recipe.byte() % 4) {
      case 0:
        if (!proof.empty()) proof.erase(place);
        break;
      case 1: proof.insert(place, proof.empty() ? Hash{} : *place); break;
      case 2:
        if (!proof.empty()) std::swap(proof.front(), *place);
        break;
      default:
        if (!proof.empty()) (*place)[recipe.byte() % 32] ^= recipe.byte();
    }
  }
  return proof;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Recipe recipe(ByteView(data, size));
  const std::size_t count = 1 + recipe.byte();
  const std::size_t index = recipe.byte() % count;
  const std::size_t old_size = 1 + recipe.byte() % count;
  const std::uint8_t salt = recipe.byte();
  const std::size_t kinds = 1 + recipe.byte();  // fewer kinds than leaves: equal entries
  std::vector<Hash> leaves;
  for (std::size_t i = 0; i < count; ++i) leaves.push_back(seal::leaf_hash(Bytes{salt, static_cast<std::uint8_t>(i % kinds)}));
  const std::span<const Hash> all(leaves);
  const Hash whole = root(all);
  must(seal::merkle_root(all) == whole, "the root is the one of the definition");
  const seal::SubtreeHash subtree = [&](unsigned level, std::uint64_t number) -> Result<Hash> {
    must(((number + 1) << level) <= count, "only complete subtrees are asked for");
    return root(all.subspan(number << level, std::size_t{1} << level));
  };
  must(*seal::root_of(count, subtree) == whole, "the root from subtrees is the root");
  const auto honest = path(index, all);
  must(seal::inclusion_path(all, index) == honest && *seal::inclusion_proof(index, count, subtree) == honest, "the inclusion proof is the one of the definition");
  must(seal::verify_inclusion(index, count, leaves[index], honest, whole), "an honest inclusion proof is accepted");
  const auto link = sub_proof(old_size, all, true);
  const Hash old_root = root(all.first(old_size));
  must(*seal::consistency_proof(old_size, count, subtree) == link, "the consistency proof is the one of the definition");
  must(seal::verify_consistency(old_size, count, old_root, whole, link), "an honest consistency proof is accepted");

  const auto other = bent(honest, recipe);
  const std::uint64_t index_said = recipe.byte() % 4 == 0 ? recipe.number() : index;
  const std::uint64_t size_said = recipe.byte() % 4 == 0 ? recipe.number() : count;
  const bool accepted = seal::verify_inclusion(index_said, size_said, leaves[index], other, whole);
  if (size_said == count) must(accepted == (index_said < count && leaves[index_said] == leaves[index] && other == path(index_said, all)), "an inclusion proof is accepted if and only if it is the path");
  const auto other_link = bent(link, recipe);
  Hash other_root = old_root;
  other_root[recipe.byte() % 32] ^= recipe.byte();
  must(seal::verify_consistency(old_size, count, other_root, whole, other_link) == (other_root == old_root && other_link == link), "a consistency proof is accepted if and only if it is the one");
  return 0;
}
