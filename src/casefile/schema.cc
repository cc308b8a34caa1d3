// SPDX-License-Identifier: GPL-3.0-or-later
#include "casefile/schema.h"

namespace oyer::casefile {
namespace {

// submission: who signed, when (claimed), in which compartment. thing: one row per entry, whatever its type; `label` is the field by
// which people know it; `data` is the entry's data with protected values opened. edge: what it points to; its key is the
// entry's place * 4096 + the edge's number, so that an entry's edges are one range. supersession: what stands no
// more, and by whose tier. Rows are added and never changed.
constexpr Migration kMigrations[] = {
    {1, R"(
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE submission (place INTEGER PRIMARY KEY, actor TEXT NOT NULL, act TEXT NOT NULL, time TEXT NOT NULL, compartment TEXT NOT NULL, tier TEXT NOT NULL);
CREATE TABLE thing (place INTEGER PRIMARY KEY, submission BIGINT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, type TEXT NOT NULL, tier TEXT NOT NULL, label TEXT, data TEXT NOT NULL);
CREATE TABLE edge (key INTEGER PRIMARY KEY, relation TEXT NOT NULL, target TEXT NOT NULL, tier TEXT NOT NULL);
CREATE TABLE supersession (target TEXT NOT NULL, by_entry TEXT NOT NULL, tier TEXT NOT NULL, PRIMARY KEY (target, by_entry));
)"},
};

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

std::string_view index_sql() {
  return R"(
CREATE UNIQUE INDEX IF NOT EXISTS thing_id ON thing (id);
CREATE INDEX IF NOT EXISTS thing_label ON thing (label, kind) WHERE label IS NOT NULL;
CREATE INDEX IF NOT EXISTS thing_kind ON thing (kind, place);
CREATE INDEX IF NOT EXISTS edge_target ON edge (target, relation);
)";
}

}  // namespace oyer::casefile
