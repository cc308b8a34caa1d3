// SPDX-License-Identifier: GPL-3.0-or-later
// What parity costs, as one JSON object: CPU-seconds per GiB for writing it, for a scrub and for healing, and the space it takes.
//
//   bench_parity DIRECTORY MEBIBYTES   a store of packed blobs (2 to 64 KiB, a half) and large files (64 KiB to 8 MiB); DIRECTORY is emptied
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "base/clock.h"
#include "measure.h"
#include "seal/blob_store.h"
#include "seal/hash.h"
#include "seal/upkeep/parity.h"
#include "seal/upkeep/parity_set.h"
#include "seal/upkeep/scrub.h"

namespace {

using namespace oyer;
using Moment = std::chrono::steady_clock;
using bench::cpu_seconds;
using bench::need;

struct Cost {
  double cpu = 0, wall = 0;
};
template <typename Work>
Cost cost_of(const Work& work) {
  const double cpu = cpu_seconds();
  const auto start = Moment::now();
  work();
  return {cpu_seconds() - cpu, std::chrono::duration<double>(Moment::now() - start).count()};
}

std::uint64_t fill(const std::string& blobs, std::uint64_t wanted) {
  SeededRandom random(1);
  need(seal::BlobStore::create(real_disk(), blobs));
  const auto store = need(seal::BlobStore::open(real_disk(), blobs, true));
  std::uint64_t stored = 0;
  while (stored < wanted) {
    const bool small = stored < wanted / 2;
    const std::size_t size = small ? 2048 + random.next() % 63488 : 65537 + random.next() % (8U << 20);
    (void)need(store->put(random_bytes(random, size)));
    stored += size;
  }
  need(store->sync());
  return stored;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::fprintf(stderr, "bench_parity DIRECTORY MEBIBYTES\n");
    return 2;
  }
  const std::string directory = arguments[1], blobs = directory + "/blobs";
  std::filesystem::remove_all(directory);
  const std::uint64_t stored = fill(blobs, std::strtoull(arguments[2], nullptr, 10) << 20);
  const double gib = static_cast<double>(stored) / (1U << 30);

  seal::ParityReport written;
  const Cost writing = cost_of([&] { written = need(seal::write_parity(real_disk(), blobs, {})); });
  const seal::ParitySet set = need(seal::ParitySet::read(real_disk(), blobs + "/" + written.sets.at(0)));
  const Cost nothing_new = cost_of([&] { (void)need(seal::write_parity(real_disk(), blobs, {})); });
  seal::ScrubReport report;
  const Cost scrubbing = cost_of([&] { report = need(seal::scrub(real_disk(), directory, {}, {})); });
  // The code alone, on shards that lie in the cache.
  const seal::ReedSolomon code(set.k, set.m);
  const std::size_t shard = 4096;
  const Bytes data(shard * set.k, 7);
  std::vector<const std::uint8_t*> in;
  for (std::size_t i = 0; i < set.k; ++i) in.push_back(data.data() + i * shard);
  std::vector<Bytes> out(set.m);
  const Cost coding = cost_of([&] {
    for (int i = 0; i < 10000; ++i) code.encode(shard, in, out);
  });
  const Bytes plain(1U << 20, 7);
  const Cost hashing = cost_of([&] {
    for (int i = 0; i < 256; ++i) (void)seal::sha256(plain);
  });
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);  // the peak of all above; filling the store is part of it
  // A hole of 1 % in the first pack.
  const std::string pack = blobs + "/packs/000001.pack";
  const auto size = std::filesystem::file_size(pack);
  need(real_disk().overwrite(pack, size / 3, Bytes(size / 100)));
  seal::HealReport healed;
  const Cost healing = cost_of([&] { healed = need(seal::heal(real_disk(), blobs, [](std::uint64_t) { return Result<void>{}; })); });
  if (!report.sound() || healed.healed.size() != 1 || !healed.not_healed.empty()) {
    std::fprintf(stderr, "The figures mean nothing: the store was not sound, or was not healed.\n");
    return 1;
  }
  std::printf(
      "{\"gib\": %.3f, \"shard_kib\": %u, \"shards\": %zu, \"overhead_percent\": %.2f, \"write_cpu_s_per_gib\": %.3f, \"write_wall_s_per_gib\": %.3f, \"nothing_new_s\": %.4f, "
      "\"code_alone_cpu_s_per_gib\": %.3f, \"sha256_cpu_s_per_gib\": %.3f, \"scrub_cpu_s_per_gib\": %.3f, \"heal_cpu_s_per_gib\": %.3f, \"healed_shards\": %llu, \"peak_mib\": %ld}\n",
      gib, set.shard_size / 1024, set.data_hashes.size(), 100.0 * static_cast<double>(written.parity_bytes) / static_cast<double>(written.covered_bytes), writing.cpu / gib, writing.wall / gib, nothing_new.wall,
      coding.cpu / (10000.0 * static_cast<double>(data.size()) / (1U << 30)), hashing.cpu * 4, scrubbing.cpu / gib, healing.cpu / gib, static_cast<unsigned long long>(healed.healed[0].shards), usage.ru_maxrss / 1024);
  std::filesystem::remove_all(directory);
}
