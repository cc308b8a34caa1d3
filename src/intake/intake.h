// SPDX-License-Identifier: GPL-3.0-or-later
// One file from outside: read once into memory that can't change, sniffed, parsed behind the sandbox, sealed, recorded.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "casefile/case.h"
#include "intake/reader_client.h"

namespace oyer::intake {

struct Item {
  std::string path;
  std::string name;        // shown name: below the folder that was given
  std::string transcript;  // path of a transcript that belongs to it, or ""
};

struct IntakeOptions {
  std::string source;  // id
  std::string origin;
  std::string collector;
  std::string languages = "eng";  // for OCR, Tesseract names joined by +
  bool open_tier = false;
};

// What became of one item; this is what is acknowledged.
struct Taken {
  std::string path;
  std::string id;      // exhibit; empty when nothing was sealed
  std::string digest;  // hex SHA-256 of the bytes
  std::string media;
  std::string state;  // sealed, already-held, quarantined, unreadable
  std::string reason;
  std::vector<std::string> renditions;
  std::vector<std::string> warnings;
};

// Files below the given paths in byte order of their names; folders are walked, hidden files too; links are listed as items and refused later. A .vtt or
// .srt beside a recording of the same name is its transcript.
Result<std::vector<Item>> gather(const std::vector<std::string>& paths);

// Preparation (digest, reading and parsing) is done ahead by other threads; it touches no case. Bytes whose digest (hex) is among `held` are
// not parsed again, so that a run that was interrupted goes on from where it was rather than repeating every OCR.
class Prepared;
std::shared_ptr<Prepared> prepare(const Item& item, const std::string& languages, const std::set<std::string>& held);

// Seals one prepared item and appends its submission. Durable when it returns.
Result<Taken> take_in(casefile::Case& target, const Prepared& prepared, const IntakeOptions& options);

}  // namespace oyer::intake
