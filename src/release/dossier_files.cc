// SPDX-License-Identifier: GPL-3.0-or-later
#include "release/dossier_files.h"

#include "base/bytes.h"
#include "base/csv.h"
#include "base/json.h"
#include "release/report.h"

namespace oyer::release {
namespace {

std::string stem(const std::string& path) { return path.substr(5, path.find('.') - 5); }

// A Concordance field: quoted by 0xFE (þ in the file's UTF-8 form), line feeds as 0xAE (®).
std::string dat_field(std::string text) {
  std::string out = "\xC3\xBE";
  for (char c : text) {
    if (c == '\n')
      out += "\xC2\xAE";
    else if (c != '\r' && c != '\x14')
      out.push_back(c);
  }
  return out + "\xC3\xBE";
}

void dat_row(std::string& out, const std::vector<std::string>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) out += (i == 0 ? "" : "\x14") + dat_field(fields[i]);
  out += "\r\n";
}

}  // namespace

std::string premis_xml(const std::vector<DossierRow>& rows, const std::string& agent) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<premis:premis xmlns:premis=\"http://www.loc.gov/premis/v3\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" version=\"3.0\">\n";
  for (const auto& row : rows) {
    out += "  <premis:object xsi:type=\"premis:file\">\n    <premis:objectIdentifier><premis:objectIdentifierType>dossier</premis:objectIdentifierType><premis:objectIdentifierValue>" + stem(row.path) +
           "</premis:objectIdentifierValue></premis:objectIdentifier>\n";
    out += "    <premis:objectCharacteristics>\n      <premis:fixity><premis:messageDigestAlgorithm>SHA-256</premis:messageDigestAlgorithm><premis:messageDigest>" + row.sha256 + "</premis:messageDigest></premis:fixity>\n";
    out += "      <premis:size>" + std::to_string(row.size) + "</premis:size>\n      <premis:format><premis:formatDesignation><premis:formatName>" + escape_html(row.media) +
           "</premis:formatName></premis:formatDesignation></premis:format>\n    </premis:objectCharacteristics>\n";
    out += "    <premis:storage><premis:contentLocation><premis:contentLocationType>path</premis:contentLocationType><premis:contentLocationValue>" + row.path +
           "</premis:contentLocationValue></premis:contentLocation></premis:storage>\n  </premis:object>\n";
  }
  for (const auto& row : rows) {
    out += "  <premis:event>\n    <premis:eventIdentifier><premis:eventIdentifierType>dossier</premis:eventIdentifierType><premis:eventIdentifierValue>" + stem(row.path) + "-" + (row.kind == "exhibit" ? "ingestion" : "creation") +
           "</premis:eventIdentifierValue></premis:eventIdentifier>\n";
    out += "    <premis:eventType>" + std::string(row.kind == "exhibit" ? "ingestion" : "creation") + "</premis:eventType>\n    <premis:eventDateTime>" + row.taken_in + "</premis:eventDateTime>\n";
    out += "    <premis:eventDetailInformation><premis:eventDetail>" + escape_html(row.kind == "exhibit" ? "sealed on intake; the time is claimed" : row.tool) + "</premis:eventDetail></premis:eventDetailInformation>\n";
    out += "    <premis:linkingAgentIdentifier><premis:linkingAgentIdentifierType>software</premis:linkingAgentIdentifierType><premis:linkingAgentIdentifierValue>" + agent +
           "</premis:linkingAgentIdentifierValue></premis:linkingAgentIdentifier>\n";
    out += "    <premis:linkingObjectIdentifier><premis:linkingObjectIdentifierType>dossier</premis:linkingObjectIdentifierType><premis:linkingObjectIdentifierValue>" + stem(row.path) +
           "</premis:linkingObjectIdentifierValue></premis:linkingObjectIdentifier>\n  </premis:event>\n";
  }
  out += "  <premis:agent>\n    <premis:agentIdentifier><premis:agentIdentifierType>software</premis:agentIdentifierType><premis:agentIdentifierValue>" + agent +
         "</premis:agentIdentifierValue></premis:agentIdentifier>\n    <premis:agentName>" + agent + "</premis:agentName>\n    <premis:agentType>software</premis:agentType>\n  </premis:agent>\n";
  return out + "</premis:premis>\n";
}

std::string case_jsonld(const std::vector<DossierRow>& rows) {
  json::array graph;
  for (const auto& row : rows) {
    json::object hash{{"@type", "types:Hash"}, {"types:hashMethod", json::object{{"@type", "vocabulary:HashNameVocab"}, {"@value", "SHA256"}}}, {"types:hashValue", json::object{{"@type", "xsd:hexBinary"}, {"@value", row.sha256}}}};
    json::object content{{"@type", "observable:ContentDataFacet"}, {"observable:mimeType", row.media}, {"observable:sizeInBytes", static_cast<std::int64_t>(row.size)}, {"observable:hash", json::array{std::move(hash)}}};
    json::object file{{"@type", "observable:FileFacet"}, {"observable:fileName", stem(row.path)}, {"observable:filePath", row.path}};
    graph.push_back(json::object{{"@id", "kb:" + stem(row.path)}, {"@type", "observable:File"}, {"core:hasFacet", json::array{std::move(content), std::move(file)}}});
  }
  return pretty(json::object{{"@context", json::object{{"kb", "urn:oyer:dossier:"},
                                                       {"core", "https://ontology.unifiedcyberontology.org/uco/core/"},
                                                       {"observable", "https://ontology.unifiedcyberontology.org/uco/observable/"},
                                                       {"types", "https://ontology.unifiedcyberontology.org/uco/types/"},
                                                       {"vocabulary", "https://ontology.unifiedcyberontology.org/uco/vocabulary/"},
                                                       {"xsd", "http://www.w3.org/2001/XMLSchema#"}}},
                             {"@graph", std::move(graph)}}) +
         "\n";
}

std::string names_csv(const std::vector<DossierRow>& rows) {
  std::string out = "file,original_name_base64,original_name_nfc\n";
  for (const auto& row : rows)
    if (row.kind == "exhibit") write_csv_row(out, {row.path, base64(view(row.name)), row.name_nfc});
  return out;
}

std::string schedule_csv(const std::vector<DossierRow>& rows, const std::vector<WithheldRow>& withheld) {
  std::string out = "status,file,kind,source,ground_or_reason,count\n";
  for (const auto& row : rows) write_csv_row(out, {"disclosed", row.path, row.kind, row.source, row.ground, "1"});
  for (const auto& row : withheld) write_csv_row(out, {"withheld", "", row.kind, "", row.reason, std::to_string(row.count)});
  return out;
}

std::string docs_dat(const std::vector<DossierRow>& rows) {
  std::string out = "\xEF\xBB\xBF";
  dat_row(out, {"DOCID", "PARENTID", "KIND", "MEDIA", "SHA256", "NATIVE", "TEXT"});
  for (const auto& row : rows) dat_row(out, {stem(row.path), row.parent.empty() ? "" : stem(row.parent), row.kind, row.media, row.sha256, row.path, row.text});
  return out;
}

std::string images_opt(const std::vector<DossierRow>& rows) {
  std::string out;
  for (const auto& row : rows)
    if (row.kind == "exhibit") out += stem(row.path) + ",OYER," + row.path + ",Y,,," + std::to_string(row.pages) + "\r\n";
  return out;
}

}  // namespace oyer::release
