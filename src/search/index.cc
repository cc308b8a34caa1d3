// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/index.h"

#include <algorithm>

#include "base/utf8.h"
#include "search/fts.h"
#include "text/analyser.h"

namespace oyer::search {
namespace {

// Tables of the base compartment; a further compartment gets tables of its own beside them.
constexpr const char* kTables = R"(
CREATE TABLE IF NOT EXISTS page_base (number INTEGER PRIMARY KEY, rendition TEXT NOT NULL, exhibit TEXT NOT NULL, page INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS indexed_base (rendition TEXT PRIMARY KEY);
CREATE VIRTUAL TABLE IF NOT EXISTS fts_base USING fts5(text, content='', contentless_delete=1, tokenize='oyer');
INSERT OR REPLACE INTO fts_base (fts_base, rank) VALUES ('secure-delete', 1);
)";

struct Piece {
  std::string text;
  bool prefix = false;
  bool is_operator = false;
};

std::vector<Piece> pieces_of(const std::string& query) {
  std::vector<Piece> out;
  std::size_t at = 0;
  while (at < query.size()) {
    if (query[at] == ' ' || query[at] == '\t' || query[at] == '\n') {
      ++at;
      continue;
    }
    Piece piece;
    if (query[at] == '"') {
      const std::size_t end = std::min(query.find('"', at + 1), query.size());
      piece.text = query.substr(at + 1, end - at - 1);
      at = std::min(end + 1, query.size());
    } else {
      const std::size_t end = std::min(query.find_first_of(" \t\n\"", at), query.size());
      piece.text = query.substr(at, end - at);
      at = end;
      piece.is_operator = piece.text == "OR" || piece.text == "NOT" || piece.text == "AND";
      if (piece.text.size() > 1 && piece.text.back() == '*') {
        piece.text.pop_back();
        piece.prefix = true;
      }
    }
    if (piece.is_operator || !text::terms_of(piece.text).empty()) out.push_back(std::move(piece));
  }
  return out;
}

// An FTS5 expression in which every word is a quoted string, so that no character of the query is syntax.
std::string expression_of(const std::vector<Piece>& pieces) {
  std::string out;
  bool need_operand = true;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const Piece& piece = pieces[i];
    if (piece.is_operator) {
      const bool between = !need_operand && i + 1 < pieces.size() && !pieces[i + 1].is_operator;
      if (between) out += " " + piece.text + " ";
      need_operand = need_operand || between;
      continue;
    }
    if (!need_operand) out += " AND ";
    out += "\"";
    for (char c : piece.text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    // One syllable of Hangul or Han finds every bigram that it begins.
    const auto terms = text::terms_of(piece.text);
    const bool lone_syllable = terms.size() == 1 && utf8::length(terms[0].text) == 1 && terms[0].text.size() >= 3;
    out += piece.prefix || lone_syllable ? "\" *" : "\"";
    need_operand = false;
  }
  return out;
}

}  // namespace

Result<Index> Index::open(casefile::Database& database) {
  TRY(register_fts(database));
  TRY(database.run(kTables));
  return Index(database);
}

Result<std::vector<std::string>> Index::missing() {
  std::vector<std::string> out;
  auto read = TRY(database_->prepare("SELECT id FROM thing WHERE kind = 'rn' AND id NOT IN (SELECT rendition FROM indexed_base) ORDER BY place"));
  while (TRY(read.step())) out.push_back(read.text(0));
  return out;
}

Result<void> Index::add(const std::string& rendition, const std::string& exhibit, const std::vector<Page>& pages) {
  auto transaction = TRY(casefile::Transaction::begin(*database_));
  {
    auto known = TRY(database_->prepare("SELECT 1 FROM indexed_base WHERE rendition = ?"));
    known.bind(1, rendition);
    if (TRY(known.step())) return {};  // another process was faster
    known.reset();
    auto place = TRY(database_->prepare("INSERT INTO page_base (rendition, exhibit, page) VALUES (?, ?, ?) RETURNING number"));
    auto terms = TRY(database_->prepare("INSERT INTO fts_base (rowid, text) VALUES (?, ?)"));
    for (const Page& page : pages) {
      place.bind(1, rendition).bind(2, exhibit).bind(3, page.number);
      TRY(place.step());
      const std::int64_t number = place.integer(0);
      place.reset();
      terms.bind(1, number).bind(2, page.text);
      TRY(terms.run());
    }
    auto done = TRY(database_->prepare("INSERT INTO indexed_base (rendition) VALUES (?)"));
    done.bind(1, rendition);
    TRY(done.run());
  }
  return transaction.commit();
}

Result<std::vector<Hit>> Index::find(const std::string& query, std::size_t limit) {
  const std::string expression = expression_of(pieces_of(query));
  if (expression.empty()) return fail(ErrorCode::usage, "There is no word to look for in “" + query + "”.", "Give a word, a “phrase” in quotation marks, or the beginning of a word with *.");
  auto read = TRY(database_->prepare(
      "SELECT p.rendition, p.exhibit, p.page, CAST(oyer_bm25(fts_base) * 1000 AS INTEGER) AS score FROM fts_base JOIN page_base p ON p.number = fts_base.rowid WHERE fts_base MATCH ? ORDER BY score DESC, p.number LIMIT ?"));
  read.bind(1, expression).bind(2, static_cast<std::int64_t>(limit));
  std::vector<Hit> hits;
  while (TRY(read.step())) hits.push_back({read.text(0), read.text(1), read.integer(2), read.integer(3)});
  return hits;
}

Result<std::int64_t> Index::pages() {
  auto read = TRY(database_->prepare("SELECT count(*) FROM page_base"));
  TRY(read.step());
  return read.integer(0);
}

Snippet snippet(std::string_view page, const std::string& query, std::size_t width) {
  // What is looked for: each word or phrase as its terms; what stands after NOT is not shown.
  struct Wanted {
    std::vector<text::Term> terms;
    bool prefix;
  };
  std::vector<Wanted> wanted;
  bool negated = false;
  for (const Piece& piece : pieces_of(query)) {
    if (piece.is_operator) {
      negated = piece.text == "NOT";
    } else {
      if (!negated) wanted.push_back({text::terms_of(piece.text), piece.prefix});
      negated = false;
    }
  }
  struct Place {
    std::size_t start, end, piece;
  };
  const std::vector<text::Term> terms = text::terms_of(page);
  std::vector<Place> places;
  for (std::size_t i = 0; i < terms.size(); ++i)
    for (std::size_t p = 0; p < wanted.size(); ++p) {
      const auto& phrase = wanted[p].terms;
      if (phrase.size() > terms.size() - i) continue;
      const auto fits = [&](std::size_t k) {
        const bool beginning = k + 1 == phrase.size() && (wanted[p].prefix || (phrase.size() == 1 && utf8::length(phrase[k].text) == 1));
        return beginning ? terms[i + k].text.starts_with(phrase[k].text) : terms[i + k].text == phrase[k].text;
      };
      std::size_t same = 0;
      while (same < phrase.size() && fits(same)) ++same;
      if (same == phrase.size()) places.push_back({terms[i].start, terms[i + same - 1].end, p});
    }
  // The stretch that holds most of the words; the first of such.
  const std::size_t room = width - width / 3;
  std::size_t best = 0, most = 0;
  for (std::size_t i = 0; i < places.size(); ++i) {
    std::vector<bool> held(wanted.size(), false);
    for (std::size_t k = i; k < places.size() && places[k].end <= places[i].start + room; ++k) held[places[k].piece] = true;
    const auto count = static_cast<std::size_t>(std::count(held.begin(), held.end(), true));
    if (count > most) {
      most = count;
      best = i;
    }
  }
  std::vector<std::pair<std::size_t, std::size_t>> found;
  for (const Place& place : places) {
    if (!found.empty() && place.start <= found.back().second)
      found.back().second = std::max(found.back().second, place.end);
    else
      found.emplace_back(place.start, place.end);
  }
  const auto is_boundary = [&](std::size_t i) { return i >= page.size() || (static_cast<unsigned char>(page[i]) & 0xC0) != 0x80; };
  std::size_t from = 0;
  if (!places.empty() && places[best].start > width / 3) from = places[best].start - width / 3;
  while (!is_boundary(from)) --from;
  std::size_t to = std::min(page.size(), std::max(from + width, places.empty() ? 0 : places[best].end));
  while (!is_boundary(to)) ++to;
  Snippet out;
  out.text = std::string(page.substr(from, to - from));
  std::replace_if(
      out.text.begin(), out.text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  for (const auto& [start, end] : found)
    if (start >= from && end <= to) out.marks.emplace_back(start - from, end - from);
  return out;
}

}  // namespace oyer::search
