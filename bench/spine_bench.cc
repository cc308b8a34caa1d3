// SPDX-License-Identifier: GPL-3.0-or-later
// The spine's own speed: appending, rebuilding, hashing, taking apart text. bench/run.py runs it and writes bench/RESULTS.md.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>

#include "casefile/case.h"
#include "seal/hash.h"
#include "seal/redaction_tree.h"
#include "text/analyser.h"
#include "weigh/weigh.h"

namespace {

using namespace oyer;

constexpr std::size_t kSubmission = 50;

struct Made {
  std::string directory;
  casefile::CaseKeys keys;
};

Made make_case(const std::string& name) {
  Made made;
  made.directory = std::filesystem::temp_directory_path().string() + "/oyer-bench-" + name + "-" + std::to_string(::getpid());
  std::filesystem::remove_all(made.directory);
  casefile::NewCase options;
  options.title = "bench";
  options.secret.key_file = Hash{};
  options.config_directory = made.directory + "-config";
  made.keys = *casefile::Case::create(real_disk(), made.directory, options);
  std::filesystem::remove_all(options.config_directory);
  return made;
}

// Claims of about 400 bytes, as people write them.
std::vector<casefile::Draft> claims(const std::string& source, std::size_t count, std::size_t from) {
  std::vector<casefile::Draft> drafts;
  for (std::size_t i = 0; i < count; ++i)
    drafts.push_back({"claim.add/1",
                      {{"text", "Prisoner number " + std::to_string(from + i) + " was taken from the second hall in the morning and came back in the evening with wounds on both arms."},
                       {"asserter", source},
                       {"position", "eyewitness"},
                       {"support", json::array()},
                       {"when", json::object{{"first", "2008-03"}, {"last", "2008-05"}, {"precise", false}}}},
                      {},
                      {},
                      ""});
  return drafts;
}

// A case with `entries` case-tier claims in submissions of 50, made once for each size.
const Made& filled_case(std::size_t entries) {
  static std::map<std::size_t, Made> made;
  if (const auto it = made.find(entries); it != made.end()) return it->second;
  Made fresh = make_case("rebuild-" + std::to_string(entries));
  auto opened = *casefile::Case::open(real_disk(), fresh.directory, fresh.keys, true);
  const auto source = opened->append("bench", {{"source.add/1", {{"label", "W"}, {"kind", "person"}, {"held", true}}, {}, {}, ""}}, false)->front();
  // Straight to the store in batches of 100 submissions: the bench is of reading, not of 2,000 syncs.
  std::vector<Bytes> batch;
  for (std::size_t at = 0; at < entries; at += kSubmission) {
    seal::SubmissionContext context{opened->info().id, opened->store().journal().log().name, "base", "bench", random_bytes(system_random(), 16), 0, false, false};
    seal::SubmissionBuilder builder(context, system_random());
    for (auto& draft : claims(source, kSubmission, at)) (void)builder.add(draft.type, draft.data);
    auto made_entries = *builder.finish(*fresh.keys.actor, [&](ByteView plaintext) { return opened->store().seal_segment(plaintext); });
    batch.insert(batch.end(), made_entries.begin(), made_entries.end());
    if (batch.size() > 5000) {
      (void)opened->store().append(batch);
      batch.clear();
    }
  }
  if (!batch.empty()) (void)opened->store().append(batch);
  (void)opened->store().publish();
  return made[entries] = fresh;
}

void rebuild(benchmark::State& state) {
  const auto entries = static_cast<std::size_t>(state.range(0));
  const Made& made = filled_case(entries);
  auto opened = *casefile::Case::open(real_disk(), made.directory, made.keys, false);
  const std::string path = made.directory + "/derived/bench.db";
  for (auto _ : state) {
    state.PauseTiming();
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
    state.ResumeTiming();
    auto fresh = *casefile::Projection::open(path, opened->store().derive("oyer/projection/1"));
    const auto report = fresh->apply(opened->store());
    if (!report || report->entries < entries) state.SkipWithError("not rebuilt");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(entries));
}
BENCHMARK(rebuild)->Arg(100000)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond)->Iterations(3)->Repetitions(3)->ReportAggregatesOnly(true);

void append_submissions(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  const Made made = make_case("append-" + std::to_string(size));
  auto opened = *casefile::Case::open(real_disk(), made.directory, made.keys, true);
  const auto source = opened->append("bench", {{"source.add/1", {{"label", "W"}, {"kind", "person"}, {"held", true}}, {}, {}, ""}}, false)->front();
  std::size_t done = 0;
  for (auto _ : state) {
    const auto ids = opened->append("bench", claims(source, size, done), false);
    if (!ids) state.SkipWithError(ids.error().message.c_str());
    done += size;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(done));
  opened.reset();
  std::filesystem::remove_all(made.directory);
}
BENCHMARK(append_submissions)->Arg(1)->Arg(50)->Arg(1000)->UseRealTime()->Unit(benchmark::kMillisecond)->MinTime(1.0)->Repetitions(3)->ReportAggregatesOnly(true);

void sha256_of_64(benchmark::State& state) {
  const Bytes bytes(64, 7);
  for (auto _ : state) benchmark::DoNotOptimize(seal::sha256(bytes));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(sha256_of_64);

void redaction_root_of_10000_words(benchmark::State& state) {
  std::string text;
  for (int i = 0; i < 10000; ++i) text += "word" + std::to_string(i) + " ";
  Hash secret{};
  for (auto _ : state) benchmark::DoNotOptimize(seal::redaction_root(secret, seal::with_dummies(secret, seal::redaction_tokens(1, text))));
}
BENCHMARK(redaction_root_of_10000_words)->Unit(benchmark::kMillisecond);

void analyse_mixed_text(benchmark::State& state) {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += i % 3 == 0 ? "형제복지원에서 " : i % 3 == 1 ? "prisoners " : "الشهادة ";
  std::size_t terms = 0;
  for (auto _ : state)
    text::analyse(text, [&](const text::Term&) {
      ++terms;
      return true;
    });
  state.SetItemsProcessed(static_cast<std::int64_t>(terms));
}
BENCHMARK(analyse_mixed_text)->Unit(benchmark::kMillisecond);

void weigh_100000_sources(benchmark::State& state) {
  SeededRandom random(1);
  std::vector<weigh::Source> sources;
  for (int i = 0; i < 100000; ++i) {
    weigh::Source source{"s" + std::to_string(i), "L" + std::to_string(i), {}, ""};
    if (i > 1000 && random.next() % 2 == 0) source.derives_from.push_back("s" + std::to_string(random.next() % 1000));
    sources.push_back(std::move(source));
  }
  for (auto _ : state) benchmark::DoNotOptimize(weigh::Graph::create(sources, {}, {}));
}
BENCHMARK(weigh_100000_sources)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
