// SPDX-License-Identifier: GPL-3.0-or-later
// RFC 6962 section 2.1 hashing and RFC 9162 section 2.1.3-2.1.4 proofs. Pure functions.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace oyer::seal {

Hash leaf_hash(ByteView entry);
Hash node_hash(const Hash& left, const Hash& right);
Hash empty_root();

// Root over leaf hashes already made.
Hash merkle_root(std::span<const Hash> leaves);

// Hash of the complete subtree of height `level` whose leaves are [index * 2^level, (index + 1) * 2^level).
using SubtreeHash = std::function<Result<Hash>(unsigned level, std::uint64_t index)>;

Result<Hash> root_of(std::uint64_t size, const SubtreeHash& subtree);
// Path of leaf `index` in the tree of `size` leaves; index < size.
Result<std::vector<Hash>> inclusion_proof(std::uint64_t index, std::uint64_t size, const SubtreeHash& subtree);
// Proof that the tree of `old_size` leaves is a prefix of that of `new_size`; 0 < old_size <= new_size.
Result<std::vector<Hash>> consistency_proof(std::uint64_t old_size, std::uint64_t new_size, const SubtreeHash& subtree);

bool verify_inclusion(std::uint64_t index, std::uint64_t size, const Hash& leaf, std::span<const Hash> path, const Hash& root);
// From nothing no proof leads anywhere (RFC 9162 wants 0 < old_size): 0 to 0 holds for the empty root alone, 0 to more never.
bool verify_consistency(std::uint64_t old_size, std::uint64_t new_size, const Hash& old_root, const Hash& new_root, std::span<const Hash> path);

// Subtrees [start, end) of a tree (draft-ietf-plants-merkle-tree-certs, section 4): start is a multiple of a power of two that is at least end - start,
// and the subtree's root is the root of its leaves as if they were a tree of their own.
bool is_subtree(std::uint64_t start, std::uint64_t end);
// Leaf `index` (counted in the whole tree) is in the subtree.
bool verify_subtree_inclusion(std::uint64_t index, std::uint64_t start, std::uint64_t end, const Hash& leaf, std::span<const Hash> path, const Hash& subtree_root);
// The subtree is part of the tree of `size` leaves. An empty one is part of every tree: it holds for the empty root and no path, whatever `root` is.
bool verify_subtree_consistency(std::uint64_t start, std::uint64_t end, std::uint64_t size, const Hash& subtree_root, const Hash& root, std::span<const Hash> path);

// Path of one leaf in a tree whose leaves are all at hand.
std::vector<Hash> inclusion_path(std::span<const Hash> leaves, std::uint64_t index);

}  // namespace oyer::seal
