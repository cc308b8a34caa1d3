// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/age.h"

#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "seal/bech32.h"
#include "seal/hash.h"
#include "seal/signing.h"

namespace oyer::seal::age {
namespace {

constexpr std::string_view kVersionLine = "age-encryption.org/v1\n";
constexpr std::string_view kX25519Info = "age-encryption.org/v1/X25519";
constexpr std::string_view kScryptLabel = "age-encryption.org/v1/scrypt";
constexpr std::size_t kChunk = 65536;
constexpr std::size_t kTag = 16;
constexpr std::size_t kNonce = 16;
constexpr std::size_t kGathered = kNonce + 16 * (kChunk + kTag);  // stored bytes handed on at once
constexpr int kLargestWorkFactor = 20;

std::string unpadded(ByteView bytes) {
  std::string text = base64(bytes);
  while (!text.empty() && text.back() == '=') text.pop_back();
  return text;
}

std::optional<Bytes> from_unpadded(std::string_view text) {
  std::string padded(text);
  if (padded.find('=') != std::string::npos) return std::nullopt;
  while (padded.size() % 4 != 0) padded.push_back('=');
  return from_base64(padded);
}

Bytes seal_small(const Hash& key, ByteView plaintext) {
  Bytes out(plaintext.size() + kTag);
  const std::uint8_t nonce[12] = {};
  crypto_aead_chacha20poly1305_ietf_encrypt(out.data(), nullptr, plaintext.data(), plaintext.size(), nullptr, 0, nullptr, nonce, key.data());
  return out;
}

std::optional<FileKey> open_small(const Hash& key, ByteView sealed) {
  if (sealed.size() != 32) return std::nullopt;
  FileKey out;
  const std::uint8_t nonce[12] = {};
  if (crypto_aead_chacha20poly1305_ietf_decrypt(out.data(), nullptr, nullptr, sealed.data(), sealed.size(), nullptr, 0, nonce, key.data()) != 0) return std::nullopt;
  return out;
}

Hash header_mac(const FileKey& key, std::string_view header) { return hmac_sha256(hkdf_sha256(key, {}, "header"), view(header)); }

std::string finish_header(std::string header, const FileKey& key) {
  header += "---";
  return header + " " + unpadded(header_mac(key, header)) + "\n";
}

Hash scrypt_key(std::string_view passphrase, ByteView salt, int work_factor) {
  Bytes labelled(kScryptLabel.begin(), kScryptLabel.end());
  append(labelled, salt);
  Hash key;
  if (crypto_pwhash_scryptsalsa208sha256_ll(reinterpret_cast<const std::uint8_t*>(passphrase.data()), passphrase.size(), labelled.data(), labelled.size(), std::uint64_t{1} << work_factor, 8, 1, key.data(), key.size()) != 0)
    std::abort();  // out of memory: without the key nothing can go on
  return key;
}

struct Stanza {
  std::vector<std::string> arguments;
  Bytes body;
};

struct Header {
  std::vector<Stanza> stanzas;
  std::string_view signed_part;  // up to and with "---"
  Bytes mac;
  std::size_t length = 0;
};

tl::unexpected<Error> malformed(const char* what) { return fail(ErrorCode::bad_input, std::string("An age header is malformed: ") + what + "."); }

Result<Header> parse_header(std::string_view text) {
  if (!text.starts_with(kVersionLine)) return malformed("it does not begin with the version line");
  Header header;
  std::size_t at = kVersionLine.size();
  const auto line = [&]() -> std::optional<std::string_view> {
    const std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos || end - at > 4096) return std::nullopt;
    const auto out = text.substr(at, end - at);
    at = end + 1;
    return out;
  };
  while (true) {
    const std::size_t start = at;
    const auto first = line();
    if (!first) return malformed("it ends too early");
    if (first->starts_with("---")) {
      header.signed_part = text.substr(0, start + 3);
      if (first->size() != 47 || (*first)[3] != ' ') return malformed("its MAC line");
      const auto mac = from_unpadded(first->substr(4));
      if (!mac) return malformed("its MAC");
      header.mac = *mac;
      header.length = at;
      if (header.stanzas.empty()) return malformed("it has no recipient");
      return header;
    }
    if (!first->starts_with("-> ")) return malformed("a stanza's first line");
    Stanza stanza;
    std::string_view words = first->substr(3);
    while (true) {
      const std::size_t space = words.find(' ');
      const auto word = words.substr(0, space);
      if (word.empty() || std::any_of(word.begin(), word.end(), [](unsigned char c) { return c < 33 || c > 126; })) return malformed("a stanza's arguments");
      stanza.arguments.emplace_back(word);
      if (space == std::string_view::npos) break;
      words.remove_prefix(space + 1);
    }
    std::string body;
    while (true) {
      const auto piece = line();
      if (!piece || piece->size() > 64) return malformed("a stanza's body");
      body += *piece;
      if (piece->size() < 64) break;
    }
    auto bytes = from_unpadded(body);
    if (!bytes) return malformed("a stanza's body is not base64");
    stanza.body = *std::move(bytes);
    if (header.stanzas.size() >= 1024) return malformed("it has too many stanzas");
    header.stanzas.push_back(std::move(stanza));
  }
}

Result<FileKey> checked(const Header& header, const FileKey& key) {
  if (!equal_in_constant_time(header_mac(key, header.signed_part), header.mac)) return malformed("its MAC does not fit");
  return key;
}

std::array<std::uint8_t, 12> chunk_nonce(std::uint64_t counter, bool last) {
  std::array<std::uint8_t, 12> nonce{};
  for (unsigned i = 0; i < 8; ++i) nonce[10 - i] = static_cast<std::uint8_t>(counter >> (8 * i));
  nonce[11] = last ? 1 : 0;
  return nonce;
}

}  // namespace

Identity::Identity(const Hash& secret) : secret_(secret) { crypto_scalarmult_base(recipient_.data(), secret_.data()); }
Identity::~Identity() { wipe(secret_); }

Identity Identity::generate(Random& random) {
  Hash secret;
  random.fill(secret);
  return Identity(secret);
}

Result<Identity> Identity::parse(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  const auto bytes = text.starts_with("AGE-SECRET-KEY-1") ? bech32_decode("age-secret-key-", text) : std::nullopt;
  const auto secret = bytes ? to_hash(*bytes) : std::nullopt;
  if (!secret) return fail(ErrorCode::bad_input, "This is not an age identity (AGE-SECRET-KEY-1…).");
  return Identity(*secret);
}

std::string Identity::text() const {
  std::string out = bech32_encode("age-secret-key-", secret_);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

std::string recipient_text(const Recipient& recipient) { return bech32_encode("age", recipient); }

Result<Recipient> parse_recipient(std::string_view text) {
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  const auto bytes = text.starts_with("age1") ? bech32_decode("age", text) : std::nullopt;
  const auto key = bytes ? to_hash(*bytes) : std::nullopt;
  // A point of low order would make the shared secret known to all.
  Hash shared;
  const Hash scalar{1};
  if (!key || crypto_scalarmult(shared.data(), scalar.data(), key->data()) != 0) return fail(ErrorCode::bad_input, "This is not an age recipient (age1…).");
  return *key;
}

FileKey new_file_key(Random& random) {
  FileKey key;
  random.fill(key);
  return key;
}

std::string make_header(const FileKey& key, const std::vector<Recipient>& recipients, Random& random) {
  std::string header(kVersionLine);
  for (const Recipient& recipient : recipients) {
    Hash ephemeral;
    random.fill(ephemeral);
    Recipient share;
    Hash shared;
    crypto_scalarmult_base(share.data(), ephemeral.data());
    if (crypto_scalarmult(shared.data(), ephemeral.data(), recipient.data()) != 0) std::abort();  // a recipient of low order was never accepted
    Bytes salt(share.begin(), share.end());
    append(salt, recipient);
    const Hash wrap_key = hkdf_sha256(shared, salt, kX25519Info);
    header += "-> X25519 " + unpadded(share) + "\n" + unpadded(seal_small(wrap_key, key)) + "\n";
    wipe(ephemeral);
    wipe(shared);
  }
  return finish_header(std::move(header), key);
}

std::string make_passphrase_header(const FileKey& key, std::string_view passphrase, int work_factor, Random& random) {
  const Bytes salt = random_bytes(random, 16);
  const Hash wrap_key = scrypt_key(passphrase, salt, work_factor);
  std::string header(kVersionLine);
  header += "-> scrypt " + unpadded(salt) + " " + std::to_string(work_factor) + "\n" + unpadded(seal_small(wrap_key, key)) + "\n";
  return finish_header(std::move(header), key);
}

Result<FileKey> unwrap(std::string_view text, const Identity& identity) {
  const Header header = TRY(parse_header(text));
  if (header.length != text.size()) return malformed("something follows it");
  for (const Stanza& stanza : header.stanzas)
    if (stanza.arguments[0] == "scrypt" && header.stanzas.size() > 1) return malformed("a scrypt stanza is not alone");
  for (const Stanza& stanza : header.stanzas) {
    if (stanza.arguments[0] != "X25519") continue;
    const auto share = stanza.arguments.size() == 2 ? from_unpadded(stanza.arguments[1]) : std::nullopt;
    if (!share || share->size() != 32 || stanza.body.size() != 32) return malformed("an X25519 stanza");
    Hash shared;
    if (crypto_scalarmult(shared.data(), identity.secret().data(), share->data()) != 0) return malformed("an X25519 share of low order");
    Bytes salt = *share;
    append(salt, identity.recipient());
    const auto key = open_small(hkdf_sha256(shared, salt, kX25519Info), stanza.body);
    wipe(shared);
    if (key) return checked(header, *key);
  }
  return fail(ErrorCode::refused, "This key does not open it.", "Use the key of someone for whom it was sealed.");
}

Result<FileKey> unwrap_passphrase(std::string_view text, std::string_view passphrase) {
  const Header header = TRY(parse_header(text));
  if (header.length != text.size()) return malformed("something follows it");
  const auto is_scrypt = [](const Stanza& one) { return one.arguments[0] == "scrypt"; };
  if (std::none_of(header.stanzas.begin(), header.stanzas.end(), is_scrypt)) return fail(ErrorCode::refused, "It is not sealed with a passphrase.", "Give the key file with --key-file.");
  if (header.stanzas.size() != 1) return malformed("a scrypt stanza is not alone");
  const Stanza& stanza = header.stanzas[0];
  if (stanza.arguments.size() != 3 || stanza.body.size() != 32) return malformed("a scrypt stanza");
  const auto salt = from_unpadded(stanza.arguments[1]);
  const std::string& factor = stanza.arguments[2];
  if (!salt || salt->size() != 16 || factor.empty() || factor.size() > 2 || factor[0] == '0' || factor.find_first_not_of("0123456789") != std::string::npos) return malformed("a scrypt stanza");
  if (std::stoi(factor) > kLargestWorkFactor) return malformed("a scrypt work factor that is too large");
  const auto key = open_small(scrypt_key(passphrase, *salt, std::stoi(factor)), stanza.body);
  if (!key) return fail(ErrorCode::refused, "The passphrase is wrong.", "Type it again; Oyer can't recover it.");
  return checked(header, *key);
}

Result<std::size_t> header_length(ByteView file) { return TRY(parse_header(text_of(file))).length; }

// OpenSSL's vector code is several times faster than libsodium's here; the cipher is fetched once, and its context serves all chunks.
class ChunkCipher {
 public:
  ChunkCipher(const FileKey& key, ByteView nonce) : context_(EVP_CIPHER_CTX_new()) {
    static EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr);
    Hash stream_key = hkdf_sha256(key, nonce, "payload");
    if (context_ == nullptr || cipher == nullptr || EVP_CipherInit_ex2(context_, cipher, stream_key.data(), nullptr, 1, nullptr) != 1) std::abort();  // no memory, or no OpenSSL
    wipe(stream_key);
  }
  ChunkCipher(const ChunkCipher&) = delete;
  ChunkCipher& operator=(const ChunkCipher&) = delete;
  ~ChunkCipher() { EVP_CIPHER_CTX_free(context_); }  // wipes its key

  // `out` is as long as `plain` and a tag.
  void seal(const std::array<std::uint8_t, 12>& nonce, ByteView plain, std::uint8_t* out) {
    int length = 0;
    if (EVP_CipherInit_ex2(context_, nullptr, nullptr, nonce.data(), 1, nullptr) != 1 || (!plain.empty() && EVP_CipherUpdate(context_, out, &length, plain.data(), static_cast<int>(plain.size())) != 1) ||
        EVP_CipherFinal_ex(context_, out + length, &length) != 1 || EVP_CIPHER_CTX_ctrl(context_, EVP_CTRL_AEAD_GET_TAG, kTag, out + plain.size()) != 1)
      std::abort();  // nothing in the input can make it fail
  }
  // `out` is as long as `sealed` without its tag. False when it does not authenticate.
  bool open(const std::array<std::uint8_t, 12>& nonce, ByteView sealed, std::uint8_t* out) {
    std::array<std::uint8_t, kTag> tag;
    std::copy(sealed.end() - kTag, sealed.end(), tag.begin());
    const ByteView body = sealed.first(sealed.size() - kTag);
    int length = 0;
    std::uint8_t none[1];
    return EVP_CipherInit_ex2(context_, nullptr, nullptr, nonce.data(), 0, nullptr) == 1 && EVP_CIPHER_CTX_ctrl(context_, EVP_CTRL_AEAD_SET_TAG, kTag, tag.data()) == 1 &&
           (body.empty() || EVP_CipherUpdate(context_, out, &length, body.data(), static_cast<int>(body.size())) == 1) && EVP_CipherFinal_ex(context_, body.empty() ? none : out + length, &length) == 1;
  }

 private:
  EVP_CIPHER_CTX* context_;
};

namespace {
tl::unexpected<Error> damaged_payload() { return fail(ErrorCode::damaged, "An encrypted payload does not authenticate: it was damaged or is not what its header belongs to."); }
}  // namespace

PayloadWriter::PayloadWriter(const FileKey& key, Random& random, Sink sink) : sink_(std::move(sink)), sealed_(random_bytes(random, kNonce)) { cipher_ = std::make_unique<ChunkCipher>(key, sealed_); }

PayloadWriter::~PayloadWriter() { wipe(buffer_); }

Result<void> PayloadWriter::flush() {
  TRY(sink_(ByteView(sealed_).first(filled_)));
  filled_ = 0;
  return {};
}

Result<void> PayloadWriter::seal(ByteView plaintext, bool last) {
  const std::size_t length = plaintext.size() + kTag;
  if (filled_ + length > kGathered) TRY(flush());
  if (plaintext.size() == kChunk) sealed_.reserve(kGathered);
  if (sealed_.size() < filled_ + length) sealed_.resize(filled_ + length);
  cipher_->seal(chunk_nonce(counter_++, last), plaintext, sealed_.data() + filled_);
  filled_ += length;
  return {};
}

Result<void> PayloadWriter::write(ByteView plaintext) {
  while (!plaintext.empty()) {
    if (buffer_.size() == kChunk) {  // only when more follows: the last chunk is marked
      TRY(seal(buffer_, false));
      wipe(buffer_);
      buffer_.clear();
    }
    if (buffer_.empty() && plaintext.size() > kChunk) {  // straight from the caller's bytes
      TRY(seal(plaintext.first(kChunk), false));
      plaintext = plaintext.subspan(kChunk);
      continue;
    }
    const std::size_t n = std::min(kChunk - buffer_.size(), plaintext.size());
    append(buffer_, plaintext.first(n));
    plaintext = plaintext.subspan(n);
  }
  return {};
}

Result<void> PayloadWriter::finish() {
  TRY(seal(buffer_, true));
  return flush();
}

PayloadReader::PayloadReader(const FileKey& key, Sink sink) : file_key_(key), sink_(std::move(sink)) {}

PayloadReader::~PayloadReader() {
  wipe(file_key_);
  wipe(plain_);
}

Result<void> PayloadReader::flush(bool last) {
  if (buffer_.size() < kTag || (buffer_.size() == kTag && counter_ > 0)) return damaged_payload();  // an empty last chunk stands only alone
  plain_.resize(buffer_.size() - kTag);
  if (!cipher_->open(chunk_nonce(counter_++, last), buffer_, plain_.data())) return damaged_payload();
  buffer_.clear();
  return plain_.empty() ? Result<void>{} : sink_(plain_);
}

Result<void> PayloadReader::write(ByteView stored) {
  while (!stored.empty()) {
    const std::size_t whole = cipher_ ? kChunk + kTag : kNonce;
    if (buffer_.size() == whole) TRY(flush(false));  // only when more follows: the last chunk is marked
    const std::size_t n = std::min(whole - buffer_.size(), stored.size());
    append(buffer_, stored.first(n));
    stored = stored.subspan(n);
    if (!cipher_ && buffer_.size() == kNonce) {
      cipher_ = std::make_unique<ChunkCipher>(file_key_, buffer_);
      buffer_.clear();
    }
  }
  return {};
}

Result<void> PayloadReader::finish() {
  if (!cipher_) return damaged_payload();
  return flush(true);
}

Bytes encrypt_payload(const FileKey& key, ByteView plaintext, Random& random) {
  Bytes out = random_bytes(random, kNonce);
  ChunkCipher cipher(key, out);
  const std::size_t chunks = std::max<std::size_t>(1, (plaintext.size() + kChunk - 1) / kChunk);
  out.resize(kNonce + plaintext.size() + chunks * kTag);
  std::size_t at = kNonce;
  for (std::size_t i = 0; i < chunks; ++i) {
    const ByteView chunk = plaintext.subspan(i * kChunk, std::min(kChunk, plaintext.size() - i * kChunk));
    cipher.seal(chunk_nonce(i, i + 1 == chunks), chunk, out.data() + at);
    at += chunk.size() + kTag;
  }
  return out;
}

Result<Bytes> decrypt_payload(const FileKey& key, ByteView payload) {
  Bytes out;
  out.reserve(payload.size());
  PayloadReader reader(key, [&](ByteView bytes) -> Result<void> {
    append(out, bytes);
    return {};
  });
  TRY(reader.write(payload));
  TRY(reader.finish());
  return out;
}

namespace {

Bytes join(const std::string& header, const Bytes& payload) {
  Bytes out = to_bytes(header);
  append(out, payload);
  return out;
}

}  // namespace

Bytes encrypt(const std::vector<Recipient>& recipients, ByteView plaintext, Random& random) {
  const FileKey key = new_file_key(random);
  return join(make_header(key, recipients, random), encrypt_payload(key, plaintext, random));
}

Bytes encrypt_with_passphrase(std::string_view passphrase, int work_factor, ByteView plaintext, Random& random) {
  const FileKey key = new_file_key(random);
  return join(make_passphrase_header(key, passphrase, work_factor, random), encrypt_payload(key, plaintext, random));
}

Result<Bytes> decrypt(ByteView file, const Identity& identity) {
  const std::size_t length = TRY(header_length(file));
  const FileKey key = TRY(unwrap(text_of(file.first(length)), identity));
  return decrypt_payload(key, file.subspan(length));
}

Result<Bytes> decrypt_with_passphrase(ByteView file, std::string_view passphrase) {
  const std::size_t length = TRY(header_length(file));
  const FileKey key = TRY(unwrap_passphrase(text_of(file.first(length)), passphrase));
  return decrypt_payload(key, file.subspan(length));
}

}  // namespace oyer::seal::age
