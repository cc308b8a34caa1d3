// SPDX-License-Identifier: GPL-3.0-or-later
// Objects in an S3 bucket, with path-style addresses. Source: Amazon S3 API Reference (PutObject, GetObject, HeadObject, DeleteObject,
// ListObjectsV2, CreateMultipartUpload, UploadPart, CompleteMultipartUpload, AbortMultipartUpload).
// Uploads carry their SHA-256, signed, so that a server refuses what was spoilt on the way. Calls that may be repeated are, with growing
// pauses, after lost connections and the statuses 429 and 5xx. Objects above `part_bytes` go up in parts; what fails is abandoned, and
// an upload that a killed process left behind stays invisible (let the bucket's lifecycle rule remove such).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/http.h"
#include "seal/upkeep/object_store.h"
#include "seal/upkeep/sigv4.h"

namespace oyer::seal {

struct S3Location {
  std::string endpoint;  // https://host or https://host:port; http only for this machine itself
  std::string region;
  std::string bucket;
  std::string prefix;  // put before every key with a slash; "" for none
};

struct S3Options {
  Clock* clock = &system_clock();
  std::function<void(double seconds)> pause;  // empty: sleep
  int attempts = 5;
  std::size_t part_bytes = 16U << 20U;  // Amazon takes parts of 5 MiB and more
};

Result<void> check_location(const S3Location& location);

// `client` outlives the store. `location` has passed check_location.
std::unique_ptr<ObjectStore> s3_store(HttpClient& client, S3Location location, S3Credentials credentials, S3Options options = {});

}  // namespace oyer::seal
