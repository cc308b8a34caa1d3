// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/merkle.h"

#include <bit>
#include <cstdlib>

#include "seal/hash.h"

namespace oyer::seal {
namespace {

constexpr std::uint8_t kLeafPrefix[1] = {0};
constexpr std::uint8_t kNodePrefix[1] = {1};

// The largest power of two smaller than n (n > 1): where RFC 6962 splits a tree.
std::uint64_t split_of(std::uint64_t n) { return std::bit_floor(n - 1); }

// Root of leaves [start, end). `start` is a multiple of a power of two that is at least end - start.
Result<Hash> range_root(std::uint64_t start, std::uint64_t end, const SubtreeHash& subtree) {
  const std::uint64_t n = end - start;
  if (std::has_single_bit(n)) {
    const auto level = static_cast<unsigned>(std::countr_zero(n));
    return subtree(level, start >> level);
  }
  const std::uint64_t split = start + split_of(n);
  const Hash left = TRY(range_root(start, split, subtree));
  const Hash right = TRY(range_root(split, end, subtree));
  return node_hash(left, right);
}

Result<void> inclusion_step(std::uint64_t index, std::uint64_t start, std::uint64_t end, const SubtreeHash& subtree, std::vector<Hash>& path) {
  if (end - start == 1) return {};
  const std::uint64_t split = start + split_of(end - start);
  if (index < split) {
    TRY(inclusion_step(index, start, split, subtree, path));
    path.push_back(TRY(range_root(split, end, subtree)));
  } else {
    TRY(inclusion_step(index, split, end, subtree, path));
    path.push_back(TRY(range_root(start, split, subtree)));
  }
  return {};
}

Result<void> consistency_step(std::uint64_t m, std::uint64_t start, std::uint64_t end, bool whole, const SubtreeHash& subtree, std::vector<Hash>& path) {
  if (m == end) {
    if (!whole) path.push_back(TRY(range_root(start, end, subtree)));
    return {};
  }
  const std::uint64_t split = start + split_of(end - start);
  if (m <= split) {
    TRY(consistency_step(m, start, split, whole, subtree, path));
    path.push_back(TRY(range_root(split, end, subtree)));
  } else {
    TRY(consistency_step(m, split, end, false, subtree, path));
    path.push_back(TRY(range_root(start, split, subtree)));
  }
  return {};
}

SubtreeHash over(std::span<const Hash> leaves) {
  return [leaves](unsigned level, std::uint64_t index) -> Result<Hash> { return merkle_root(leaves.subspan(index << level, std::size_t{1} << level)); };
}

}  // namespace

Hash leaf_hash(ByteView entry) { return sha256({kLeafPrefix, entry}); }
Hash node_hash(const Hash& left, const Hash& right) { return sha256({kNodePrefix, left, right}); }
Hash empty_root() { return sha256(ByteView{}); }

Hash merkle_root(std::span<const Hash> leaves) {
  if (leaves.empty()) return empty_root();
  if (leaves.size() == 1) return leaves[0];
  // Pairing upward equals the recursive definition: a lone last hash moves up unchanged.
  std::vector<Hash> level(leaves.begin(), leaves.end());
  while (level.size() > 1) {
    std::size_t out = 0;
    for (std::size_t i = 0; i + 1 < level.size(); i += 2) level[out++] = node_hash(level[i], level[i + 1]);
    if (level.size() % 2 == 1) level[out++] = level.back();
    level.resize(out);
  }
  return level[0];
}

Result<Hash> root_of(std::uint64_t size, const SubtreeHash& subtree) { return size == 0 ? Result<Hash>(empty_root()) : range_root(0, size, subtree); }

Result<std::vector<Hash>> inclusion_proof(std::uint64_t index, std::uint64_t size, const SubtreeHash& subtree) {
  if (index >= size) return fail(ErrorCode::not_found, "Entry " + std::to_string(index) + " is not in a log of " + std::to_string(size) + " entries.");
  std::vector<Hash> path;
  TRY(inclusion_step(index, 0, size, subtree, path));
  return path;
}

Result<std::vector<Hash>> consistency_proof(std::uint64_t old_size, std::uint64_t new_size, const SubtreeHash& subtree) {
  if (old_size == 0 || old_size > new_size) return fail(ErrorCode::usage, "There is no consistency proof from " + std::to_string(old_size) + " to " + std::to_string(new_size) + " entries.");
  std::vector<Hash> path;
  TRY(consistency_step(old_size, 0, new_size, true, subtree, path));
  return path;
}

bool verify_inclusion(std::uint64_t index, std::uint64_t size, const Hash& leaf, std::span<const Hash> path, const Hash& root) {
  if (index >= size) return false;
  std::uint64_t fn = index;
  std::uint64_t sn = size - 1;
  Hash hash = leaf;
  for (const Hash& sibling : path) {
    if (sn == 0) return false;
    if ((fn & 1) == 1 || fn == sn) {
      hash = node_hash(sibling, hash);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      hash = node_hash(hash, sibling);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && hash == root;
}

bool verify_consistency(std::uint64_t old_size, std::uint64_t new_size, const Hash& old_root, const Hash& new_root, std::span<const Hash> path) {
  if (old_size > new_size) return false;
  if (old_size == 0) return new_size == 0 && path.empty() && old_root == empty_root() && new_root == empty_root();
  if (old_size == new_size) return path.empty() && old_root == new_root;
  std::uint64_t fn = old_size - 1;
  std::uint64_t sn = new_size - 1;
  while ((fn & 1) == 1) {
    fn >>= 1;
    sn >>= 1;
  }
  std::size_t at = 0;
  Hash first = old_root;
  if (!std::has_single_bit(old_size)) {
    if (path.empty()) return false;
    first = path[at++];
  }
  Hash old_hash = first;
  Hash new_hash = first;
  for (; at < path.size(); ++at) {
    if (sn == 0) return false;
    if ((fn & 1) == 1 || fn == sn) {
      old_hash = node_hash(path[at], old_hash);
      new_hash = node_hash(path[at], new_hash);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      new_hash = node_hash(new_hash, path[at]);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && old_hash == old_root && new_hash == new_root;
}

bool is_subtree(std::uint64_t start, std::uint64_t end) {
  if (start >= end) return false;
  // Beyond 2^63 leaves no power of two of 64 bits is large enough; only a start of 0 is a multiple of the next one.
  const std::uint64_t width = end - start;
  return start == 0 || (width <= std::uint64_t{1} << 63 && start % std::bit_ceil(width) == 0);
}

bool verify_subtree_inclusion(std::uint64_t index, std::uint64_t start, std::uint64_t end, const Hash& leaf, std::span<const Hash> path, const Hash& subtree_root) {
  return is_subtree(start, end) && index >= start && verify_inclusion(index - start, end - start, leaf, path, subtree_root);
}

bool verify_subtree_consistency(std::uint64_t start, std::uint64_t end, std::uint64_t size, const Hash& subtree_root, const Hash& root, std::span<const Hash> path) {
  if (start > end || end > size) return false;
  if (start == end) return path.empty() && subtree_root == empty_root();
  if (!is_subtree(start, end)) return false;
  // Of each level on the way up: fn and sn are the subtree's first and last node, tn is the tree's last.
  std::uint64_t fn = start;
  std::uint64_t sn = end - 1;
  std::uint64_t tn = size - 1;
  const auto up = [&] {
    fn >>= 1;
    sn >>= 1;
    tn >>= 1;
  };
  // What lies whole within the subtree, or ends with the tree, is not in the proof.
  const bool ends_with_tree = sn == tn;
  while (fn != sn && (ends_with_tree || (sn & 1) == 1)) up();
  std::size_t at = 0;
  Hash subtree_hash = subtree_root;
  if (fn != sn) {
    if (path.empty()) return false;
    subtree_hash = path[at++];
  }
  Hash tree_hash = subtree_hash;
  for (; at < path.size(); ++at) {
    if (tn == 0) return false;
    if ((sn & 1) == 1 || sn == tn) {
      if (fn < sn) subtree_hash = node_hash(path[at], subtree_hash);  // the sibling is still within the subtree
      tree_hash = node_hash(path[at], tree_hash);
      while ((sn & 1) == 0 && sn != 0) up();
    } else {
      tree_hash = node_hash(tree_hash, path[at]);
    }
    up();
  }
  return tn == 0 && subtree_hash == subtree_root && tree_hash == root;
}

std::vector<Hash> inclusion_path(std::span<const Hash> leaves, std::uint64_t index) {
  auto path = inclusion_proof(index, leaves.size(), over(leaves));
  if (!path) std::abort();  // the caller gave an index outside
  return *std::move(path);
}

}  // namespace oyer::seal
