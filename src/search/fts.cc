// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/fts.h"

#include <sqlite3.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/utf8.h"
#include "text/analyser.h"

namespace oyer::search {
namespace {

int create_tokenizer(void*, const char**, int, Fts5Tokenizer** out) {
  static int shared = 0;  // the analyser has no state
  *out = reinterpret_cast<Fts5Tokenizer*>(&shared);
  return SQLITE_OK;
}

void delete_tokenizer(Fts5Tokenizer*) {}

int tokenize(Fts5Tokenizer*, void* context, int, const char* text, int length, int (*token)(void*, int, const char*, int, int, int)) {
  std::string_view bytes(text == nullptr ? "" : text, static_cast<std::size_t>(length));
  std::string repaired;
  if (!utf8::valid(bytes)) bytes = repaired = utf8::repair(bytes);
  int code = SQLITE_OK;
  text::analyse(bytes, [&](const text::Term& term) {
    code = token(context, 0, term.text.data(), static_cast<int>(term.text.size()), static_cast<int>(term.start), static_cast<int>(term.end));
    return code == SQLITE_OK;
  });
  return code;
}

struct Weights {
  double average_length = 1;
  std::vector<double> idf;
};

// Okapi BM25 (Robertson and Zaragoza 2009) over phrases, our own so that every back end ranks alike.
void bm25(const Fts5ExtensionApi* api, Fts5Context* fts, sqlite3_context* result, int, sqlite3_value**) {
  constexpr double kK1 = 1.2;
  constexpr double kB = 0.75;
  auto* weights = static_cast<Weights*>(api->xGetAuxdata(fts, 0));
  const int phrases = api->xPhraseCount(fts);
  if (weights == nullptr) {
    weights = new Weights;
    sqlite3_int64 rows = 0, tokens = 0;
    api->xRowCount(fts, &rows);
    api->xColumnTotalSize(fts, -1, &tokens);
    weights->average_length = rows > 0 ? std::max(1.0, static_cast<double>(tokens) / static_cast<double>(rows)) : 1;
    for (int i = 0; i < phrases; ++i) {
      sqlite3_int64 with = 0;
      api->xQueryPhrase(fts, i, &with, [](const Fts5ExtensionApi*, Fts5Context*, void* count) {
        ++*static_cast<sqlite3_int64*>(count);
        return SQLITE_OK;
      });
      const double n = static_cast<double>(with);
      weights->idf.push_back(std::log(1 + (static_cast<double>(rows) - n + 0.5) / (n + 0.5)));
    }
    api->xSetAuxdata(fts, weights, [](void* data) { delete static_cast<Weights*>(data); });
  }
  std::vector<double> frequency(static_cast<std::size_t>(phrases), 0);
  int instances = 0, length = 0;
  api->xInstCount(fts, &instances);
  for (int i = 0; i < instances; ++i) {
    int phrase = 0, column = 0, offset = 0;
    if (api->xInst(fts, i, &phrase, &column, &offset) == SQLITE_OK) frequency[static_cast<std::size_t>(phrase)] += 1;
  }
  api->xColumnSize(fts, -1, &length);
  double score = 0;
  for (std::size_t i = 0; i < frequency.size(); ++i) score += weights->idf[i] * frequency[i] * (kK1 + 1) / (frequency[i] + kK1 * (1 - kB + kB * length / weights->average_length));
  sqlite3_result_double(result, score);
}

}  // namespace

Result<void> register_fts(casefile::Database& database) {
  fts5_api* api = nullptr;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database.handle(), "SELECT fts5(?1)", -1, &statement, nullptr) == SQLITE_OK) {
    sqlite3_bind_pointer(statement, 1, &api, "fts5_api_ptr", nullptr);
    sqlite3_step(statement);
  }
  sqlite3_finalize(statement);
  if (api == nullptr) return fail(ErrorCode::internal, "This SQLite has no FTS5.");
  fts5_tokenizer tokenizer{create_tokenizer, delete_tokenizer, tokenize};
  if (api->xCreateTokenizer(api, "oyer", nullptr, &tokenizer, nullptr) != SQLITE_OK || api->xCreateFunction(api, "oyer_bm25", nullptr, bm25, nullptr) != SQLITE_OK)
    return fail(ErrorCode::internal, "The analyser can't be registered with FTS5.");
  return {};
}

}  // namespace oyer::search
