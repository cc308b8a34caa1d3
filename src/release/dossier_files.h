// SPDX-License-Identifier: GPL-3.0-or-later
// The files that go beside the payload: metadata/ and load/ of docs/formats/dossier.md. Pure functions on plain rows.
#pragma once

#include <string>
#include <vector>

namespace oyer::release {

struct DossierRow {
  std::string path;  // data/…
  std::string kind;  // exhibit, rendition, report
  std::string media;
  std::string name;      // original file name, exhibits only
  std::string name_nfc;  // the same in NFC
  std::string source;    // label
  std::string sha256;    // hex
  std::uint64_t size = 0;
  std::string taken_in;  // claimed time
  std::string tool;      // renditions
  std::string ground;    // why it is disclosed
  std::string text;      // extracted text, for load files
  std::string parent;    // path of the exhibit a rendition belongs to
  std::int64_t pages = 1;
};

struct WithheldRow {
  std::string kind;
  std::string reason;
  std::int64_t count = 0;
};

std::string premis_xml(const std::vector<DossierRow>& rows, const std::string& agent);
std::string case_jsonld(const std::vector<DossierRow>& rows);
std::string names_csv(const std::vector<DossierRow>& rows);
std::string schedule_csv(const std::vector<DossierRow>& rows, const std::vector<WithheldRow>& withheld);
std::string docs_dat(const std::vector<DossierRow>& rows);
std::string images_opt(const std::vector<DossierRow>& rows);

}  // namespace oyer::release
