// SPDX-License-Identifier: GPL-3.0-or-later
#include "link/write.h"

#include <fmt/format.h>

#include <algorithm>

namespace oyer::link {
namespace {

struct Place {
  std::size_t source = 0;
  std::uint64_t row = 0;  // from 1
};

// Where global rows stand.
class Places {
 public:
  explicit Places(const std::vector<Source>& sources) {
    std::uint64_t start = 0;
    for (const Source& source : sources) {
      starts_.push_back(start);
      start += source.table.rows.size();
    }
  }
  Place of(std::uint64_t row) const {
    const auto after = std::upper_bound(starts_.begin(), starts_.end(), row);
    const auto source = static_cast<std::size_t>(after - starts_.begin()) - 1;
    return {source, row - starts_[source] + 1};
  }

 private:
  std::vector<std::uint64_t> starts_;
};

json::array numbers(const std::vector<double>& values) {
  json::array out;
  for (std::size_t i = 1; i < values.size(); ++i) out.emplace_back(values[i]);
  return out;
}

json::object score_json(const Score& score) { return {{"precision", score.precision}, {"recall", score.recall}, {"f1", score.f1}}; }

}  // namespace

std::string clusters_csv(const std::vector<Source>& sources, const LinkResult& result) {
  const Places places(sources);
  std::string out = "source,row,cluster,probability\n";
  for (std::size_t row = 0; row < result.cluster.size(); ++row) {
    const Place place = places.of(row);
    write_csv_row(out, {sources[place.source].name, std::to_string(place.row), std::to_string(result.cluster[row]), fmt::format("{:.4f}", result.probability[row])});
  }
  return out;
}

std::string pairs_csv(const std::vector<Source>& sources, const LinkResult& result) {
  const Places places(sources);
  std::string out;
  std::vector<std::string> fields = {"source_a", "row_a", "source_b", "row_b", "probability", "weight"};
  for (const FieldModel& field : result.model.fields) fields.push_back(field.name);
  write_csv_row(out, fields);
  for (const Pair& pair : result.pairs) {
    const Place a = places.of(pair.a);
    const Place b = places.of(pair.b);
    fields = {sources[a.source].name, std::to_string(a.row), sources[b.source].name, std::to_string(b.row), fmt::format("{:.4f}", pair.probability), fmt::format("{:.4f}", pair.weight)};
    for (std::size_t f = 0; f < result.model.fields.size(); ++f) fields.push_back(std::to_string(pair.level(f)));
    write_csv_row(out, fields);
  }
  return out;
}

json::object model_json(const std::vector<Source>& sources, const LinkResult& result) {
  json::object out;
  json::array names;
  for (const Source& source : sources) names.emplace_back(json::object{{"source", source.name}, {"rows", source.table.rows.size()}});
  out["sources"] = std::move(names);
  json::array fields;
  for (const FieldModel& field : result.model.fields) {
    json::array columns;
    for (const std::string& column : field.columns) column.empty() ? columns.emplace_back(nullptr) : columns.emplace_back(column);
    fields.emplace_back(json::object{{"name", field.name}, {"kind", kind_name(field.kind)}, {"columns", std::move(columns)}, {"m", numbers(field.m)}, {"u", numbers(field.u)}});
  }
  out["fields"] = std::move(fields);
  out["prior"] = result.model.prior;
  out["threshold"] = result.model.threshold;
  out["rounds"] = result.model.rounds;
  out["rows"] = result.model.rows;
  out["compared"] = result.model.compared;
  out["clusters"] = result.cluster.empty() ? 0U : *std::max_element(result.cluster.begin(), result.cluster.end());
  if (result.metrics) out["metrics"] = json::object{{"pairwise", score_json(result.metrics->pairwise)}, {"b_cubed", score_json(result.metrics->b_cubed)}};
  return out;
}

}  // namespace oyer::link
