// SPDX-License-Identifier: GPL-3.0-or-later
// The little of DER (ITU-T X.690 section 10) that evidence records and the outer shell of time-stamp responses need: elements with
// one-byte tags and definite, shortest lengths. Anything else is refused: there is one encoding of each thing, and hashes are over it.
// Pure functions; views point into the bytes that were given.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "base/bytes.h"
#include "base/result.h"

namespace oyer::seal::der {

constexpr std::uint8_t kInteger = 0x02;
constexpr std::uint8_t kNull = 0x05;
constexpr std::uint8_t kObjectIdentifier = 0x06;
constexpr std::uint8_t kSequence = 0x30;
// Context-specific and constructed, as IMPLICIT TAGS give to a sequence.
constexpr std::uint8_t context(unsigned number) { return static_cast<std::uint8_t>(0xa0U | number); }

struct Element {
  std::uint8_t tag = 0;
  ByteView content;
  ByteView whole;  // with tag and length
};

// Reads elements one after another.
class Reader {
 public:
  explicit Reader(ByteView bytes) : rest_(bytes) {}
  bool at_end() const { return rest_.empty(); }
  bool next_is(std::uint8_t tag) const { return !rest_.empty() && rest_[0] == tag; }
  // Error: bad_input.
  Result<Element> next();
  Result<Element> next(std::uint8_t tag);

 private:
  ByteView rest_;
};

// The one element that `bytes` are. Error: bad_input, also when something follows it.
Result<Element> only(ByteView bytes, std::uint8_t tag);

// An element made of the parts joined.
Bytes encode(std::uint8_t tag, std::initializer_list<ByteView> parts);

}  // namespace oyer::seal::der
