// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/note.h"

#include <algorithm>

#include "seal/hash.h"

namespace oyer::seal {
namespace {

constexpr std::size_t kMostLines = 64;  // signatures of one note
constexpr std::size_t kLargestNote = 1U << 16;
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

namespace {

Result<VerifierKey> parse_key(std::string_view text, KeyType type) {
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  const std::size_t first = text.find('+');
  const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; };
  if (second == std::string_view::npos || first == 0 || std::any_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(first), blank)) return bad("A verifier key is not of the form name+id+key.");
  const auto bytes = from_base64(text.substr(second + 1));
  if (!bytes || bytes->size() != 33 || (*bytes)[0] != static_cast<std::uint8_t>(type)) return bad(std::string("A verifier key is not ") + (type == KeyType::log ? "a log's" : "a witness's") + " Ed25519 key in base64.");
  VerifierKey key;
  key.name = std::string(text.substr(0, first));
  key.type = type;
  std::copy(bytes->begin() + 1, bytes->end(), key.key.begin());
  if (hex(key.id()) != text.substr(first + 1, second - first - 1)) return bad("A verifier key's id does not fit its name and key.");
  return key;
}

std::string signature_line(const VerifierKey& key, ByteView signature) {
  const auto id = key.id();
  Bytes blob(id.begin(), id.end());
  append(blob, signature);
  return std::string(kDash) + key.name + " " + base64(blob) + "\n";
}

std::string cosigned_message(std::string_view text, std::uint64_t time) { return "cosignature/v1\ntime " + std::to_string(time) + "\n" + std::string(text); }

}  // namespace

Result<VerifierKey> VerifierKey::parse(std::string_view text) { return parse_key(text, KeyType::log); }
Result<VerifierKey> VerifierKey::parse_witness(std::string_view text) { return parse_key(text, KeyType::witness); }

std::string VerifierKey::text() const {
  Bytes typed{static_cast<std::uint8_t>(type)};
  append(typed, key);
  return name + "+" + hex(id()) + "+" + base64(typed);
}

std::array<std::uint8_t, 4> VerifierKey::id() const {
  const std::uint8_t middle[2] = {0x0A, static_cast<std::uint8_t>(type)};
  const Hash hash = sha256({view(name), middle, key});
  return {hash[0], hash[1], hash[2], hash[3]};
}

std::string Checkpoint::text() const { return origin + "\n" + std::to_string(size) + "\n" + base64(root) + "\n"; }

std::string sign_note(const std::string& text, const std::string& name, const SigningKey& key) { return text + "\n" + signature_line({name, key.public_key()}, key.sign(view(text))); }

Result<Note> Note::parse(std::string_view note) {
  if (note.size() > kLargestNote) return bad("A signed note is longer than 64 KiB.");
  // The last empty line divides: an empty line within the text is allowed by signed-note.
  const std::size_t split = note.rfind("\n\n");
  if (split == std::string_view::npos || note.back() != '\n') return bad("A signed note has no empty line before its signatures, or does not end with a line feed.");
  Note out;
  out.text = std::string(note.substr(0, split + 1));
  std::string_view rest = note.substr(split + 2);
  while (!rest.empty()) {
    const std::string_view line = *take_line(rest);
    const std::size_t space = line.rfind(' ');
    if (!line.starts_with(kDash) || space < kDash.size() + 1 || space == std::string_view::npos || out.lines.size() >= kMostLines) return bad("A signed note has a malformed signature line.");
    const auto blob = from_base64(line.substr(space + 1));
    const std::string_view name = line.substr(kDash.size(), space - kDash.size());
    if (!blob || blob->size() < 5 || name.find_first_of(" +\t") != std::string_view::npos) return bad("A signed note has a malformed signature line.");
    Line made;
    made.name = std::string(name);
    std::copy_n(blob->begin(), 4, made.key_id.begin());
    made.signature.assign(blob->begin() + 4, blob->end());
    made.text = std::string(line);
    out.lines.push_back(std::move(made));
  }
  if (out.lines.empty()) return bad("A signed note has no signature.");
  return out;
}

Result<Checkpoint> parse_checkpoint(std::string_view text, bool extensions) {
  std::string_view rest = text;
  const auto origin = take_line(rest);
  const auto size_line = take_line(rest);
  const auto root_line = take_line(rest);
  if (!root_line || origin->empty()) return bad("A checkpoint has fewer than three lines.");
  if (!extensions && !rest.empty()) return bad("A checkpoint has more than three lines.");
  const auto size = parse_decimal(*size_line);
  const auto root_bytes = from_base64(*root_line);
  const auto root = root_bytes ? to_hash(*root_bytes) : std::nullopt;
  if (!size || !root) return bad("A checkpoint's size or root is malformed.");
  return Checkpoint{std::string(*origin), *size, *root};
}

bool verify_line(const Note::Line& line, std::string_view text, const VerifierKey& log) {
  return log.type == KeyType::log && line.name == log.name && line.key_id == log.id() && line.signature.size() == 64 && verify_signature(log.key, view(text), line.signature);
}

std::string cosign(const std::string& text, const std::string& name, const SigningKey& key, std::uint64_t time) {
  Bytes signature;
  put_u64(signature, time);
  append(signature, key.sign(view(cosigned_message(text, time))));
  return signature_line({name, key.public_key(), KeyType::witness}, signature);
}

std::optional<std::uint64_t> verify_cosignature(const Note::Line& line, std::string_view text, const VerifierKey& witness) {
  if (witness.type != KeyType::witness || line.name != witness.name || line.key_id != witness.id() || line.signature.size() != 72) return std::nullopt;
  const std::uint64_t time = get_u64(line.signature.data());
  if (time > (std::uint64_t{1} << 63) - 1 || !verify_signature(witness.key, view(cosigned_message(text, time)), ByteView(line.signature).subspan(8))) return std::nullopt;
  return time;
}

Result<Checkpoint> open_checkpoint(std::string_view note, const VerifierKey& log) {
  const Note opened = TRY(Note::parse(note));
  const Checkpoint checkpoint = TRY(parse_checkpoint(opened.text));
  if (opened.lines.size() != 1) return bad("A checkpoint does not consist of three lines, an empty one and exactly the log's signature.");
  if (checkpoint.origin != log.name || opened.lines[0].name != log.name) return fail(ErrorCode::check_failed, "A checkpoint is not of this log (" + log.name + ").");
  if (!verify_line(opened.lines[0], opened.text, log)) return fail(ErrorCode::check_failed, "A checkpoint's signature is not the log's.");
  return checkpoint;
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
