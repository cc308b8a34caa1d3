// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/note.h"

#include <algorithm>

#include "seal/hash.h"

namespace oyer::seal {
namespace {

constexpr std::uint8_t kEd25519 = 0x01;
constexpr std::string_view kDash = "\xE2\x80\x94 ";  // em dash and a space
constexpr std::string_view kProofHeader = "c2sp.org/tlog-proof@v1";

tl::unexpected<Error> bad(const std::string& what) { return fail(ErrorCode::bad_input, what); }

// Decimal without leading zeros, below 2^63.
std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  if (text.empty() || text.size() > 18 || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  std::uint64_t value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

// Takes one line off `text`; nothing when no line feed is left.
std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

Result<VerifierKey> VerifierKey::parse(std::string_view text) {
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  const std::size_t first = text.find('+');
  const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; };
  if (second == std::string_view::npos || first == 0 || std::any_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(first), blank)) return bad("A verifier key is not of the form name+id+key.");
  const auto bytes = from_base64(text.substr(second + 1));
  if (!bytes || bytes->size() != 33 || (*bytes)[0] != kEd25519) return bad("A verifier key is not an Ed25519 key in base64.");
  VerifierKey key;
  key.name = std::string(text.substr(0, first));
  std::copy(bytes->begin() + 1, bytes->end(), key.key.begin());
  if (hex(key.id()) != text.substr(first + 1, second - first - 1)) return bad("A verifier key's id does not fit its name and key.");
  return key;
}

std::string VerifierKey::text() const {
  Bytes typed{kEd25519};
  append(typed, key);
  return name + "+" + hex(id()) + "+" + base64(typed);
}

std::array<std::uint8_t, 4> VerifierKey::id() const {
  const std::uint8_t middle[2] = {0x0A, kEd25519};
  const Hash hash = sha256({view(name), middle, key});
  return {hash[0], hash[1], hash[2], hash[3]};
}

std::string Checkpoint::text() const { return origin + "\n" + std::to_string(size) + "\n" + base64(root) + "\n"; }

std::string sign_note(const std::string& text, const std::string& name, const SigningKey& key) {
  const auto id = VerifierKey{name, key.public_key()}.id();
  Bytes blob(id.begin(), id.end());
  append(blob, key.sign(view(text)));
  return text + "\n" + std::string(kDash) + name + " " + base64(blob) + "\n";
}

Result<Checkpoint> open_checkpoint(std::string_view note, const VerifierKey& log) {
  std::string_view rest = note;
  const auto origin = take_line(rest);
  const auto size_line = take_line(rest);
  const auto root_line = take_line(rest);
  if (!root_line) return bad("A checkpoint has fewer than three lines.");
  const std::string_view text = note.substr(0, note.size() - rest.size());
  const auto blank = take_line(rest);
  const auto signature = take_line(rest);
  if (!blank || !blank->empty() || !signature || !rest.empty()) return bad("A checkpoint does not consist of three lines, an empty one and exactly the log's signature.");
  const auto size = parse_decimal(*size_line);
  const auto root_bytes = from_base64(*root_line);
  const auto root = root_bytes ? to_hash(*root_bytes) : std::nullopt;
  if (!size || !root) return bad("A checkpoint's size or root is malformed.");
  const std::string prefix = std::string(kDash) + log.name + " ";
  if (*origin != log.name || !signature->starts_with(prefix)) return fail(ErrorCode::check_failed, "A checkpoint is not of this log (" + log.name + ").");
  const auto blob = from_base64(signature->substr(prefix.size()));
  const auto id = log.id();
  if (!blob || blob->size() != 68 || !std::equal(id.begin(), id.end(), blob->begin()) || !verify_signature(log.key, view(text), ByteView(*blob).subspan(4))) return fail(ErrorCode::check_failed, "A checkpoint's signature is not the log's.");
  return Checkpoint{std::string(*origin), *size, *root};
}

std::string TlogProof::text() const {
  std::string out = std::string(kProofHeader) + "\nindex " + std::to_string(index) + "\n";
  for (const Hash& hash : path) out += base64(hash) + "\n";
  return out + "\n" + checkpoint;
}

Result<TlogProof> TlogProof::parse(std::string_view text) {
  TlogProof proof;
  const auto header = take_line(text);
  if (!header || *header != kProofHeader) return bad("A proof does not begin with " + std::string(kProofHeader) + ".");
  auto line = take_line(text);
  if (!line || !line->starts_with("index ")) return bad("A proof has no index line.");
  const auto index = parse_decimal(line->substr(6));
  if (!index) return bad("A proof's index is malformed.");
  proof.index = *index;
  while ((line = take_line(text)) && !line->empty()) {
    const auto bytes = from_base64(*line);
    const auto hash = bytes ? to_hash(*bytes) : std::nullopt;
    if (!hash || proof.path.size() >= 63) return bad("A proof's hash line is malformed.");
    proof.path.push_back(*hash);
  }
  if (!line || text.empty()) return bad("A proof has no checkpoint.");
  proof.checkpoint = std::string(text);
  return proof;
}

}  // namespace oyer::seal
