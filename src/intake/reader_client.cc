// SPDX-License-Identifier: GPL-3.0-or-later
#include "intake/reader_client.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>

#include "base/subprocess.h"
#include "base/utf8.h"

namespace oyer::intake {
namespace {

constexpr std::size_t kLargestFrame = 16U << 20;
constexpr std::size_t kMostPages = 20000;
constexpr std::size_t kHead = 9;
constexpr std::array<std::string_view, 5> kKinds = {"text", "ocr", "transcript", "translation", "correction"};

tl::unexpected<Error> broken(const std::string& what) { return fail(ErrorCode::bad_input, "The reader broke its protocol: " + what + "."); }

// Rows of integers [start, end, …] with ordered, in-range offsets.
bool rows_fit(const json::array& rows, std::size_t width, std::int64_t length) {
  for (const auto& row : rows) {
    const auto* numbers = row.if_array();
    if (numbers == nullptr || numbers->size() != width) return false;
    for (const auto& number : *numbers)
      if (!number.is_int64() || number.get_int64() < -100'000'000 || number.get_int64() > 1'000'000'000) return false;
    if ((*numbers)[0].get_int64() < 0 || (*numbers)[0].get_int64() > (*numbers)[1].get_int64() || (*numbers)[1].get_int64() > length) return false;
  }
  return true;
}

Result<json::object> checked_page(const json::value& value, std::int64_t after) {
  const auto* page = value.if_object();
  if (page == nullptr) return broken("a page is not an object");
  const auto number = get_integer(*page, "n");
  const auto* text = page->if_contains("text");
  if (!number || *number <= after || *number > static_cast<std::int64_t>(kMostPages) || text == nullptr || !text->is_string()) return broken("a page has no number, no text or stands out of order");
  for (const char* rows : {"words", "cues"})
    if (page->contains(rows) && !page->at(rows).is_array()) return broken("a page's words or cues are no list");
  for (const char* side : {"w", "h"})
    if (page->contains(side) && !get_integer(*page, side)) return broken("a page's size is no number");
  const auto length = static_cast<std::int64_t>(utf8::length(text->get_string()));
  if (const auto* words = get_array(*page, "words"); words != nullptr && !rows_fit(*words, 7, length)) return broken("a word's box is out of range");
  if (const auto* cues = get_array(*page, "cues"); cues != nullptr && !rows_fit(*cues, 4, length)) return broken("a cue is out of range");
  for (const auto& member : *page) {
    const std::string_view key = member.key();
    if (key != "n" && key != "text" && key != "words" && key != "cues" && key != "w" && key != "h") return broken("a page has an unknown member");
  }
  return *page;
}

std::string signal_reason(const ChildOutcome& child) {
  if (child.timed_out) return "Reading it took longer than a reader may take.";
  if (child.too_much) return "It unfolds to more output than a reader may give.";
  switch (child.signal) {
    case SIGXCPU:
    case SIGKILL: return "Reading it used more processor time or memory than a reader may use.";
    case SIGSEGV:
    case SIGBUS:
    case SIGABRT:
    case SIGFPE:
    case SIGILL: return std::string("The reader crashed on it (") + strsignal(child.signal) + "); the crash stayed in the sandbox.";
    default: return "The reader ended without finishing (exit code " + std::to_string(child.exit_code) + ").";
  }
}

}  // namespace

std::string ReadRendition::file() const { return canonical(json::object{{"kind", kind}, {"pages", pages}, {"v", 1}}); }

Result<ReadOutcome> parse_frames(ByteView frames) {
  ReadOutcome outcome;
  bool begun = false, ended = false;
  std::int64_t last_page = 0;
  std::size_t pages = 0;
  while (!frames.empty()) {
    if (ended) return broken("something follows its last frame");
    if (frames.size() < kHead || text_of(frames.first(4)) != "OYRF") return broken("a frame has no head");
    const int type = frames[4];
    const std::size_t length = get_u32(&frames[5]);
    if (length > kLargestFrame || frames.size() - kHead < length) return broken("a frame is longer than it may be");
    const ByteView payload = frames.subspan(kHead, length);
    frames = frames.subspan(kHead + length);
    if (type == 6) {
      if (!begun || payload.size() < 2 || payload.size() - 2 < get_u16(payload.data())) return broken("a child is malformed");
      const std::size_t name = get_u16(payload.data());
      outcome.children.emplace_back(utf8::repair(text_of(payload.subspan(2, name))), to_bytes(payload.subspan(2 + name)));
      continue;
    }
    const auto value = parse_canonical(text_of(payload));
    if (!value || !value->is_object()) return broken("a frame is not canonical JSON");
    const json::object& object = value->get_object();
    switch (type) {
      case 1:
        if (begun || get_integer(object, "protocol") != 1) return broken("it speaks another protocol");
        begun = true;
        outcome.tool = string_or_empty(object, "tool");
        outcome.version = string_or_empty(object, "version");
        break;
      case 2: {
        const std::string kind = string_or_empty(object, "kind");
        const auto* parameters = get_object(object, "parameters");
        if (!begun || std::find(kKinds.begin(), kKinds.end(), kind) == kKinds.end() || parameters == nullptr) return broken("a rendition is malformed");
        outcome.renditions.push_back({kind, string_or_empty(object, "language"), *parameters, {}});
        last_page = 0;
        break;
      }
      case 3: {
        if (outcome.renditions.empty() || ++pages > kMostPages) return broken("a page stands where none may");
        auto page = TRY(checked_page(*value, last_page));
        last_page = *get_integer(page, "n");
        outcome.renditions.back().pages.push_back(std::move(page));
        break;
      }
      case 4:
        if (!begun) return broken("facts come before hello");
        for (const auto& member : object) outcome.facts[member.key()] = member.value();
        break;
      case 5: outcome.warnings.push_back(string_or_empty(object, "text").substr(0, 1000)); break;
      case 8: ended = begun; break;
      case 9:
        ended = true;
        outcome.refused = string_or_empty(object, "reason");
        if (outcome.refused.empty()) outcome.refused = "The reader refused it without a reason.";
        break;
      default: return broken("a frame of unknown type");
    }
  }
  if (!ended) return broken("it ended without saying so");
  std::erase_if(outcome.renditions, [](const ReadRendition& rendition) { return rendition.pages.empty(); });
  return outcome;
}

Result<ReadOutcome> run_reader(int descriptor, const std::string& media, const std::string& languages, double wall_seconds) {
  ChildOptions options;
  options.input_descriptor = descriptor;
  options.wall_seconds = wall_seconds;
  const ChildOutcome child = TRY(run_child({program_directory() + "/oyer-reader", "--media", media, "--languages", languages}, options));
  ReadOutcome quarantined;
  if (child.exit_code != 0) {
    quarantined.refused = signal_reason(child);
    return quarantined;
  }
  auto outcome = parse_frames(child.output);
  if (outcome) return outcome;
  quarantined.refused = outcome.error().message;
  return quarantined;
}

}  // namespace oyer::intake
