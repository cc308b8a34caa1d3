// SPDX-License-Identifier: GPL-3.0-or-later
// Entries, segments and submissions as bytes: docs/formats/entry.md. Pure functions; no files, no keys but the actor's.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "seal/entry_batch.h"
#include "seal/signing.h"

namespace oyer::seal {

inline constexpr std::size_t kLargestBody = 65000;

// Protected values of one body: key -> (salt, value).
struct Opening {
  Hash salt{};
  std::string value;
};
using Openings = std::map<std::string, Opening>;

// What lies in the segment for one entry.
struct Record {
  Hash salt{};
  std::string body;
  Openings openings;
};

// How an entry in the log looks without any key.
struct EntryForm {
  bool sealed = false;
  Hash commitment{};            // sealed only
  std::optional<Hash> segment;  // sealed closing entries only
};
// Error: bad_input when it is neither a sealed entry nor a canonical body's outline.
Result<EntryForm> parse_form(ByteView entry);
// Whether it closes a submission. An open one is told by its type, which ends a canonical body: no parsing.
bool closes_submission(ByteView entry, const EntryForm& form);

Bytes sealed_entry(const Hash& commitment);
Bytes sealed_closing_entry(const Hash& commitment, const Hash& segment);

Bytes encode_segment(std::span<const Record> records);
Result<std::vector<Record>> decode_segment(ByteView plaintext);
std::uint64_t padded_length(std::uint64_t length);  // Padmé, at least 1,024

// Openings as the canonical JSON of a segment, and back. Empty for none.
std::string encode_openings(const Openings& openings);
Result<Openings> decode_openings(std::string_view text);

struct SubmissionContext {
  std::string case_id;  // 22 characters
  std::string origin;
  std::string compartment;  // its id, "open" or "base"
  std::string purpose;
  Bytes act;              // 16 bytes
  std::int64_t time = 0;  // claimed, seconds since 1970
  bool open_tier = false;
  bool by_server = false;
};

// Builds one submission, which `finish` ends. Each `add` returns the new entry's leaf hash, so that later entries can refer to it.
// Bodies are written once, straight into the segment; salts and nonces come from draws for many entries. Not thread-safe.
class SubmissionBuilder {
 public:
  SubmissionBuilder(SubmissionContext context, Random& random);
  SubmissionBuilder(const SubmissionBuilder&) = delete;
  SubmissionBuilder& operator=(const SubmissionBuilder&) = delete;
  ~SubmissionBuilder();

  // `protect`: values that the body binds by commitments (in the open tier they stand in plain). Error: bad_input when the body is too long.
  Result<Hash> add(const std::string& type, json::object data, const std::vector<std::string>& supersedes = {}, const std::map<std::string, std::string>& protect = {});

  std::size_t count() const { return leaves_.size(); }

  // Signs and closes. `seal_segment` stores the segment's plaintext and returns its address; it is not called in the open tier.
  using SealSegment = std::function<Result<Hash>(ByteView)>;
  Result<std::vector<Bytes>> finish(const SigningKey& actor, const SealSegment& seal_segment);
  Result<EntryBatch> finish_batch(const SigningKey& actor, const SealSegment& seal_segment);

 private:
  void draw(std::span<std::uint8_t> out);
  void write_body(const std::string& type, json::object data, const std::vector<std::string>& supersedes, const std::array<std::uint8_t, 16>& nonce);
  Result<Hash> refuse(std::size_t start, std::string message, std::string advice);
  SubmissionContext context_;
  Random& random_;
  std::string before_data_, after_data_;  // what all bodies share
  std::string segment_;                   // its plaintext so far; in the open tier the newest body alone
  std::uint32_t records_ = 0;             // in it
  EntryBatch entries_;
  std::vector<Hash> leaves_;
  Bytes drawn_;  // chance not yet used lies at its end
  std::size_t left_ = 0;
};

// The closing body's claims, parsed.
struct Closing {
  PublicKey actor{};
  std::string act, compartment, purpose, time, via;
  std::uint64_t count = 0;
  Hash root{};
  Signature signature{};
  std::string signed_bytes;
};
Result<Closing> parse_closing(const json::object& body);

// The members of a parsed body that every type has. Error: bad_input.
struct BodyView {
  std::string_view type;
  const json::object* data = nullptr;
  const json::array* supersedes = nullptr;
};
Result<BodyView> view_body(const json::value& body, std::string_view case_id, std::string_view origin);

}  // namespace oyer::seal
