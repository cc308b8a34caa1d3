// SPDX-License-Identifier: GPL-3.0-or-later
// RFC 4998 evidence records of one data object (a checkpoint file): the first time-stamp, and those that renew it before its certificate
// ends or its hash grows weak. No hash trees: each token stamps one hash.
//   Time-stamp renewal (section 5.2): a new token in the same chain, over the hash of the last token's DER, with that chain's hash.
//   Hash-tree renewal (section 5.2): a new chain, over H(H(data) || H(DER of the sequence of all chains so far)), in this order and not
//   sorted, with a hash H of one's choice; section 5.3 verifies it so.
// Pure values; thread-safe to read.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "seal/timestamp.h"

namespace oyer::seal {

struct EvidenceFacts {
  std::vector<Timestamp> timestamps;  // oldest first; the first one's time is what the record proves
  std::int64_t valid_until = 0;       // when a certificate of the last token's chain ends: renew before
  bool valid_now = false;             // whether that is still to come
};

class EvidenceRecord {
 public:
  // From the first time-stamp (a response or a token). Errors: bad_input, check_failed for a weak hash.
  static Result<EvidenceRecord> begin(ByteView response_or_token);
  // Errors: bad_input, also for what this version does not write: hash trees, encryption, added information, more than 1000 time-stamps.
  static Result<EvidenceRecord> parse(ByteView der);
  Bytes encode() const;  // parse(encode()) is the same record; encode(parse(der)) are the same bytes

  // What to ask an authority to stamp for each kind of renewal.
  Imprint renewal_imprint() const;
  Imprint rehash_imprint(ByteView data, DigestAlgorithm algorithm) const;
  // Adds what it answered. Errors: bad_input; check_failed when it stamps something else. The token itself is judged by verify().
  Result<void> add_renewal(ByteView response_or_token);
  Result<void> add_rehash(ByteView response_or_token, ByteView data);

  // Judges all of it: every token at its own time, in order, each renewal before any certificate of the token before it ended. A record
  // whose last token has run out is not refused, but says so: an error here would hide what was proven. Error: check_failed, bad_input.
  Result<EvidenceFacts> verify(ByteView data, const Certificates& roots, const Certificates& intermediates, std::int64_t now) const;

  std::size_t size() const;  // time-stamps

 private:
  struct Stamp {
    Bytes whole;  // the ArchiveTimeStamp's DER as it was given
    Bytes token;  // the ContentInfo in it
    Imprint imprint;
  };
  using Chain = std::vector<Stamp>;

  static Result<Stamp> stamp_of(ByteView token, ByteView whole);
  Result<void> add(Stamp stamp, bool new_chain);
  static Bytes encode_chains(const std::vector<Chain>& chains, std::size_t count);
  static Imprint rehash_over(const std::vector<Chain>& chains, std::size_t count, ByteView data, DigestAlgorithm algorithm);

  std::vector<Bytes> algorithms_;  // AlgorithmIdentifier, DER
  std::vector<Chain> chains_;      // none is empty
};

// Whether less than `margin` seconds remain.
bool needs_renewal(const EvidenceFacts& facts, std::int64_t now, std::int64_t margin);
// The same of a record that was not verified yet; a record that does not verify has nothing to renew. Errors as verify().
Result<bool> needs_renewal(const EvidenceRecord& record, ByteView data, const Certificates& roots, const Certificates& intermediates, std::int64_t now, std::int64_t margin);

}  // namespace oyer::seal
