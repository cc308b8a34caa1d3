// SPDX-License-Identifier: GPL-3.0-or-later
// Full text over renditions, page by page, in the projection's own encrypted file. One index per compartment, so that nothing outside
// a reader's clearance is counted or ranked. Derived: what is not indexed yet is told by comparing with the renditions.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "casefile/sqlite.h"

namespace oyer::search {

struct Hit {
  std::string rendition;
  std::string exhibit;
  std::int64_t page = 0;
  std::int64_t score_thousandths = 0;  // BM25 (k1 1.2, b 0.75), higher is better
};

class Index {
 public:
  // Registers the tokenizer and ranking on this connection and makes the tables where they are missing.
  static Result<Index> open(casefile::Database& database);

  // Renditions that are in the projection but not in the index, in the journal's order.
  Result<std::vector<std::string>> missing();

  struct Page {
    std::int64_t number = 1;
    std::string text;
  };
  Result<void> add(const std::string& rendition, const std::string& exhibit, const std::vector<Page>& pages);

  // Words are joined by AND; "…" is a phrase; a trailing * is a prefix; OR and NOT between words. Errors: usage (nothing to look for).
  Result<std::vector<Hit>> find(const std::string& query, std::size_t limit);
  Result<std::int64_t> pages();

 private:
  explicit Index(casefile::Database& database) : database_(&database) {}
  casefile::Database* database_;
};

// The stretch of `text` that holds most of the query's words and phrases, and where they stand in it (byte offsets).
struct Snippet {
  std::string text;
  std::vector<std::pair<std::size_t, std::size_t>> marks;
};
Snippet snippet(std::string_view text, const std::string& query, std::size_t width = 160);

}  // namespace oyer::search
