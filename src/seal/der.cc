// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/der.h"

namespace oyer::seal::der {
namespace {

tl::unexpected<Error> not_der(const char* what) { return fail(ErrorCode::bad_input, std::string("The bytes are not DER: ") + what + "."); }

}  // namespace

Result<Element> Reader::next() {
  if (rest_.size() < 2) return not_der("an element is cut short");
  const std::uint8_t tag = rest_[0];
  if ((tag & 0x1fU) == 0x1fU) return not_der("a tag is longer than one byte");
  std::size_t length = rest_[1];
  std::size_t header = 2;
  if (length >= 0x80) {
    const std::size_t count = length & 0x7fU;
    if (count == 0 || count > 4) return not_der("a length is indefinite or too large");
    if (rest_.size() < 2 + count) return not_der("an element is cut short");
    length = 0;
    for (std::size_t i = 0; i < count; ++i) length = (length << 8) | rest_[2 + i];
    header += count;
    if (length < 0x80 || (count > 1 && length >> (8 * (count - 1)) == 0)) return not_der("a length is not the shortest");
  }
  if (length > rest_.size() - header) return not_der("an element is cut short");
  const Element element{tag, rest_.subspan(header, length), rest_.first(header + length)};
  rest_ = rest_.subspan(header + length);
  return element;
}

Result<Element> Reader::next(std::uint8_t tag) {
  const Element element = TRY(next());
  if (element.tag != tag) return not_der("an element is not of the kind that belongs there");
  return element;
}

Result<Element> only(ByteView bytes, std::uint8_t tag) {
  Reader reader(bytes);
  const Element element = TRY(reader.next(tag));
  if (!reader.at_end()) return not_der("something follows its end");
  return element;
}

Bytes encode(std::uint8_t tag, std::initializer_list<ByteView> parts) {
  std::size_t length = 0;
  for (ByteView part : parts) length += part.size();
  Bytes out{tag};
  if (length < 0x80) {
    out.push_back(static_cast<std::uint8_t>(length));
  } else {
    Bytes digits;
    for (std::size_t rest = length; rest != 0; rest >>= 8) digits.insert(digits.begin(), static_cast<std::uint8_t>(rest));
    out.push_back(static_cast<std::uint8_t>(0x80U | digits.size()));
    append(out, digits);
  }
  for (ByteView part : parts) append(out, part);
  return out;
}

}  // namespace oyer::seal::der
