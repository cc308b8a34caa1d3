// SPDX-License-Identifier: GPL-3.0-or-later
#include "casefile/sqlite.h"

#include <sqlite3.h>

#include <utility>

namespace oyer::casefile {
namespace {

tl::unexpected<Error> failure(sqlite3* handle, int code) {
  const std::string what = handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  switch (code & 0xFF) {
    case SQLITE_FULL:
    case SQLITE_IOERR: return fail(ErrorCode::damaged, "The projection can't be written (" + what + ").", "Free some space; the record itself is safe, and `oyer rebuild` makes the projection anew.");
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY: return fail(ErrorCode::damaged, "The projection can't be opened for writing (" + what + ").", "Copy the case to a writable medium; the record itself is safe.");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return fail(ErrorCode::damaged, "The projection is damaged or was made with another key (" + what + ").", "Delete the folder derived/ in the case; the next command makes it anew, and nothing of the record is lost.");
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return fail(ErrorCode::refused, "The projection is in use by another process.", "Try again when it has finished.");
    default: return fail(ErrorCode::internal, "SQLite: " + what + ".");
  }
}

}  // namespace

Statement::~Statement() { sqlite3_finalize(handle_); }

Statement& Statement::bind(int index, std::string_view text) {
  sqlite3_bind_text(handle_, index, text.data() == nullptr ? "" : text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  return *this;
}

Statement& Statement::bind(int index, std::int64_t number) {
  sqlite3_bind_int64(handle_, index, number);
  return *this;
}

Statement& Statement::bind_null(int index) {
  sqlite3_bind_null(handle_, index);
  return *this;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  auto error = failure(sqlite3_db_handle(handle_), code);
  sqlite3_reset(handle_);
  return error;
}

Result<void> Statement::run() {
  while (TRY(step())) {}
  reset();
  return {};
}

void Statement::reset() { sqlite3_reset(handle_); }
std::string Statement::text(int column) const { return std::string(text_view(column)); }

std::string_view Statement::text_view(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
  return data == nullptr ? std::string_view{} : std::string_view(data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column)));
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_, column); }
bool Statement::is_null(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }

Result<std::unique_ptr<Database>> Database::open(const std::string& path, const std::optional<Hash>& key) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW, nullptr);
  std::unique_ptr<Database> database(new Database(handle));
  if (code != SQLITE_OK) return failure(handle, code);
  sqlite3_busy_timeout(handle, 10000);
  if (key) TRY(database->run("PRAGMA cipher='chacha20'; PRAGMA key='raw:" + hex(*key) + "'"));
  TRY(database->run("PRAGMA temp_store=MEMORY; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536; SELECT count(*) FROM sqlite_master"));
  return database;
}

Result<std::unique_ptr<Database>> Database::in_memory() {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(":memory:", &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  std::unique_ptr<Database> database(new Database(handle));
  if (code != SQLITE_OK) return failure(handle, code);
  return database;
}

Database::~Database() { sqlite3_close_v2(handle_); }

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(handle_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) return failure(handle_, code);
  return Statement(statement);
}

Result<void> Database::run(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(handle_, code);
  return {};
}

Result<Transaction> Transaction::begin(Database& database) {
  TRY(database.run("BEGIN IMMEDIATE"));
  return Transaction(database);
}

Transaction::~Transaction() {
  if (database_ != nullptr) (void)database_->run("ROLLBACK");
}

Result<void> Transaction::commit() {
  Database* database = std::exchange(database_, nullptr);
  return database->run("COMMIT");
}

}  // namespace oyer::casefile
