// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/upkeep/s3_xml.h"

#include <algorithm>
#include <charconv>
#include <pugixml.hpp>

namespace oyer::seal {
namespace {

tl::unexpected<Error> not_understood() { return fail(ErrorCode::bad_input, "The object store's answer is not understood.", "Check that the address is that of an S3 service."); }

// White space is kept: a key or a token is what it is. Document types and entities are not followed.
bool parse(pugi::xml_document& document, ByteView xml, const char* root) { return document.load_buffer(xml.data(), xml.size(), pugi::parse_minimal | pugi::parse_escapes | pugi::parse_cdata, pugi::encoding_utf8) && document.child(root); }

}  // namespace

Result<S3Page> read_s3_page(ByteView xml) {
  pugi::xml_document document;
  if (!parse(document, xml, "ListBucketResult")) return not_understood();
  const pugi::xml_node root = document.child("ListBucketResult");
  S3Page page;
  for (const pugi::xml_node& object : root.children("Contents")) {
    ObjectInfo info;
    info.key = object.child_value("Key");
    const std::string_view size = object.child_value("Size");
    const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), info.size);
    if (info.key.empty() || error != std::errc{} || end != size.data() + size.size()) return not_understood();
    page.objects.push_back(std::move(info));
  }
  const std::string_view truncated = root.child_value("IsTruncated");
  if (truncated == "true") {
    page.next = root.child_value("NextContinuationToken");
    if (page.next.empty()) return not_understood();  // taking this for the end would lose objects
  } else if (truncated != "false") {
    return not_understood();
  }
  return page;
}

Result<std::string> read_s3_text(ByteView xml, const std::string& root, const std::string& element) {
  pugi::xml_document document;
  if (!parse(document, xml, root.c_str())) return not_understood();
  std::string text = document.child(root.c_str()).child_value(element.c_str());
  if (text.empty()) return not_understood();
  return text;
}

std::string read_s3_error_code(ByteView xml) {
  pugi::xml_document document;
  if (!parse(document, xml, "Error")) return {};
  std::string code = document.child("Error").child_value("Code");
  const bool plain = code.size() <= 64 && std::all_of(code.begin(), code.end(), [](unsigned char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
  return plain ? code : "";  // it goes into a message for people
}

}  // namespace oyer::seal
