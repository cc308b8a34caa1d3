// SPDX-License-Identifier: GPL-3.0-or-later
// RFC 3161 tokens: no DER, however bent, verifies without a root that we trust, and reading it stays within its bytes.
#include "fuzz.h"
#include "seal/timestamp.h"

using namespace oyer;
using fuzz::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  const seal::Certificates none{};
  must(!seal::verify_timestamp(bytes, bytes, none, none), "a token without a trusted root does not verify");
  must(!seal::verify_timestamp(bytes, ByteView{}, none, none), "a token of other data does not verify");
  return 0;
}
