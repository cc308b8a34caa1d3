// SPDX-License-Identifier: GPL-3.0-or-later
// Small RAII over SQLite. Not thread-safe: one Database per thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace oyer::casefile {

class Statement {
 public:
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  Statement(Statement&& other) noexcept : handle_(other.handle_) { other.handle_ = nullptr; }
  ~Statement();

  // Parameters from 1. Text must live until the next step.
  Statement& bind(int index, std::string_view text);
  Statement& bind(int index, std::int64_t number);
  Statement& bind_null(int index);

  // True while there is a row. Errors: damaged (disk full, corrupt), internal.
  Result<bool> step();
  // Runs to the end and makes it ready again.
  Result<void> run();
  void reset();

  std::string text(int column) const;
  std::string_view text_view(int column) const;  // until the next step
  std::int64_t integer(int column) const;
  bool is_null(int column) const;

 private:
  friend class Database;
  explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}
  sqlite3_stmt* handle_;
};

class Database {
 public:
  // `key`: 32 bytes, or none for a plain file. Errors: damaged (not ours, wrong key, corrupt).
  static Result<std::unique_ptr<Database>> open(const std::string& path, const std::optional<Hash>& key);
  static Result<std::unique_ptr<Database>> in_memory();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  Result<Statement> prepare(std::string_view sql);
  Result<void> run(const std::string& sql);  // one or more statements without results
  sqlite3* handle() { return handle_; }

 private:
  explicit Database(sqlite3* handle) : handle_(handle) {}
  sqlite3* handle_;
};

// Rolls back unless committed.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept : database_(other.database_) { other.database_ = nullptr; }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  Result<void> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace oyer::casefile
