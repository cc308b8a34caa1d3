// SPDX-License-Identifier: GPL-3.0-or-later
// Questions to the projection. Every one takes a Reader: what is outside its clearance does not exist for it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "casefile/sqlite.h"

namespace oyer::casefile {

enum class Clearance { open, case_tier, person };

// Who asks. The only compartment so far is the base one; a further one becomes a list here.
struct Reader {
  Clearance clearance = Clearance::case_tier;
};

struct Thing {
  std::string id, kind, type, tier, label, actor, act, time;
  std::int64_t place = 0;  // index in the log
  json::object data;
};

class Query {
 public:
  Query(Database& database, Reader reader) : database_(&database), reader_(reader) {}

  // A whole id, a unique prefix of one, or for some kinds the label ("W-01"). Errors: not_found (with a near miss), usage (ambiguous).
  Result<Thing> find(const std::string& text, const std::string& kind = {});
  Result<Thing> get(const std::string& id);
  // In the log's order; superseded ones are left out unless asked for. `kind` empty: all.
  Result<std::vector<Thing>> list(const std::string& kind, bool with_superseded = false);
  // Things that point to `target` by `relation` ("" for any), in the log's order.
  Result<std::vector<Thing>> pointing_to(const std::string& target, const std::string& relation = {});
  Result<std::vector<std::pair<std::string, std::string>>> edges_from(const std::string& source);  // relation, target
  Result<std::vector<std::string>> superseded_by(const std::string& target);
  // All versions of one thing, itself among them: what it supersedes and what supersedes it, directly or not. Sorted.
  Result<std::vector<std::string>> versions(const std::string& id);
  // What stands for it now: itself, or the one entry at the end of what supersedes it. Errors: check_failed (two entries supersede it).
  Result<std::string> standing(const std::string& id);
  // The shortest unique prefix, at least five characters after the hyphen.
  Result<std::string> short_id(const std::string& id);
  Result<std::int64_t> count(const std::string& kind);

 private:
  std::string tiers(const char* table) const;
  Result<std::vector<Thing>> read(Statement& statement);
  Database* database_;
  Reader reader_;
};

}  // namespace oyer::casefile
