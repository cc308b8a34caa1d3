// SPDX-License-Identifier: GPL-3.0-or-later
// C2SP signed-note, tlog-checkpoint and tlog-proof.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "seal/signing.h"

namespace oyer::seal {

// A verifier key: `<name>+<8 hex digits>+<base64(type ‖ key)>`, type 0x01.
struct VerifierKey {
  std::string name;
  PublicKey key;

  static Result<VerifierKey> parse(std::string_view text);
  std::string text() const;
  std::array<std::uint8_t, 4> id() const;
};

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Hash root{};

  std::string text() const;  // three lines: what is signed
};

// `text` followed by an empty line and the log's signature line.
std::string sign_note(const std::string& text, const std::string& name, const SigningKey& key);

// Opens a checkpoint that has exactly the log's one signature line, as a local file must. Errors: bad_input when the form is off, check_failed when
// the signature is not the log's.
Result<Checkpoint> open_checkpoint(std::string_view note, const VerifierKey& log);

// c2sp.org/tlog-proof@v1
struct TlogProof {
  std::uint64_t index = 0;
  std::vector<Hash> path;
  std::string checkpoint;  // the whole note

  std::string text() const;
  static Result<TlogProof> parse(std::string_view text);
};

}  // namespace oyer::seal
