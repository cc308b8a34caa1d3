// SPDX-License-Identifier: GPL-3.0-or-later
#include "casefile/schema.h"

namespace oyer::casefile {
namespace {

// thing: one row per entry, whatever its type; `label` is the field by which people know it; `data` is the entry's data with protected
// values opened. edge: what it points to. supersession: what stands no more, and by whose tier. Rows are added and never changed.
constexpr Migration kMigrations[] = {
    {1, R"(
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE thing (place BIGINT PRIMARY KEY, id TEXT NOT NULL, kind TEXT NOT NULL, type TEXT NOT NULL, tier TEXT NOT NULL, compartment TEXT NOT NULL, label TEXT, actor TEXT NOT NULL, act TEXT NOT NULL, time TEXT NOT NULL, data TEXT NOT NULL);
CREATE TABLE edge (place BIGINT NOT NULL, number INTEGER NOT NULL, source TEXT NOT NULL, relation TEXT NOT NULL, target TEXT NOT NULL, tier TEXT NOT NULL, PRIMARY KEY (place, number));
CREATE TABLE supersession (target TEXT NOT NULL, by_entry TEXT NOT NULL, tier TEXT NOT NULL, PRIMARY KEY (target, by_entry));
)"},
};

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

std::string_view index_sql() {
  return R"(
CREATE UNIQUE INDEX IF NOT EXISTS thing_id ON thing (id);
CREATE INDEX IF NOT EXISTS thing_label ON thing (kind, label);
CREATE INDEX IF NOT EXISTS edge_source ON edge (source, relation);
CREATE INDEX IF NOT EXISTS edge_target ON edge (target, relation);
)";
}

}  // namespace oyer::casefile
