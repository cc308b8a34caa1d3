// SPDX-License-Identifier: GPL-3.0-or-later
// Objects under keys, in a folder or in an S3 bucket: where backups go. An object is whole or absent; readers see the old or the new one.
// A key is 1 to 512 characters of A-Z a-z 0-9 . _ / -, in segments of at most 200 between slashes; no segment is empty, begins with a
// dot or holds ".tmp". A key that is another key's folder ("a" beside "a/b") is refused by folders, so don't make such. Objects whose
// names break the rule belong to others: they are never listed.
// Thread-safe. What is got is not checked against anything: callers know the digests of what they put.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/disk.h"

namespace oyer::seal {

enum class IfThere { replace, refuse };

struct ObjectInfo {
  std::string key;
  std::uint64_t size = 0;
};

class ObjectStore {
 public:
  virtual ~ObjectStore() = default;
  // Durable when it returns. Errors: refused when the key is taken and `if_there` says so; damaged, interrupted.
  virtual Result<void> put(const std::string& key, ByteView bytes, IfThere if_there = IfThere::replace) = 0;
  virtual Result<Bytes> get(const std::string& key) = 0;  // not_found
  // Fewer bytes only at the object's end.
  virtual Result<Bytes> get_range(const std::string& key, std::uint64_t offset, std::size_t length) = 0;
  virtual Result<std::optional<std::uint64_t>> size(const std::string& key) = 0;  // nothing when there is none
  // All objects whose keys begin with `prefix` (any text that may begin a key), sorted by key.
  virtual Result<std::vector<ObjectInfo>> list(const std::string& prefix) = 0;
  // No error when there is none. In a folder a power cut may bring the object back.
  virtual Result<void> remove(const std::string& key) = 0;
};

// Whether `key` follows the rule above; otherwise bad_input, saying what is wrong.
Result<void> check_key(std::string_view key);
Result<void> check_prefix(std::string_view prefix);

// Objects as files below `directory`, which is made at the first put. Symbolic links are never followed. `disk` outlives the store.
// `refuse` holds against other processes by a lock file (.lock) in the folder; who finds it held gets the error refused.
std::unique_ptr<ObjectStore> folder_store(Disk& disk, const std::string& directory);

// A path, or s3://bucket/prefix with its server from OYER_S3_ENDPOINT or AWS_ENDPOINT_URL (otherwise Amazon's), its region from
// AWS_REGION (otherwise us-east-1) and its keys from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.
Result<std::unique_ptr<ObjectStore>> open_object_store(const std::string& place);

}  // namespace oyer::seal
