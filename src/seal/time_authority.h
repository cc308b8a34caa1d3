// SPDX-License-Identifier: GPL-3.0-or-later
// A time-stamping authority (RFC 3161) of one's own: for tests, and for offices without a network. Its tokens prove time only to those
// who trust whoever holds its key.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/disk.h"
#include "base/result.h"

namespace oyer::seal {

struct TimeAuthorityOptions {
  std::string name = "Local time authority";  // 1 to 50 characters
  std::int64_t valid_from = 0;                // seconds since 1970 UTC, of both certificates
  std::int64_t valid_until = 0;
};

// Freshly made keys and certificates: ECDSA on P-256 with SHA-256; the authority's purpose is time-stamping and nothing else (critical).
struct TimeAuthorityFiles {
  std::string root_pem;
  std::string root_key_pem;  // secret
  std::string signer_pem;
  std::string signer_key_pem;  // secret
};
// Errors: usage for a name or times that can't be.
Result<TimeAuthorityFiles> issue_time_authority(const TimeAuthorityOptions& options);

// Not thread-safe; one process at a time per directory (the caller holds the lock).
class TimeAuthority {
 public:
  // Writes ca.pem, tsa.pem, serial and, last and with mode 0600, tsa.key. The root's key is not kept: an authority past its certificate is
  // made anew. Errors: refused when there is one already; the disk's.
  static Result<TimeAuthority> create(Disk& disk, const std::string& directory, const TimeAuthorityOptions& options);
  // Errors: not_found, damaged; the disk's.
  static Result<TimeAuthority> open(Disk& disk, const std::string& directory);

  TimeAuthority(TimeAuthority&&) noexcept;
  TimeAuthority& operator=(TimeAuthority&&) noexcept;
  ~TimeAuthority();

  const std::string& root_pem() const;

  // The answer to a request: granted with accuracy of one second, ordered and with the signer's certificate where it was asked for; or a
  // rejection with badDataFormat, badRequest, badAlg, unacceptedPolicy or unacceptedExtension. The token's number is durable before the
  // answer exists. Errors: refused when the certificate is not valid at the clock's time; the disk's, after which nothing was answered.
  Result<Bytes> respond(ByteView request_der, Clock& clock);

  static constexpr const char* kPolicy = "2.25.140591387283713061847339604283957251046";  // of this authority and no other (a UUID's arc, ITU-T X.667)

 private:
  struct State;
  explicit TimeAuthority(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace oyer::seal
