// SPDX-License-Identifier: GPL-3.0-or-later
// The whole way: columns to fields, rows to records, pairs worth comparing, the model, groups. Everything is worked out on records, which are
// in the order of their values, and only at the end turned back into rows: that is what makes the order of the input not matter.
#include "link/link.h"

#include <algorithm>
#include <limits>

#include "link/blocking.h"
#include "link/cluster.h"
#include "link/fellegi_sunter.h"
#include "link/parallel.h"
#include "link/records.h"
#include "link/schema.h"

namespace oyer::link {
namespace {

Result<void> check(const std::vector<Source>& sources, const Options& options) {
  if (sources.empty()) return fail(ErrorCode::bad_input, "There is no table to link.", "Give one table to find duplicates in it, or several to link.");
  if (options.threshold != -1 && !(options.threshold > 0 && options.threshold <= 1)) return fail(ErrorCode::usage, "The threshold is a probability above 0 and up to 1.");
  std::uint64_t rows = 0;
  for (const Source& source : sources) rows += source.table.rows.size();
  if (rows < 2) return fail(ErrorCode::bad_input, rows == 0 ? "The tables have no rows." : "One row alone can't be linked.", "Give at least two rows.");
  if (rows >= std::numeric_limits<std::uint32_t>::max()) return fail(ErrorCode::bad_input, "There are more rows than one run can link (2^32).");
  return {};
}

std::vector<std::string> truth_of(const std::vector<Source>& sources, const std::string& column) {
  std::vector<std::string> out;
  for (const Source& source : sources) {
    const auto index = static_cast<std::size_t>(source.table.column(column));
    for (const auto& row : source.table.rows) {
      // A row without an entity is one of its own.
      out.push_back(row[index].empty() ? "\x1Frow " + std::to_string(out.size()) : row[index]);
    }
  }
  return out;
}

}  // namespace

Result<LinkResult> link(const std::vector<Source>& sources, const Options& options) {
  TRY(check(sources, options));
  const unsigned threads = thread_count(options.threads);
  const Records records = encode(sources, TRY(match_columns(sources, options)), threads);
  const std::vector<RecordPair> candidate = candidates(records, threads);
  const std::vector<Pattern> pattern = patterns_of(records, candidate, threads);
  LinkResult out;
  out.model = fit(records, candidate, pattern, threads);
  for (std::size_t f = 0; f < out.model.fields.size(); ++f)
    for (std::size_t s = 0; s < sources.size(); ++s) {
      const int column = records.fields[f].field.column[s];
      out.model.fields[f].columns.push_back(column < 0 ? "" : sources[s].table.header[static_cast<std::size_t>(column)]);
    }

  std::vector<double> weight(candidate.size());
  parallel_for(threads, candidate.size(), [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) weight[i] = weight_of(records, out.model, first_of(candidate[i]), second_of(candidate[i]), pattern[i]);
  });
  std::vector<ScoredPair> scored;
  std::vector<double> probabilities;
  for (std::size_t i = 0; i < candidate.size(); ++i) {
    const double p = probability_of(out.model, weight[i]);
    if (p < kPairFloor) continue;
    const std::uint32_t a = first_of(candidate[i]);
    const std::uint32_t b = second_of(candidate[i]);
    scored.push_back({a, b, p});
    probabilities.push_back(p);
    const auto [low, high] = std::minmax(records.first_row[a], records.first_row[b]);
    out.pairs.push_back({low, high, p, weight[i], pattern[i]});
  }
  // Rows equal in all fields: one group if that much agreement is enough, else each alone but for the first.
  std::vector<double> within(records.size(), 0);
  std::vector<double> within_weight(records.size(), 0);
  for (std::uint32_t r = 0; r < records.size(); ++r) {
    if (records.multiplicity[r] < 2) continue;
    within_weight[r] = weight_of(records, out.model, r, r, pattern_of(records, r, r));
    within[r] = probability_of(out.model, within_weight[r]);
    probabilities.insert(probabilities.end(), records.multiplicity[r] - 1, within[r]);
  }
  out.model.threshold = options.threshold > 0 ? options.threshold : best_threshold(std::move(probabilities));
  const Grouping grouping = group(records.size(), std::move(scored), out.model.threshold);

  std::vector<std::uint32_t> number(records.size(), 0);
  std::uint32_t next = 0;
  for (std::uint32_t row = 0; row < records.rows; ++row) {
    const std::uint32_t record = records.record_of[row];
    const bool first = records.first_row[record] == row;
    if (!first && within[record] >= kPairFloor) out.pairs.push_back({records.first_row[record], row, within[record], within_weight[record], pattern_of(records, record, record)});
    if (!first && within[record] < out.model.threshold) {
      out.cluster.push_back(++next);
      out.probability.push_back(1);
      continue;
    }
    std::uint32_t& id = number[grouping.group[record]];
    if (id == 0) id = ++next;
    out.cluster.push_back(id);
    const double joined = grouping.probability[record];
    out.probability.push_back(records.multiplicity[record] > 1 && within[record] >= out.model.threshold ? std::min(joined, within[record]) : joined);
  }
  std::sort(out.pairs.begin(), out.pairs.end(), [](const Pair& x, const Pair& y) { return x.a != y.a ? x.a < y.a : x.b < y.b; });
  if (!options.truth_column.empty()) out.metrics = evaluate(out.cluster, truth_of(sources, options.truth_column));
  return out;
}

}  // namespace oyer::link
