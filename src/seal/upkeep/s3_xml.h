// SPDX-License-Identifier: GPL-3.0-or-later
// What S3 answers in XML. Pure functions over foreign bytes: anything unexpected is bad_input.
#pragma once

#include <string>
#include <vector>

#include "seal/upkeep/object_store.h"

namespace oyer::seal {

struct S3Page {
  std::vector<ObjectInfo> objects;
  std::string next;  // continuation token; "" on the last page
};
Result<S3Page> read_s3_page(ByteView xml);                                                            // ListBucketResult
Result<std::string> read_s3_text(ByteView xml, const std::string& root, const std::string& element);  // one child's text
std::string read_s3_error_code(ByteView xml);                                                         // of an Error; "" for anything else

}  // namespace oyer::seal
