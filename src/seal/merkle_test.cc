// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <functional>

#include "base/clock.h"
#include "seal/hash.h"
#include "seal/merkle.h"
#include "support/vectors.h"

namespace oyer::seal {
namespace {

// RFC 6962 section 2.1, word for word.
Hash mth(std::span<const Hash> d) {
  if (d.empty()) return sha256(ByteView{});
  if (d.size() == 1) return d[0];
  const std::size_t k = std::bit_floor(d.size() - 1);
  const Hash left = mth(d.first(k)), right = mth(d.subspan(k));
  Bytes bytes{1};
  append(bytes, left);
  append(bytes, right);
  return sha256(bytes);
}
std::vector<Hash> path_of(std::size_t m, std::span<const Hash> d) {
  if (d.size() <= 1) return {};
  const std::size_t k = std::bit_floor(d.size() - 1);
  auto path = m < k ? path_of(m, d.first(k)) : path_of(m - k, d.subspan(k));
  path.push_back(m < k ? mth(d.subspan(k)) : mth(d.first(k)));
  return path;
}
std::vector<Hash> subproof(std::size_t m, std::span<const Hash> d, bool whole) {
  if (m == d.size()) return whole ? std::vector<Hash>{} : std::vector<Hash>{mth(d)};
  const std::size_t k = std::bit_floor(d.size() - 1);
  auto proof = m <= k ? subproof(m, d.first(k), whole) : subproof(m - k, d.subspan(k), false);
  proof.push_back(m <= k ? mth(d.subspan(k)) : mth(d.first(k)));
  return proof;
}

constexpr std::size_t kLargest = 130;

class Merkle : public testing::Test {
 protected:
  void SetUp() override {
    for (std::size_t i = 0; i < kLargest; ++i) leaves.push_back(leaf_hash(view(std::to_string(i))));
    for (std::size_t n = 0; n <= kLargest; ++n) roots.push_back(mth(std::span(leaves).first(n)));
  }
  SubtreeHash subtree = [this](unsigned level, std::uint64_t index) -> Result<Hash> { return mth(std::span(leaves).subspan(index << level, std::size_t{1} << level)); };
  std::vector<Hash> leaves, roots;
};

TEST_F(Merkle, the_empty_root_and_leaf_hashes_are_those_of_rfc_6962) {
  EXPECT_EQ(hex(empty_root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(leaf_hash({})), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

TEST_F(Merkle, roots_equal_the_recursive_definition_at_every_size) {
  for (std::size_t n = 0; n <= kLargest; ++n) {
    ASSERT_EQ(merkle_root(std::span(leaves).first(n)), roots[n]) << n;
    ASSERT_EQ(root_of(n, subtree).value(), roots[n]) << n;
  }
}

TEST_F(Merkle, inclusion_proofs_are_the_definitions_and_nothing_else_verifies) {
  for (std::size_t n = 1; n <= kLargest; ++n) {
    for (std::size_t m = 0; m < n; ++m) {
      const auto path = inclusion_proof(m, n, subtree).value();
      ASSERT_EQ(path, path_of(m, std::span(leaves).first(n)));
      ASSERT_EQ(path, inclusion_path(std::span(leaves).first(n), m));
      ASSERT_TRUE(verify_inclusion(m, n, leaves[m], path, roots[n]));
      ASSERT_FALSE(verify_inclusion(m, n, leaves[(m + 1) % kLargest], path, roots[n]));
      ASSERT_FALSE(verify_inclusion(m, n, leaves[m], path, roots[n - 1]));
      ASSERT_FALSE(verify_inclusion(m + n, n, leaves[m], path, roots[n]));
      if (n > 1) {
        ASSERT_FALSE(verify_inclusion((m + 1) % n, n, leaves[m], path, roots[n]));
      }
      for (std::size_t i = 0; i < path.size(); ++i) {
        auto mutated = path;
        mutated[i][(m + i) % 32] ^= static_cast<std::uint8_t>(1U << (i % 8));
        ASSERT_FALSE(verify_inclusion(m, n, leaves[m], mutated, roots[n]));
        mutated = path;
        mutated.erase(mutated.begin() + static_cast<std::ptrdiff_t>(i));
        ASSERT_FALSE(verify_inclusion(m, n, leaves[m], mutated, roots[n]));
        mutated = path;
        mutated.insert(mutated.begin() + static_cast<std::ptrdiff_t>(i), roots[n]);
        ASSERT_FALSE(verify_inclusion(m, n, leaves[m], mutated, roots[n]));
        if (i > 0) {
          mutated = path;
          std::swap(mutated[i], mutated[i - 1]);
          ASSERT_FALSE(verify_inclusion(m, n, leaves[m], mutated, roots[n]));
        }
      }
      auto longer = path;
      longer.push_back(roots[n]);
      ASSERT_FALSE(verify_inclusion(m, n, leaves[m], longer, roots[n]));
    }
  }
}

TEST_F(Merkle, consistency_proofs_are_the_definitions_and_nothing_else_verifies) {
  for (std::size_t n = 1; n <= kLargest; ++n) {
    for (std::size_t m = 1; m <= n; ++m) {
      const auto path = consistency_proof(m, n, subtree).value();
      ASSERT_EQ(path, subproof(m, std::span(leaves).first(n), true));
      ASSERT_TRUE(verify_consistency(m, n, roots[m], roots[n], path));
      ASSERT_FALSE(verify_consistency(m, n, roots[m - 1], roots[n], path));
      ASSERT_FALSE(verify_consistency(m, n, roots[m], roots[n - 1], path));
      if (m < n) {
        ASSERT_FALSE(verify_consistency(n, m, roots[n], roots[m], path));
      }
      if (m < n) {
        ASSERT_FALSE(verify_consistency(m, n, roots[n], roots[m], path));
      }
      for (std::size_t i = 0; i < path.size(); ++i) {
        auto mutated = path;
        mutated[i][(m + i) % 32] ^= static_cast<std::uint8_t>(1U << (i % 8));
        ASSERT_FALSE(verify_consistency(m, n, roots[m], roots[n], mutated)) << m << " " << n << " " << i;
        mutated = path;
        mutated.erase(mutated.begin() + static_cast<std::ptrdiff_t>(i));
        ASSERT_FALSE(verify_consistency(m, n, roots[m], roots[n], mutated));
      }
      auto longer = path;
      longer.push_back(roots[n]);
      ASSERT_FALSE(verify_consistency(m, n, roots[m], roots[n], longer));
    }
  }
}

TEST_F(Merkle, proofs_that_do_not_exist_are_errors) {
  EXPECT_EQ(inclusion_proof(5, 5, subtree).error().code, ErrorCode::not_found);
  EXPECT_EQ(inclusion_proof(0, 0, subtree).error().code, ErrorCode::not_found);
  EXPECT_FALSE(consistency_proof(0, 5, subtree));
  EXPECT_FALSE(consistency_proof(6, 5, subtree));
  const SubtreeHash failing = [](unsigned, std::uint64_t) -> Result<Hash> { return fail(ErrorCode::damaged, "gone"); };
  EXPECT_EQ(root_of(5, failing).error().code, ErrorCode::damaged);
  EXPECT_EQ(inclusion_proof(3, 5, failing).error().code, ErrorCode::damaged);
  EXPECT_EQ(consistency_proof(3, 5, failing).error().code, ErrorCode::damaged);
}

RC_GTEST_PROP(MerkleProofs, random_rubbish_does_not_verify, (std::uint64_t index, std::uint64_t size, std::uint64_t seed)) {
  SeededRandom random(seed);
  std::vector<Hash> path(*rc::gen::inRange<std::size_t>(0, 70));
  for (Hash& hash : path) random.fill(hash);
  Hash a, b;
  random.fill(a);
  random.fill(b);
  RC_ASSERT(!verify_inclusion(index, size, a, path, b));
  RC_ASSERT(!verify_consistency(index, size, a, b, path));
}

// The draft's definition (section 4.4.1), with the leaves at hand.
std::vector<Hash> subtree_proof(std::size_t start, std::size_t end, std::span<const Hash> d, bool whole) {
  if (start == 0 && end == d.size()) return whole ? std::vector<Hash>{} : std::vector<Hash>{mth(d)};
  const std::size_t k = std::bit_floor(d.size() - 1);
  std::vector<Hash> proof;
  if (end <= k) {
    proof = subtree_proof(start, end, d.first(k), whole);
    proof.push_back(mth(d.subspan(k)));
  } else if (k <= start) {
    proof = subtree_proof(start - k, end - k, d.subspan(k), whole);
    proof.push_back(mth(d.first(k)));
  } else {  // a subtree that reaches over the split begins with the tree
    proof = subtree_proof(0, end - k, d.subspan(k), false);
    proof.push_back(mth(d.first(k)));
  }
  return proof;
}

TEST_F(Merkle, subtrees_are_those_of_the_definition_and_nothing_else_verifies) {
  constexpr std::size_t kSize = 34;
  const Hash elsewhere = leaf_hash(view("elsewhere"));
  int subtrees = 0;
  for (std::size_t n = 1; n <= kSize; ++n) {
    const auto tree = std::span(leaves).first(n);
    for (std::size_t start = 0; start < n; ++start)
      for (std::size_t end = start + 1; end <= n; ++end) {
        const bool valid = start % std::bit_ceil(end - start) == 0;
        ASSERT_EQ(is_subtree(start, end), valid);
        const Hash root = mth(tree.subspan(start, end - start));
        if (!valid) {
          ASSERT_FALSE(verify_subtree_consistency(start, end, n, root, roots[n], {}));
          continue;
        }
        ++subtrees;
        const auto proof = subtree_proof(start, end, tree, true);
        ASSERT_TRUE(verify_subtree_consistency(start, end, n, root, roots[n], proof)) << start << " " << end << " " << n;
        ASSERT_FALSE(verify_subtree_consistency(start, end, n, elsewhere, roots[n], proof)) << start << " " << end << " " << n;
        ASSERT_FALSE(verify_subtree_consistency(start, end, n, root, elsewhere, proof)) << start << " " << end << " " << n;
        for (std::size_t i = 0; i < proof.size(); ++i) {
          auto mutated = proof;
          mutated[i][(start + i) % 32] ^= static_cast<std::uint8_t>(1U << (i % 8));
          ASSERT_FALSE(verify_subtree_consistency(start, end, n, root, roots[n], mutated)) << start << " " << end << " " << n << " " << i;
          mutated = proof;
          mutated.erase(mutated.begin() + static_cast<std::ptrdiff_t>(i));
          ASSERT_FALSE(verify_subtree_consistency(start, end, n, root, roots[n], mutated)) << start << " " << end << " " << n << " " << i;
        }
        auto longer = proof;
        longer.push_back(roots[n]);
        ASSERT_FALSE(verify_subtree_consistency(start, end, n, root, roots[n], longer));
        // A subtree that begins with the tree is an older tree.
        if (start == 0) {
          ASSERT_EQ(proof, subproof(end, tree, true));
        }
        for (std::size_t index = start; index < end; ++index) {
          const auto path = path_of(index - start, tree.subspan(start, end - start));
          ASSERT_TRUE(verify_subtree_inclusion(index, start, end, leaves[index], path, root));
          ASSERT_FALSE(verify_subtree_inclusion(index + (end - start), start, end, leaves[index], path, root));
          ASSERT_FALSE(verify_subtree_inclusion(index, start, end, leaves[(index + 1) % kLargest], path, root));
        }
      }
  }
  EXPECT_GT(subtrees, 1000);
}

TEST(Subtrees, bounds_near_the_end_of_64_bits_are_judged_without_overflow) {
  constexpr std::uint64_t half = std::uint64_t{1} << 63, most = ~std::uint64_t{0};
  EXPECT_TRUE(is_subtree(0, most));
  EXPECT_TRUE(is_subtree(half, most));
  EXPECT_FALSE(is_subtree(1, half + 2));
  EXPECT_FALSE(is_subtree(1, most));
  EXPECT_FALSE(is_subtree(most, most));
  EXPECT_FALSE(is_subtree(most, 0));
  EXPECT_TRUE(is_subtree(most - 1, most));
  EXPECT_FALSE(verify_subtree_consistency(half, most, most, {}, {}, {}));
}

TEST(Consistency, from_nothing_only_nothing_follows) {
  const Hash other = sha256(view("other"));
  EXPECT_TRUE(verify_consistency(0, 0, empty_root(), empty_root(), {}));
  EXPECT_FALSE(verify_consistency(0, 0, other, other, {}));
  EXPECT_FALSE(verify_consistency(0, 0, empty_root(), empty_root(), std::vector<Hash>{other}));
  EXPECT_FALSE(verify_consistency(0, 5, empty_root(), other, {}));
}

// One kind of the transparency-dev vectors. Some "hashes" there are not 32 bytes. Our types can't hold them, so the program refuses them where it parses.
// An absent one (no bytes) is refused so here too. Text such as "don't care 1" gets a stand-in, a hash that is equal when the texts are, so that the
// function itself judges the rest of the vector.
struct MerkleTally {
  int judged = 0, agreed = 0, accepted = 0, absent = 0, with_stand_in = 0, accepted_with_stand_in = 0;
};

MerkleTally judge_merkle(const std::string& directory, const std::function<bool(const json::object&, const std::function<Hash(const char*)>&, std::span<const Hash>)>& verify) {
  MerkleTally tally;
  for (const auto& path : test::files_below(directory)) {
    const json::object object = parse_json(test::read_file(path)).value().as_object();
    bool stand_in = false, absent = false;
    const auto hash_of = [&](const json::value& value) {
      const Bytes bytes = from_base64(std::string_view(value.as_string())).value();
      if (const auto hash = to_hash(bytes)) return *hash;
      (bytes.empty() ? absent : stand_in) = true;
      return sha256({view("stands for what is no hash"), bytes});
    };
    const auto member = [&](const char* key) { return hash_of(object.at(key)); };
    std::vector<Hash> proof;
    if (const auto* list = object.at("proof").if_array())
      for (const auto& item : *list) proof.push_back(hash_of(item));
    const bool accepts = verify(object, member, proof) && !absent;
    const bool agrees = accepts != object.at("wantErr").as_bool();
    ++tally.judged;
    tally.agreed += agrees;
    tally.accepted += accepts;
    tally.absent += absent;
    tally.with_stand_in += stand_in;
    tally.accepted_with_stand_in += stand_in && accepts;
    EXPECT_TRUE(agrees) << path << ": " << object.at("desc").as_string();
  }
  std::printf("  %s: %d of %d agree, %d of them accepted; %d have no hash, %d a text for one\n", directory.substr(directory.rfind("merkle/")).c_str(), tally.agreed, tally.judged, tally.accepted, tally.absent, tally.with_stand_in);
  return tally;
}

std::uint64_t number(const json::object& object, const char* key) { return object.at(key).to_number<std::uint64_t>(); }

TEST(MerkleVectors, transparency_dev_inclusion) {
  OYER_NEED_VECTORS("merkle/testdata/inclusion");
  const MerkleTally tally = judge_merkle(vectors, [](const json::object& one, const auto& hash, auto proof) {
    const Hash leaf = hash("leafHash"), root = hash("root");
    return verify_inclusion(number(one, "leafIdx"), number(one, "treeSize"), leaf, proof, root);
  });
  EXPECT_EQ(tally.judged, 98);
  EXPECT_EQ(tally.agreed, 98);
  EXPECT_EQ(tally.accepted, 6);
  EXPECT_EQ(tally.absent, 21);
  EXPECT_EQ(tally.with_stand_in, 5);
  EXPECT_EQ(tally.accepted_with_stand_in, 0);
}

TEST(MerkleVectors, transparency_dev_consistency) {
  OYER_NEED_VECTORS("merkle/testdata/consistency");
  const MerkleTally tally = judge_merkle(vectors, [](const json::object& one, const auto& hash, auto proof) {
    const Hash old_root = hash("root1"), new_root = hash("root2");
    return verify_consistency(number(one, "size1"), number(one, "size2"), old_root, new_root, proof);
  });
  EXPECT_EQ(tally.judged, 98);
  EXPECT_EQ(tally.agreed, 98);
  EXPECT_EQ(tally.accepted, 6);
  EXPECT_EQ(tally.absent, 8);
  EXPECT_EQ(tally.with_stand_in, 19);
  // Two trees of one leaf with the same text for a root: it wants them to be consistent. The program can't be asked so: text is no root to it.
  EXPECT_EQ(tally.accepted_with_stand_in, 1);
}

TEST(MerkleVectors, transparency_dev_subtree_inclusion) {
  OYER_NEED_VECTORS("merkle/testdata/subtreeinclusion");
  const MerkleTally tally = judge_merkle(vectors, [](const json::object& one, const auto& hash, auto proof) {
    const Hash leaf = hash("leafHash"), root = hash("root");
    return verify_subtree_inclusion(number(one, "leafIdx"), number(one, "start"), number(one, "end"), leaf, proof, root);
  });
  EXPECT_EQ(tally.judged, 204);
  EXPECT_EQ(tally.agreed, 204);
  EXPECT_EQ(tally.accepted, 12);
  EXPECT_EQ(tally.absent, 42);
  EXPECT_EQ(tally.with_stand_in, 10);
  EXPECT_EQ(tally.accepted_with_stand_in, 0);
}

TEST(MerkleVectors, transparency_dev_subtree_consistency) {
  OYER_NEED_VECTORS("merkle/testdata/subtreeconsistency");
  const MerkleTally tally = judge_merkle(vectors, [](const json::object& one, const auto& hash, auto proof) {
    const Hash subtree_root = hash("root1"), root = hash("root2");
    return verify_subtree_consistency(number(one, "start"), number(one, "end"), number(one, "size"), subtree_root, root, proof);
  });
  EXPECT_EQ(tally.judged, 118);
  EXPECT_EQ(tally.agreed, 118);
  EXPECT_EQ(tally.accepted, 12);
  EXPECT_EQ(tally.absent, 8);
  EXPECT_EQ(tally.with_stand_in, 28);
  EXPECT_EQ(tally.accepted_with_stand_in, 3);
}

}  // namespace
}  // namespace oyer::seal
