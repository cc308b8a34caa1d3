// SPDX-License-Identifier: GPL-3.0-or-later
// Runs oyer-reader on one file and checks every byte of what it says: docs/formats/reader-protocol.md.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "base/result.h"

namespace oyer::intake {

struct ReadRendition {
  std::string kind;
  std::string language;
  json::object parameters;
  json::array pages;         // page objects, checked
  std::string file() const;  // the rendition file's canonical JSON
};

struct ReadOutcome {
  std::string tool;
  std::string version;
  std::vector<ReadRendition> renditions;
  json::object facts;
  std::vector<std::string> warnings;
  std::vector<std::pair<std::string, Bytes>> children;
  std::string refused;  // why the file is quarantined; empty when it was read
};

// Checks the frames of one run. Error: bad_input when the protocol was broken. Pure: fuzzed apart from any process.
Result<ReadOutcome> parse_frames(ByteView frames);

// `descriptor` is the open file. Whatever the child does (crash, limit, nonsense), the outcome says so in `refused`; an Error comes only when the
// reader can't be started at all.
Result<ReadOutcome> run_reader(int descriptor, const std::string& media, const std::string& languages, double wall_seconds);

}  // namespace oyer::intake
