// SPDX-License-Identifier: GPL-3.0-or-later
// The seal room's own speed, as one JSON object a run. bench/seal.py runs it beside its peers.
//
//   bench_seal append DIRECTORY SUBMISSION THREADS ENTRIES   case tier, through seal::Appender
//   bench_seal journal DIRECTORY ENTRIES                     Journal::append of open entries of 400 bytes, 10,000 a batch
//   bench_seal log DIRECTORY ENTRIES                         a log to audit: append, publish, audit_journal, inclusion proofs
//   bench_seal ingest DIRECTORY FILE...                      Store::put_stream of each, then one durable append
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "measure.h"
#include "seal/appender.h"
#include "seal/journal_audit.h"
#include "seal/store.h"

namespace {

using namespace oyer;
using Moment = std::chrono::steady_clock;
using bench::cpu_seconds;
using bench::need;

double since(Moment::time_point start) { return std::chrono::duration<double>(Moment::now() - start).count(); }

struct Made {
  seal::SigningKey log{Hash{7}};
  seal::SigningKey actor{Hash{8}};
  std::unique_ptr<seal::Store> store;
};

Made make(const std::string& directory) {
  Made made;
  std::filesystem::remove_all(directory);
  const std::string origin = "log.oyer.invalid/bench";
  need(seal::Journal::create(real_disk(), directory + "/journal", seal::VerifierKey{origin, made.log.public_key()}));
  need(seal::BlobStore::create(real_disk(), directory + "/blobs"));
  need(seal::HeaderStore::create(real_disk(), directory + "/vault"));
  made.store = need(seal::Store::open(real_disk(), directory, base64url(Bytes(16, 1)), true));
  seal::KeyRing keys;
  keys.add(seal::age::Identity::generate(system_random()));
  made.store->unlock(std::move(keys));
  made.store->set_log_key(made.log);
  return made;
}

// A submission of claims whose bodies are 400 bytes long.
seal::SubmissionBatch submission(const Made& made, std::size_t size) {
  seal::SubmissionContext context{made.store->case_id(), "log.oyer.invalid/bench", "base", "bench", Bytes(16, 2), 1700000000, false, false};
  seal::SubmissionBuilder builder(context, system_random());
  for (std::size_t i = 0; i < size; ++i) (void)need(builder.add("claim.add/1", {{"asserter", std::string(43, 'a')}, {"position", "eyewitness"}, {"support", json::array()}, {"text", std::string(168, 'x')}}));
  seal::SubmissionBatch out;
  out.entries = need(builder.finish_batch(made.actor, [&](ByteView plaintext) -> Result<Hash> {
    out.blobs.push_back(TRY(made.store->seal(plaintext)));
    return out.blobs.back().ref.address;
  }));
  return out;
}

void append(const std::string& directory, std::size_t size, std::size_t threads, std::size_t entries) {
  Made made = make(directory);
  seal::Appender appender(*made.store);
  std::vector<std::vector<double>> waits(threads);
  const double cpu = cpu_seconds();
  const auto start = Moment::now();
  std::vector<std::thread> callers;
  for (auto& wait : waits)
    callers.emplace_back([&] {
      for (std::size_t done = 0; done < entries / threads; done += size) {
        const auto begun = Moment::now();  // building, sealing and signing count too
        (void)need(appender.append_batch(submission(made, size)));
        wait.push_back(since(begun) * 1000);
      }
    });
  for (auto& caller : callers) caller.join();
  const double wall = since(start);
  std::vector<double> all;
  for (const auto& wait : waits) all.insert(all.end(), wait.begin(), wait.end());
  std::sort(all.begin(), all.end());
  const auto count = static_cast<double>(all.size() * size);
  std::printf("{\"rate\": %.0f, \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"cpu_us_per_entry\": %.2f, \"submissions_per_round\": %.2f}\n", count / wall, all[all.size() / 2], all[all.size() * 99 / 100], (cpu_seconds() - cpu) / count * 1e6,
              static_cast<double>(all.size()) / static_cast<double>(appender.rounds()));
}

double fill(seal::Journal& journal, std::size_t entries) {
  std::vector<Bytes> batch(10000, Bytes(400, 'e'));
  double wall = 0;
  for (std::size_t done = 0; done < entries; done += batch.size()) {
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const std::string number = std::to_string(done + i);
      std::copy(number.begin(), number.end(), batch[i].begin());
    }
    const auto start = Moment::now();
    (void)need(journal.append(batch));
    wall += since(start);
  }
  return wall;
}

double signatures_per_second() {
  const seal::SigningKey key{Hash{9}};
  const Bytes message(600, 'm');  // about a closing body
  const seal::Signature signature = key.sign(message);
  constexpr int kCount = 5000;
  const double cpu = cpu_seconds();
  for (int i = 0; i < kCount; ++i)
    if (!seal::verify_signature(key.public_key(), message, signature)) std::exit(1);
  return kCount / (cpu_seconds() - cpu);
}

void log(const std::string& directory, std::size_t entries) {
  // In a process of its own, so that the peak of memory below is the audit's.
  if (const pid_t writer = ::fork(); writer == 0) {
    Made made = make(directory);
    (void)fill(made.store->journal(), entries);
    (void)need(made.store->publish());
    std::_Exit(0);
  } else {
    int status = 1;
    if (writer < 0 || ::waitpid(writer, &status, 0) != writer || status != 0) std::exit(1);
  }
  std::size_t faults = 0;
  const double cpu = cpu_seconds();
  auto start = Moment::now();
  const auto audit = need(seal::audit_journal(real_disk(), directory + "/journal", [&](const std::string& sentence) {
    std::fprintf(stderr, "%s\n", sentence.c_str());
    ++faults;
  }));
  const double wall = since(start);
  const double audit_cpu = cpu_seconds() - cpu;
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  SeededRandom random(1);
  std::vector<double> cold;
  std::vector<double> warm;
  std::unique_ptr<seal::Journal> journal;
  for (int i = 0; i < 200; ++i) {
    const std::uint64_t index = random.next() % audit.size;
    journal = need(seal::Journal::open(real_disk(), directory + "/journal", false));  // its tile cache is empty
    for (auto* times : {&cold, &warm}) {
      start = Moment::now();
      (void)need(journal->prove_inclusion(index, audit.size));
      times->push_back(since(start) * 1000);
    }
  }
  std::sort(cold.begin(), cold.end());
  std::sort(warm.begin(), warm.end());
  std::printf("{\"audit_s\": %.3f, \"audit_cpu_s\": %.3f, \"audit_peak_mib\": %ld, \"faults\": %zu, \"entries\": %llu, \"proof_cold_ms\": %.4f, \"proof_cold_p99_ms\": %.4f, \"proof_warm_ms\": %.4f, \"signatures_per_s\": %.0f}\n", wall,
              audit_cpu, usage.ru_maxrss / 1024, faults, static_cast<unsigned long long>(audit.size), cold[100], cold[198], warm[100], signatures_per_second());
}

void ingest(const std::string& directory, std::span<char*> files) {
  Made made = make(directory);
  std::uint64_t bytes = 0;
  for (const char* name : files) {
    const auto file = need(real_disk().open(name));
    std::uint64_t at = 0;
    const auto ref = need(made.store->put_stream(
        [&](std::span<std::uint8_t> out) -> Result<std::size_t> {
          const std::size_t got = TRY(file->read_into(at, out));
          at += got;
          return got;
        },
        false));
    bytes += ref.size;
  }
  auto last = submission(made, 1);
  for (const auto& blob : last.blobs) need(made.store->place(blob));
  (void)need(made.store->append_batch(last.entries));
  std::printf("{\"bytes\": %llu}\n", static_cast<unsigned long long>(bytes));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 2 ? argv[1] : "";
  const auto number = [&](int i) { return i < argc ? static_cast<std::size_t>(std::strtoull(argv[i], nullptr, 10)) : std::size_t{1}; };
  if (what == "append" && argc == 6) {
    append(argv[2], number(3), number(4), number(5));
  } else if (what == "journal" && argc == 4) {
    Made made = make(argv[2]);
    const double cpu = cpu_seconds();
    const double wall = fill(made.store->journal(), number(3));
    std::printf("{\"rate\": %.0f, \"cpu_us_per_entry\": %.2f}\n", static_cast<double>(number(3)) / wall, (cpu_seconds() - cpu) / static_cast<double>(number(3)) * 1e6);
  } else if (what == "log" && argc == 4) {
    log(argv[2], number(3));
  } else if (what == "ingest" && argc >= 4) {
    ingest(argv[2], std::span(argv + 3, static_cast<std::size_t>(argc - 3)));
  } else {
    std::fprintf(stderr, "See the head of bench/seal_bench.cc for how it is called.\n");
    return 2;
  }
  return 0;
}
