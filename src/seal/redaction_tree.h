// SPDX-License-Identifier: GPL-3.0-or-later
// The salted tree over a rendition's text: docs/formats/rendition.md, "The redaction tree".
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"

namespace oyer::seal {

struct RedactionLeaf {
  std::uint32_t page = 0;  // 0 for a dummy
  std::uint8_t gap = 255;  // 0 none, 1 white space, 2 with a line feed; 255 for a dummy
  std::string text;
};

// The tokens of one page's text, without dummies. `text` is valid UTF-8.
std::vector<RedactionLeaf> redaction_tokens(std::uint32_t page, std::string_view text);

// Tokens with the dummies that `secret` puts between them.
std::vector<RedactionLeaf> with_dummies(const Hash& secret, std::vector<RedactionLeaf> tokens);

// Salts of all leaves, by the key tree of Goldreich, Goldwasser and Micali.
std::vector<Hash> redaction_salts(const Hash& secret, std::size_t leaves);

Hash redaction_root(const Hash& secret, const std::vector<RedactionLeaf>& leaves);

}  // namespace oyer::seal
