// SPDX-License-Identifier: GPL-3.0-or-later
// Time-stamps by RFC 3161: asking, and judging what came back. Pure functions over bytes; whoever calls carries the request to the
// authority (POST, application/timestamp-query). Thread-safe.
//
// A token is judged as of its own time: a signer whose certificate has expired since still proves what it signed before, as long as the
// token was renewed in time (evidence_record.h). What is checked: imprint (SHA-256, -384 or -512 only), exactly one signer, that the
// signed attributes name the signer's certificate (ESSCertID, RFC 2634; ESSCertIDv2, RFC 5816), signature, chain to one of the roots with
// time-stamping as its critical and only purpose, at 112 bits of security, and revocation where lists are given.
// Certificates inside a token are hints by a stranger: they can help to reach a root, and they can neither replace nor hinder the rest.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "seal/certificates.h"

namespace oyer::seal {

enum class DigestAlgorithm { sha256, sha384, sha512 };
std::string name_of(DigestAlgorithm algorithm);  // "SHA-256"
Bytes digest(DigestAlgorithm algorithm, ByteView bytes);

// What a token stamps.
struct Imprint {
  DigestAlgorithm algorithm = DigestAlgorithm::sha256;
  Bytes digest;
  friend bool operator==(const Imprint&, const Imprint&) = default;
};
Imprint imprint_of(ByteView data, DigestAlgorithm algorithm = DigestAlgorithm::sha256);

struct Timestamp {
  std::int64_t time = 0;  // seconds since 1970 UTC, fraction cut off
  std::string time_text;  // 2026-01-31T09:00:00.25Z, with the token's own fraction
  std::string authority;  // the name in the token, else the signer's subject
  std::string serial;     // of the token; hex
  std::string policy;     // dotted numbers
  std::string nonce;      // hex, empty when there is none
  Imprint imprint;
  std::string digest_algorithm;         // name_of(imprint.algorithm)
  std::int64_t signer_not_after = 0;    // of the signer's certificate
  std::int64_t chain_not_after = 0;     // of that certificate of the chain that ends first
  std::vector<CertificateFacts> chain;  // the signer first, the root last
  Bytes token;                          // the ContentInfo as it was given, byte for byte
};

struct TimestampRequest {
  Bytes der;    // TimeStampReq: with nonce, and asking for the signer's certificate
  Bytes nonce;  // eight bytes, as several authorities take no more
};
TimestampRequest make_timestamp_request(const Imprint& imprint, Random& random);
inline TimestampRequest make_timestamp_request(ByteView data, Random& random) { return make_timestamp_request(imprint_of(data), random); }

// Judges an authority's answer to our request. Errors as verify_timestamp; check_failed also with the authority's own reason when it refused.
Result<Timestamp> accept_response(ByteView response_der, ByteView data, ByteView nonce, const Certificates& roots, const Certificates& intermediates = {});
// The same where only the hash is known: the token must be over exactly this imprint.
Result<Timestamp> accept_response(ByteView response_der, const Imprint& imprint, ByteView nonce, const Certificates& roots, const Certificates& intermediates = {});

// Judges a whole response (.tsr) or a token alone. Revocation lists are taken from both sets: a revoked certificate counts as RFC 3161
// section 4 says, that is always when its key was or may have been compromised, and from the revocation on for the harmless reasons.
// Errors: bad_input when it is not a time-stamp at all or larger than 1 MiB; check_failed with what does not fit.
Result<Timestamp> verify_timestamp(ByteView response_or_token, ByteView data, const Certificates& roots, const Certificates& intermediates = {});
// The same where only the hash is known.
Result<Timestamp> verify_timestamp(ByteView response_or_token, const Imprint& imprint, const Certificates& roots, const Certificates& intermediates = {});

// The token inside a response, or the token itself, byte for byte. Error: bad_input.
Result<ByteView> token_of(ByteView response_or_token);
// What the token says that it stamps, unverified. Errors: bad_input, check_failed for a weak hash.
Result<Imprint> claimed_imprint(ByteView response_or_token);

}  // namespace oyer::seal
