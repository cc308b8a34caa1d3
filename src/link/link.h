// SPDX-License-Identifier: GPL-3.0-or-later
// Record linkage without training data: which rows of one or more tables are about one person or thing. A pure function of its input: the same
// partition whatever the number of threads, the order of the rows or the names of the columns (but that equal names match columns of
// different tables). Re-entrant and thread-safe; no files, no clock, no chance.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/csv.h"
#include "base/json.h"
#include "base/result.h"
#include "link/metrics.h"

namespace oyer::link {

struct Source {
  std::string name;  // base name of the file, as it stands in the output
  Table table;
};

struct Options {
  double threshold = -1;                    // probability from which a pair is a link, in (0, 1]; -1: the model chooses
  std::string truth_column;                 // whose equal values are one entity; "" for none. The matcher never sees it
  std::vector<std::string> ignore_columns;  // by exact name, in every table that has them; the matcher never sees them
  unsigned threads = 0;                     // 0: as many as the machine has
};

enum class Kind { name, place, text, sex, category, date, year, number, code };
std::string_view kind_name(Kind kind);

// How alike two values are: 0 where one is missing, 1 where they differ, upwards to `levels - 1`, equal. Never more than seven.
struct FieldModel {
  std::string name;  // of the column (the first table's that has it)
  Kind kind = Kind::text;
  std::vector<std::string> columns;  // its name in each source, "" where absent
  int levels = 0;
  std::vector<double> m;  // P(level | same), by level, [0] unused
  std::vector<double> u;  // P(level | different)
};

struct Model {
  std::vector<FieldModel> fields;
  double prior = 0;      // share of all pairs of rows that are matches
  double threshold = 0;  // used
  int rounds = 0;        // of EM
  std::uint64_t rows = 0;
  std::uint64_t compared = 0;  // distinct pairs scored
};

struct Pair {
  std::uint32_t a = 0;  // global row numbers from 0, sources one after another; a < b
  std::uint32_t b = 0;
  double probability = 0;
  double weight = 0;          // bits of evidence for "same": log2 of the likelihood ratio
  std::uint64_t pattern = 0;  // three bits per field, the first field lowest
  int level(std::size_t field) const { return static_cast<int>(pattern >> (3 * field) & 7U); }
};

struct LinkResult {
  std::vector<std::uint32_t> cluster;  // per global row, from 1 in the order of first rows
  std::vector<double> probability;     // per global row: the weakest link that joined it to its cluster; 1 for a row alone
  std::vector<Pair> pairs;             // above kPairFloor, by a, then b; rows equal in every field are listed against the first of them
  Model model;
  std::optional<Metrics> metrics;  // with a truth column
};

inline constexpr double kPairFloor = 0.05;

// Errors: bad_input (no table, fewer than two rows, no column that could tell rows apart, more than 2^32 rows), not_found (a truth or ignored column
// that no table has), usage (a threshold outside (0, 1]).
Result<LinkResult> link(const std::vector<Source>& sources, const Options& options);

}  // namespace oyer::link
