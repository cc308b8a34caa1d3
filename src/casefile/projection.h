// SPDX-License-Identifier: GPL-3.0-or-later
// The tables of a case: a pure function of the journal and of the keys held. One Projection per thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "casefile/sqlite.h"
#include "seal/store.h"

namespace oyer::casefile {

struct ApplyReport {
  std::uint64_t entries = 0;  // applied (open, or opened with the keys held)
  std::uint64_t closed = 0;   // left closed: no key
  std::uint64_t unknown = 0;  // of a type this program does not know: the case is read-only
  std::string unknown_type;
};

class Projection {
 public:
  static Result<std::unique_ptr<Projection>> open(const std::string& path, const std::optional<Hash>& key);
  static Result<std::unique_ptr<Projection>> in_memory();

  // Brings the tables up to the journal's end: replays the tail, or everything when what was applied is not a prefix of this journal.
  // Checks every commitment, and with `check_signatures` every submission's root and signature. Errors: damaged, naming the entry.
  Result<ApplyReport> apply(const seal::Store& store, bool check_signatures = false);

  // The canonical dump (docs/formats/casefile.md), line by line; `tier` empty for all.
  Result<void> dump(std::string_view tier, const std::function<void(const std::string&)>& line);

  std::uint64_t applied() const { return applied_; }
  const ApplyReport& total() const { return total_; }
  Database& database() { return *database_; }

 private:
  Projection(std::string path, const std::optional<Hash>& key) : path_(std::move(path)), key_(key) {}
  Result<void> connect();
  Result<void> prepare();
  Result<void> start_anew();  // an empty projection: the old file is deleted, not emptied
  Result<void> load_meta();
  Result<int> read_meta();
  Result<void> save_meta(const Hash& root);
  struct Pending;
  struct Sealed;
  struct Row;
  struct Opened;
  struct Inserts;
  static Result<void> walk(const seal::Store& store, std::uint64_t from, const std::function<Result<void>(Sealed&)>& take);
  static Result<void> walk_ahead(const seal::Store& store, std::uint64_t from, bool check_signatures, const std::function<Result<void>(Opened&)>& take);
  static Result<Sealed> unseal(const seal::Store& store, const Pending& pending);
  static Result<Opened> parse(const Sealed& submission, bool check_signatures);
  static Result<void> insert(Inserts& inserts, const Opened& opened, ApplyReport& report);

  std::string path_;  // empty: in memory
  std::optional<Hash> key_;
  std::unique_ptr<Database> database_;
  std::uint64_t applied_ = 0;
  std::string applied_root_;
  ApplyReport total_;
};

}  // namespace oyer::casefile
