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
  if (const auto token = seal::token_of(bytes)) {
    const bool inside = token->empty() || (token->data() >= data && token->data() + token->size() <= data + size);
    must(inside, "a token is a part of what was given");
    // What the token is, is looked at only now.
    if (const auto claimed = seal::claimed_imprint(bytes)) {
      const auto again = seal::token_of(*token);
      must(again && text_of(*again) == text_of(*token), "a token alone is the token");
      const auto same = seal::claimed_imprint(*token);
      must(same && *same == *claimed, "a response claims what its token claims");
    }
  }
  return 0;
}
