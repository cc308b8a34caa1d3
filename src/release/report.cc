// SPDX-License-Identifier: GPL-3.0-or-later
#include "release/report.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "base/subprocess.h"

namespace oyer::release {
namespace {

constexpr const char* kStyle =
    "body{font:16px/1.5 Georgia,'Noto Serif',serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}"
    "h1{font-size:1.7rem;line-height:1.2}h2{font-size:1.25rem;margin-top:2.2rem;border-bottom:1px solid #999}h3{font-size:1.05rem;margin-bottom:.3rem}"
    "blockquote{margin:.4rem 0 .4rem 1rem;padding-left:.8rem;border-left:3px solid #7a8899}.place{color:#444;font-size:.9rem}"
    ".verdict{font-weight:bold}.below{color:#8a1c1c}table{border-collapse:collapse;width:100%;font-size:.92rem}td,th{border:1px solid #bbb;padding:.3rem .5rem;text-align:left;vertical-align:top}td:first-child{white-space:nowrap}"
    ".note{background:#f4f1e8;padding:.5rem .8rem;font-size:.92rem}@media print{body{max-width:none}tr,blockquote{break-inside:avoid}h2,h3,.verdict{break-after:avoid}}";

void list(std::string& out, const std::vector<std::string>& items) {
  if (items.empty()) return;
  out += "<ul>";
  for (const auto& item : items) out += "<li>" + escape_html(item) + "</li>";
  out += "</ul>\n";
}

// A partial date as a reader takes it: "2007-03..2009-06" is how it is typed.
std::string dates(std::string text) {
  if (const std::size_t at = text.find(".."); at != std::string::npos) text.replace(at, 2, " to ");
  if (text.starts_with("~")) text.replace(0, 1, "about ");
  return text;
}

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (const auto& item : items) out += (out.empty() ? "" : ", ") + item;
  return out;
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out.push_back(c);
    }
  }
  return out;
}

std::string report_html(const Report& report) {
  int paragraph = 0;
  const auto number = [&] { return std::to_string(++paragraph) + ". "; };
  std::string out = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + escape_html(report.title) + "</title><style>" + kStyle + "</style></head><body>\n";
  out += "<h1>" + escape_html(report.title) + "</h1>\n<p>" + escape_html(report.made) + "</p>\n";
  out += "<h2>I. Mandate</h2>\n<p>" + number() + "Instrument: " + escape_html(report.instrument) + ". Territory: " + escape_html(report.territory) + ". Period: " + escape_html(dates(report.period)) +
         ". Standard of proof: " + escape_html(report.standard) + ".</p>\n";
  if (!report.questions.empty()) {
    out += "<p>" + number() + "The mandate asks:</p><ol>";
    for (const auto& question : report.questions) out += "<li>" + escape_html(question) + "</li>";
    out += "</ol>\n";
  }
  out += "<h2>II. Findings</h2>\n";
  for (const auto& finding : report.findings) {
    out += "<h3 id=\"" + escape_html(finding.label) + "\">" + escape_html(finding.label) + "</h3>\n<p>" + number() + escape_html(finding.text) + "</p>\n";
    out += "<p class=\"verdict" + std::string(finding.meets_policy ? "" : " below") + "\">" + (finding.meets_policy ? "Meets" : "Does not meet") + " the policy “" + escape_html(finding.policy) +
           "”: " + std::to_string(finding.sources.size()) + (finding.sources.size() == 1 ? " source, " : " sources, ") + std::to_string(finding.roots.size()) + (finding.roots.size() == 1 ? " independent root" : " independent roots") +
           " (" + escape_html(joined(finding.roots)) + ").</p>\n";
    list(out, finding.missing);
    list(out, finding.does_not_count);
    for (const auto& claim : finding.claims) {
      out += "<p>" + number() + escape_html(claim.text) + " <span class=\"place\">(" + escape_html(claim.asserter) + ", " + escape_html(claim.position) + (claim.when.empty() ? "" : ", " + escape_html(dates(claim.when))) + ")</span></p>\n";
      for (const auto& quote : claim.quotes) {
        if (!quote.withheld.empty()) {
          out += "<blockquote><em>Quotation withheld: " + escape_html(quote.withheld) + ".</em> <span class=\"place\">" + escape_html(quote.place) + "</span></blockquote>\n";
          continue;
        }
        out += "<blockquote dir=\"auto\">“" + escape_html(quote.text) + "”" + (quote.translation.empty() ? "" : "<br><em>" + escape_html(quote.translation) + "</em>") + " <span class=\"place\">" + escape_html(quote.place) +
               "</span></blockquote>\n";
      }
    }
    if (!finding.carried.empty()) {
      out += "<div class=\"note\"><strong>What the State said</strong>";
      list(out, finding.carried);
      out += "</div>\n";
    }
  }
  if (!report.unanswered.empty()) {
    out += "<h2>III. Questions that could not be answered</h2>\n";
    list(out, report.unanswered);
  }
  if (!report.numbers.empty()) {
    out += "<h2>IV. Figures</h2>\n";
    list(out, report.numbers);
  }
  if (!report.allegations.empty()) {
    out += "<h2>V. Right of reply</h2>\n<table><tr><th>No.</th><th>Allegation</th><th>Reply</th></tr>\n";
    for (const auto& allegation : report.allegations) out += "<tr><td>" + std::to_string(allegation.number) + "</td><td>" + escape_html(allegation.text) + "</td><td>" + escape_html(allegation.answer) + "</td></tr>\n";
    out += "</table>\n";
  }
  if (!report.record.empty()) {
    out += "<h2>VI. Measures taken</h2>\n<table><tr><th>Date</th><th>Body</th><th>Symbol</th><th>Outcome</th><th>What it did</th></tr>\n";
    for (const auto& measure : report.record)
      out += "<tr><td>" + escape_html(measure.date) + "</td><td>" + escape_html(measure.body) + "</td><td>" + escape_html(measure.symbol) + "</td><td>" + escape_html(measure.outcome) + "</td><td>" + escape_html(measure.text) +
             " <span class=\"place\">(" + escape_html(measure.source) + ")</span></td></tr>\n";
    out += "</table>\n";
  }
  return out + "</body></html>\n";
}

Result<Bytes> report_docx(const std::string& html) {
  const int memory = ::memfd_create("report", MFD_CLOEXEC);
  if (memory < 0 || ::write(memory, html.data(), html.size()) != static_cast<ssize_t>(html.size())) return fail(ErrorCode::damaged, "There is no memory to hand the report to pandoc.");
  ChildOptions options;
  options.input_descriptor = memory;
  auto child = run_child({"pandoc", "--from=html", "--to=docx", "--output=-", "/proc/self/fd/3"}, options);
  ::close(memory);
  if (!child) return fail(ErrorCode::not_found, "DOCX needs pandoc, which can't be started.", "Install pandoc, or build the report with --no-docx.");
  if (child->exit_code != 0) return fail(ErrorCode::internal, "pandoc could not make a DOCX: " + child->diagnostics.substr(0, 500));
  return std::move(child->output);
}

std::size_t word_count(const Report& report) {
  std::size_t count = 0;
  const auto add = [&](const std::string& text) {
    bool inside = false;
    for (char c : text) {
      const bool space = c == ' ' || c == '\n' || c == '\t';
      count += !space && !inside;
      inside = !space;
    }
  };
  for (const auto& finding : report.findings) {
    add(finding.text);
    for (const auto& claim : finding.claims) add(claim.text);
  }
  for (const auto& allegation : report.allegations) {
    add(allegation.text);
    add(allegation.answer);
  }
  for (const auto& sentence : report.numbers) add(sentence);
  return count;
}

}  // namespace oyer::release
