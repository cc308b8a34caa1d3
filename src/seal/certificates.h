// SPDX-License-Identifier: GPL-3.0-or-later
// X.509 certificates and revocation lists of time authorities (RFC 5280), as people hand them over: PEM with several of them, or one in DER.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

struct x509_st;
struct X509_crl_st;
struct X509_name_st;

namespace oyer::seal {

// What a person needs to know a certificate again.
struct CertificateFacts {
  std::string subject;      // RFC 2253
  std::string issuer;       // RFC 2253
  std::int64_t not_before;  // seconds since 1970 UTC
  std::int64_t not_after;
  std::string fingerprint;          // SHA-256 over the DER, lower-case hex
  bool revocation_checked = false;  // a revocation list of its issuer was at hand and does not speak against it
};

// Immutable values that share their content when copied. Thread-safe to read.
class Certificates {
 public:
  Certificates() = default;
  // Errors: bad_input when nothing is in it, when something else (a private key!) is in it, or when it is larger than 1 MiB or holds more
  // than 256 things.
  static Result<Certificates> parse(std::string_view pem_or_der);

  Certificates joined_with(const Certificates& more) const;
  bool empty() const { return certificates_.empty() && revocation_lists_.empty(); }
  std::vector<CertificateFacts> facts() const;
  std::string text() const;  // one paragraph each: subject, not after, fingerprint

  // For the verifier (OpenSSL's own types).
  const std::vector<std::shared_ptr<x509_st>>& certificates() const { return certificates_; }
  const std::vector<std::shared_ptr<X509_crl_st>>& revocation_lists() const { return revocation_lists_; }

 private:
  std::vector<std::shared_ptr<x509_st>> certificates_;
  std::vector<std::shared_ptr<X509_crl_st>> revocation_lists_;
};

CertificateFacts facts_of(const x509_st* certificate);
std::string name_text(const X509_name_st* name);  // RFC 2253 in UTF-8, control characters escaped

}  // namespace oyer::seal
