// SPDX-License-Identifier: GPL-3.0-or-later
// The report as a document: plain data in, one self-contained HTML page out. It prints what it is given and decides nothing.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace oyer::release {

struct ReportQuote {
  std::string place;  // "W-01, 00:21" or "LANTERN, p. 3"
  std::string text;   // empty when withheld
  std::string translation;
  std::string withheld;  // why
};

struct ReportClaim {
  std::string text;
  std::string asserter;
  std::string position;
  std::string when;
  std::vector<ReportQuote> quotes;
};

struct ReportFinding {
  std::string label;
  std::string text;
  std::string question;
  bool meets_policy = false;
  std::string policy;
  std::vector<std::string> sources, roots, counts, does_not_count, missing, carried;
  std::vector<ReportClaim> claims;
};

struct ReportAllegation {
  std::int64_t number = 0;
  std::string text;
  std::string answer;  // "silence", or what was said
};

struct ReportMeasure {
  std::string date, body, symbol, outcome, text, source;
};

struct Report {
  std::string title;
  std::string instrument, territory, period, standard;
  std::vector<std::string> questions;
  std::vector<std::string> unanswered;  // questions without a finding that meets policy
  std::vector<ReportFinding> findings;
  std::vector<ReportAllegation> allegations;
  std::vector<ReportMeasure> record;
  std::vector<std::string> numbers;  // sentences with figures, each with unit, denominator and caution
  std::string made;                  // date
};

std::string report_html(const Report& report);
std::string escape_html(std::string_view text);

// DOCX by pandoc, from the same HTML. Error: not_found when pandoc is not installed.
Result<Bytes> report_docx(const std::string& html);

std::size_t word_count(const Report& report);

}  // namespace oyer::release
