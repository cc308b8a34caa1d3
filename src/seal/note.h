// SPDX-License-Identifier: GPL-3.0-or-later
// C2SP signed-note, tlog-checkpoint, tlog-cosignature and tlog-proof.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "seal/signing.h"

namespace oyer::seal {

// The signature types of a note that are known here. ML-DSA-44 (0x06) is reserved.
enum class KeyType : std::uint8_t { log = 0x01, witness = 0x04 };

// A verifier key: `<name>+<8 hex digits>+<base64(type ‖ key)>`.
struct VerifierKey {
  std::string name;
  PublicKey key{};
  KeyType type = KeyType::log;

  static Result<VerifierKey> parse(std::string_view text);          // a log's
  static Result<VerifierKey> parse_witness(std::string_view text);  // a witness's
  std::string text() const;
  std::array<std::uint8_t, 4> id() const;
};

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Hash root{};

  std::string text() const;  // three lines: what is signed
};

// A signed note taken apart; nothing is verified yet.
struct Note {
  struct Line {
    std::string name;
    std::array<std::uint8_t, 4> key_id{};
    Bytes signature;   // behind the key id
    std::string text;  // the whole line, without its line feed
  };
  std::string text;  // with its final line feed: what is signed
  std::vector<Line> lines;

  static Result<Note> parse(std::string_view note);
};

// The three lines of a checkpoint's text. `extensions`: whether further lines are allowed (Oyer's own logs write none).
Result<Checkpoint> parse_checkpoint(std::string_view text, bool extensions = false);

// Whether `line` is this log's (Ed25519 over the text).
bool verify_line(const Note::Line& line, std::string_view text, const VerifierKey& log);

// A witness's statement (cosignature/v1): at `time`, this was the largest consistent tree of the log that it had seen.
std::string cosign(const std::string& text, const std::string& name, const SigningKey& key, std::uint64_t time);  // a signature line with its line feed
// The time, when `line` is this witness's cosignature of the text.
std::optional<std::uint64_t> verify_cosignature(const Note::Line& line, std::string_view text, const VerifierKey& witness);

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
