// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/upkeep/parity_set.h"

#include <isa-l/erasure_code.h>

#include <algorithm>
#include <bit>

#include "seal/hash.h"

namespace oyer::seal {
namespace {

constexpr std::string_view kMagic{"oyer-par/1\n\0\0\0\0\0", 16};
constexpr std::string_view kEndMagic = "oyer-par";
constexpr std::size_t kFixedHead = 16 + 8 + 4 + 2 + 2 + 4 + 4;
constexpr std::size_t kEnd = 16;
constexpr std::size_t kMostOpen = 64;  // files at a time
constexpr std::uint64_t kFewShards = 1000;

std::uint64_t shards_in(std::uint64_t length, std::uint32_t shard_size) { return (length + shard_size - 1) / shard_size; }

std::uint64_t header_size(const std::vector<ParityRange>& ranges, std::uint64_t shards, std::uint64_t parity_shards) {
  std::uint64_t size = kFixedHead + 32 * (shards + parity_shards) + 32;
  for (const ParityRange& range : ranges) size += 2 + range.path.size() + 16;
  return size;
}

}  // namespace

ParitySet ParitySet::plan(std::vector<ParityRange> ranges, std::uint32_t shard_size, std::uint16_t data_per_group, std::uint16_t parity_per_group) {
  ParitySet set;
  set.shard_size = shard_size;
  set.k = data_per_group;
  set.m = parity_per_group;
  set.ranges = std::move(ranges);
  std::uint64_t shards = 0;
  for (ParityRange& range : set.ranges) {
    range.first_shard = shards;
    shards += shards_in(range.length, shard_size);
  }
  set.data_hashes.resize(shards);
  set.parity_hashes.resize(set.groups() * set.m);
  return set;
}

std::uint32_t ParitySet::fitting_shard_size(const std::vector<ParityRange>& ranges) {
  std::uint64_t total = 0;
  for (const ParityRange& range : ranges) total += range.length;
  for (std::uint32_t size = kLargestShard; size > kSmallestShard; size /= 2) {
    std::uint64_t shards = 0;
    for (const ParityRange& range : ranges) shards += shards_in(range.length, size);
    if (shards >= kFewShards && shards * size <= total + total / 8) return size;
  }
  return kSmallestShard;
}

Bytes ParitySet::header() const {
  Bytes out;
  append(out, view(kMagic));
  put_u64(out, header_size(ranges, data_hashes.size(), parity_hashes.size()));
  put_u32(out, shard_size);
  put_u16(out, k);
  put_u16(out, m);
  put_u32(out, static_cast<std::uint32_t>(ranges.size()));
  put_u32(out, static_cast<std::uint32_t>(data_hashes.size()));
  for (const ParityRange& range : ranges) {
    put_u16(out, static_cast<std::uint16_t>(range.path.size()));
    append(out, view(range.path));
    put_u64(out, range.offset);
    put_u64(out, range.length);
  }
  for (const Hash& hash : data_hashes) append(out, hash);
  for (const Hash& hash : parity_hashes) append(out, hash);
  append(out, sha256(out));
  return out;
}

std::optional<ParitySet> ParitySet::parse(ByteView header) {
  if (header.size() < kFixedHead + 32 || text_of(header.first(16)) != kMagic || get_u64(&header[16]) != header.size()) return std::nullopt;
  if (!std::ranges::equal(sha256(header.first(header.size() - 32)), header.last(32))) return std::nullopt;
  const std::uint32_t shard_size = get_u32(&header[24]);
  const std::uint16_t data = get_u16(&header[28]), parity = get_u16(&header[30]);
  const std::uint32_t count = get_u32(&header[32]), shards = get_u32(&header[36]);
  if (!std::has_single_bit(shard_size) || shard_size < kSmallestShard || shard_size > kLargestShard || data == 0 || parity == 0 || data + parity > 255 || shards == 0) return std::nullopt;
  std::vector<ParityRange> ranges;
  std::size_t at = kFixedHead;
  std::uint64_t expected = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (header.size() - at < 2) return std::nullopt;
    const std::size_t length = get_u16(&header[at]);
    if (header.size() - at < 2 + length + 16) return std::nullopt;
    ParityRange range;
    range.path = text_of(header.subspan(at + 2, length));
    range.offset = get_u64(&header[at + 2 + length]);
    range.length = get_u64(&header[at + 10 + length]);
    // Nothing else is ever read or written in the name of a set.
    if (!is_pack_path(range.path) && !is_large_path(range.path)) return std::nullopt;
    if (range.length == 0 || range.length > (std::uint64_t{1} << 52) || range.offset > (std::uint64_t{1} << 52)) return std::nullopt;
    expected += shards_in(range.length, shard_size);
    ranges.push_back(std::move(range));
    at += 2 + length + 16;
  }
  if (expected != shards) return std::nullopt;
  ParitySet set = plan(std::move(ranges), shard_size, data, parity);
  if (header_size(set.ranges, set.data_hashes.size(), set.parity_hashes.size()) != header.size()) return std::nullopt;
  for (auto* hashes : {&set.data_hashes, &set.parity_hashes})
    for (Hash& hash : *hashes) {
      std::copy_n(header.begin() + static_cast<std::ptrdiff_t>(at), 32, hash.begin());
      at += 32;
    }
  return set;
}

Result<ParitySet> ParitySet::read(const Disk& disk, const std::string& path) {
  const auto file = TRY(disk.open(path));
  const auto copy = [&](std::uint64_t at, std::uint64_t length) -> Bytes {
    constexpr std::uint64_t kLargestHeader = std::uint64_t{256} << 20;  // a damaged length asks for no more memory than this
    if (at > file->size() || length > file->size() - at || length > kLargestHeader) return {};
    auto bytes = file->read(at, static_cast<std::size_t>(length));
    return bytes ? *std::move(bytes) : Bytes{};
  };
  const Bytes start = copy(0, kFixedHead);
  const Bytes front = start.empty() ? Bytes{} : copy(0, get_u64(&start[16]));
  const Bytes end = file->size() < kEnd ? Bytes{} : copy(file->size() - kEnd, kEnd);
  Bytes rear;
  if (end.size() == kEnd && text_of(ByteView(end).last(8)) == kEndMagic && get_u64(end.data()) <= file->size() - kEnd) rear = copy(file->size() - kEnd - get_u64(end.data()), get_u64(end.data()));
  auto set = parse(front);
  const bool front_fits = set.has_value();
  const bool rear_fits = parse(rear).has_value();
  if (!set) set = parse(rear);
  if (!set) return fail(ErrorCode::damaged, path + " is damaged: neither copy of its header fits.", "Delete it and write parity anew; no evidence is lost.");
  if (!front_fits)
    set->header_fault = path + " is damaged in the first copy of its header.";
  else if (!rear_fits || rear != front)
    set->header_fault = path + " is damaged in the second copy of its header.";
  else if (file->size() != set->file_size())
    set->header_fault = path + " does not have the length that its header tells.";
  return *std::move(set);
}

ShardPlace ParitySet::place(std::uint64_t shard) const {
  const auto after = std::upper_bound(ranges.begin(), ranges.end(), shard, [](std::uint64_t wanted, const ParityRange& range) { return wanted < range.first_shard; });
  ShardPlace out;
  out.range = static_cast<std::size_t>(after - ranges.begin()) - 1;
  const ParityRange& range = ranges[out.range];
  const std::uint64_t within = (shard - range.first_shard) * shard_size;
  out.offset = range.offset + within;
  out.length = static_cast<std::size_t>(std::min<std::uint64_t>(shard_size, range.length - within));
  return out;
}

std::uint64_t ParitySet::offset_of_parity(std::uint64_t index) const { return header_size(ranges, data_hashes.size(), parity_hashes.size()) + index * shard_size; }

std::uint64_t ParitySet::file_size() const { return offset_of_parity(parity_hashes.size()) + header_size(ranges, data_hashes.size(), parity_hashes.size()) + kEnd; }

const ReadFile* ShardReader::file(const std::string& path) {
  if (const auto it = open_.find(path); it != open_.end()) return it->second.get();
  if (open_.size() >= kMostOpen) open_.clear();
  auto opened = disk_.open(path);
  auto& slot = open_[path];  // a missing one is remembered too
  if (opened) slot = *std::move(opened);
  return slot.get();
}

Result<std::optional<Bytes>> ShardReader::read(const ParitySet& set, std::uint64_t shard) {
  const ShardPlace place = set.place(shard);
  const ReadFile* source = file(blobs_ + "/" + set.ranges[place.range].path);
  if (source == nullptr || source->size() < place.offset + place.length) return std::nullopt;
  auto bytes = source->read(place.offset, place.length);
  TRY(paced_(place.length));
  if (!bytes || bytes->size() != place.length) return std::nullopt;
  bytes->resize(set.shard_size, 0);
  return *std::move(bytes);
}

Result<std::optional<Bytes>> ShardReader::read_parity(const ParitySet& set, const std::string& set_path, std::uint64_t index) {
  const ReadFile* source = file(set_path);
  if (source == nullptr) return std::nullopt;
  auto bytes = source->read(set.offset_of_parity(index), set.shard_size);
  TRY(paced_(set.shard_size));
  if (!bytes || bytes->size() != set.shard_size) return std::nullopt;
  return *std::move(bytes);
}

ReedSolomon::ReedSolomon(std::size_t k, std::size_t m) : k_(k), m_(m), matrix_((k + m) * k), tables_(32 * k * m) {
  gf_gen_cauchy1_matrix(matrix_.data(), static_cast<int>(k + m), static_cast<int>(k));
  ec_init_tables(static_cast<int>(k), static_cast<int>(m), &matrix_[k * k], tables_.data());
}

void ReedSolomon::encode(std::size_t length, const std::vector<const std::uint8_t*>& data, std::vector<Bytes>& parity) const {
  const Bytes zeros(length);
  std::vector<unsigned char*> in, out;
  for (const std::uint8_t* shard : data) in.push_back(const_cast<unsigned char*>(shard != nullptr ? shard : zeros.data()));  // only read
  for (Bytes& shard : parity) {
    shard.resize(length);
    out.push_back(shard.data());
  }
  // Its tables outlive the call; they are only read.
  ec_encode_data(static_cast<int>(length), static_cast<int>(k_), static_cast<int>(m_), const_cast<unsigned char*>(tables_.data()), in.data(), out.data());
}

std::optional<Bytes> ReedSolomon::decode(std::size_t length, const std::vector<std::pair<std::size_t, const std::uint8_t*>>& sources, std::size_t wanted) const {
  if (sources.size() != k_ || wanted >= k_) return std::nullopt;
  std::vector<std::uint8_t> rows, inverse(k_ * k_), tables(32 * k_);
  std::vector<unsigned char*> in;
  for (const auto& [number, shard] : sources) {
    rows.insert(rows.end(), matrix_.begin() + static_cast<std::ptrdiff_t>(number * k_), matrix_.begin() + static_cast<std::ptrdiff_t>((number + 1) * k_));
    in.push_back(const_cast<unsigned char*>(shard));
  }
  if (gf_invert_matrix(rows.data(), inverse.data(), static_cast<int>(k_)) != 0) return std::nullopt;
  ec_init_tables(static_cast<int>(k_), 1, &inverse[wanted * k_], tables.data());
  Bytes out(length);
  unsigned char* target = out.data();
  ec_encode_data(static_cast<int>(length), static_cast<int>(k_), 1, tables.data(), in.data(), &target);
  return out;
}

}  // namespace oyer::seal
