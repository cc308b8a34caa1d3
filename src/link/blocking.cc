// SPDX-License-Identifier: GPL-3.0-or-later
// Every record has atoms: the consonant skeleton of each word (in whatever column, so that given and family names may change places), its dates,
// its years (as two overlapping pairs of years, so that neighbours meet), its numbers. Records meet that share a rare atom, or two atoms
// of any sort. A block that is too large is not compared in full: its records, which are in the order of their values, meet only their
// next few neighbours in it. So the work is linear however often one name occurs; what that loses, a block of a rarer pair of atoms
// finds, unless two records agree in nothing but what is common. Keys are worked off in shares, so that only one share is in memory.
#include "link/blocking.h"

#include <algorithm>
#include <string_view>

#include "link/parallel.h"

namespace oyer::link {
namespace {

constexpr std::size_t kSingleLimit = 25;  // largest block compared in full: one atom
constexpr std::size_t kPairLimit = 120;   // and two
constexpr std::size_t kNeighbours = 6;    // beyond that
constexpr std::size_t kAtomLimit = 16;    // per record
constexpr std::size_t kKeysAtOnce = 1U << 24;
constexpr std::uint32_t kDistinctEnough = 30;  // values of a number that make it worth an atom

std::uint64_t mix(std::uint64_t x) {  // SplitMix64
  x += 0x9E3779B97F4A7C15U;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31);
}

std::uint64_t hash(std::string_view text, std::uint64_t seed) {
  std::uint64_t h = mix(seed);
  for (char c : text) h = mix(h ^ static_cast<unsigned char>(c));
  return h;
}

struct Atoms {
  std::vector<std::vector<std::uint64_t>> of_value;  // per code
};

struct Key {
  std::uint64_t hash;
  std::uint32_t record;
  bool pair;
};

std::vector<std::uint64_t> atoms_of(const Value& value, const Encoded& field, std::size_t number) {
  std::vector<std::uint64_t> out;
  if (value.text.empty()) return out;
  constexpr std::uint64_t kWordTag = 1;  // shared by all columns of words
  constexpr std::uint64_t kOwnTag = 1000;
  switch (field.field.kind) {
    case Kind::name:
    case Kind::place:
    case Kind::text:
      for (const std::string& bones : text::skeletons(value.form)) out.push_back(hash(bones, kWordTag) | 1U);
      break;
    case Kind::date:
      if (value.day.day > 0) out.push_back(hash(value.text, kOwnTag + number) | 1U);
      [[fallthrough]];
    case Kind::year:
      // Even: an atom that never stands alone.
      if (value.day.year > 0)
        for (int half : {value.day.year / 2, (value.day.year + 1) / 2 + 100000}) out.push_back(mix(static_cast<std::uint64_t>(half) + (number << 32)) & ~std::uint64_t{1});
      break;
    case Kind::number:
    case Kind::code:
      if (field.values.size() > kDistinctEnough) out.push_back(hash(value.text, kOwnTag + number) | 1U);
      break;
    case Kind::sex:
    case Kind::category: break;
  }
  return out;
}

void emit_block(const std::vector<Key>& keys, std::size_t begin, std::size_t end, std::vector<RecordPair>& out) {
  const std::size_t size = end - begin;
  const std::size_t reach = size <= (keys[begin].pair ? kPairLimit : kSingleLimit) ? size : kNeighbours;
  for (std::size_t i = begin; i < end; ++i)
    for (std::size_t j = i + 1; j < end && j - i <= reach; ++j)
      if (keys[i].record != keys[j].record) out.push_back(RecordPair{keys[i].record} << 32 | keys[j].record);
}

void sort_unique(std::vector<RecordPair>& pairs) {
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
}

}  // namespace

std::vector<RecordPair> candidates(const Records& records, unsigned threads) {
  const std::size_t n = records.size();
  std::vector<Atoms> fields(records.fields.size());
  for (std::size_t f = 0; f < fields.size(); ++f) {
    const Encoded& field = records.fields[f];
    fields[f].of_value.resize(field.values.size());
    parallel_for(threads, field.values.size(), [&](std::size_t begin, std::size_t end) {
      for (std::size_t v = begin; v < end; ++v) fields[f].of_value[v] = atoms_of(field.values[v], field, f);
    });
  }
  const auto record_atoms = [&](std::size_t record, std::vector<std::uint64_t>& atoms) {
    atoms.clear();
    for (std::size_t f = 0; f < fields.size(); ++f) {
      const auto& own = fields[f].of_value[records.fields[f].code[record]];
      atoms.insert(atoms.end(), own.begin(), own.end());
    }
    std::sort(atoms.begin(), atoms.end());
    atoms.erase(std::unique(atoms.begin(), atoms.end()), atoms.end());
    if (atoms.size() > kAtomLimit) atoms.resize(kAtomLimit);
  };
  const std::size_t shares = std::max<std::size_t>(1, n * 60 / kKeysAtOnce);
  std::vector<RecordPair> out;
  for (std::size_t share = 0; share < shares; ++share) {
    std::vector<Key> keys;
    std::vector<std::uint64_t> atoms;
    const auto add = [&](std::uint64_t key, std::size_t record, bool pair) {
      if (shares == 1 || key % shares == share) keys.push_back({key, static_cast<std::uint32_t>(record), pair});
    };
    for (std::size_t record = 0; record < n; ++record) {
      record_atoms(record, atoms);
      for (std::size_t i = 0; i < atoms.size(); ++i) {
        if ((atoms[i] & 1U) != 0) add(atoms[i], record, false);
        for (std::size_t j = i + 1; j < atoms.size(); ++j)
          if (((atoms[i] | atoms[j]) & 1U) != 0) add(mix(atoms[i] ^ mix(atoms[j])), record, true);
      }
    }
    std::sort(keys.begin(), keys.end(), [](const Key& a, const Key& b) { return a.hash != b.hash ? a.hash < b.hash : a.pair != b.pair ? a.pair < b.pair : a.record < b.record; });
    std::size_t settled = out.size();
    for (std::size_t begin = 0; begin < keys.size();) {
      std::size_t end = begin + 1;
      while (end < keys.size() && keys[end].hash == keys[begin].hash && keys[end].pair == keys[begin].pair) ++end;
      emit_block(keys, begin, end, out);
      begin = end;
      if (out.size() > 2 * settled + kKeysAtOnce) {
        sort_unique(out);
        settled = out.size();
      }
    }
    sort_unique(out);
  }
  return out;
}

}  // namespace oyer::link
