// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/actor_key.h"

#include <sodium.h>

#include <algorithm>

#include "base/json.h"
#include "seal/hash.h"

namespace oyer::seal {
namespace {

constexpr std::string_view kDomain = "oyer/actor/1";
constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;

// The wrapping key. Argon2id (RFC 9106) for a passphrase; a key file is uniform already.
Result<Hash> wrapping_key(const Secret& secret, ByteView salt, std::uint64_t operations, std::size_t memory) {
  if (secret.key_file) return hkdf_sha256(*secret.key_file, salt, "oyer/actor-wrap/1");
  Hash key;
  if (salt.size() != crypto_pwhash_SALTBYTES || crypto_pwhash(key.data(), key.size(), secret.passphrase.data(), secret.passphrase.size(), salt.data(), operations, memory, crypto_pwhash_ALG_ARGON2ID13) != 0)
    return fail(ErrorCode::damaged, "The actor's key can't be unwrapped: its parameters are off or memory is short.", "Free memory and try again.");
  return key;
}

}  // namespace

std::string actor_key_path(const std::string& config_directory, const std::string& case_id) { return config_directory + "/actors/" + case_id + ".json"; }

Result<void> save_actor_key(Disk& disk, const std::string& path, const SigningKey& key, const std::optional<Secret>& secret, Random& random) {
  json::object file{{"v", 1}, {"public", base64url(key.public_key())}};
  const Hash seed = key.seed();
  if (!secret) {
    file["wrap"] = "none";
    file["box"] = base64url(seed);
  } else {
    const Bytes salt = random_bytes(random, crypto_pwhash_SALTBYTES);
    const Bytes nonce = random_bytes(random, kNonce);
    const std::uint64_t operations = crypto_pwhash_OPSLIMIT_MODERATE;
    const std::size_t memory = crypto_pwhash_MEMLIMIT_INTERACTIVE;
    Hash wrap = TRY(wrapping_key(*secret, salt, operations, memory));
    Bytes box(seed.size() + kTag);
    crypto_aead_xchacha20poly1305_ietf_encrypt(box.data(), nullptr, seed.data(), seed.size(), reinterpret_cast<const std::uint8_t*>(kDomain.data()), kDomain.size(), nullptr, nonce.data(), wrap.data());
    wipe(wrap);
    file["wrap"] = secret->key_file ? "key-file" : "argon2id";
    file["salt"] = base64url(salt);
    file["nonce"] = base64url(nonce);
    file["box"] = base64url(box);
    if (!secret->key_file) {
      file["ops"] = static_cast<std::int64_t>(operations);
      file["mem"] = static_cast<std::int64_t>(memory);
    }
  }
  TRY(disk.make_directories(path.substr(0, path.find_last_of('/'))));
  return disk.write_atomic(path, view(canonical(file)), 0600);
}

Result<SigningKey> load_actor_key(Disk& disk, const std::string& path, const std::optional<Secret>& secret) {
  auto bytes = disk.read_all(path);
  if (!bytes && bytes.error().code == ErrorCode::not_found)
    return fail(ErrorCode::not_found, "This machine has no actor key for the case (" + path + ").", "Enrol one with `oyer key enrol --name NAME`, or set XDG_CONFIG_HOME to where it lies.");
  if (!bytes) return tl::unexpected(bytes.error());
  const auto value = TRY(parse_json(text_of(*bytes)));
  const auto* file = value.if_object();
  const auto malformed = [&] { return fail(ErrorCode::damaged, "The actor's key file " + path + " is malformed.", "Restore it, or enrol a new key with `oyer key enrol --name NAME`."); };
  if (file == nullptr) return malformed();
  const auto box = from_base64url(string_or_empty(*file, "box"));
  if (!box) return malformed();
  Hash seed{};
  if (string_or_empty(*file, "wrap") == "none") {
    if (box->size() != seed.size()) return malformed();
    std::copy(box->begin(), box->end(), seed.begin());
    return SigningKey(seed);
  }
  if (!secret) return fail(ErrorCode::refused, "The actor's key is wrapped.", "Give the passphrase or --key-file.");
  const auto salt = from_base64url(string_or_empty(*file, "salt"));
  const auto nonce = from_base64url(string_or_empty(*file, "nonce"));
  if (!salt || !nonce || nonce->size() != kNonce || box->size() != seed.size() + kTag) return malformed();
  Hash wrap = TRY(wrapping_key(*secret, *salt, static_cast<std::uint64_t>(get_integer(*file, "ops").value_or(1)), static_cast<std::size_t>(get_integer(*file, "mem").value_or(8192))));
  const bool fits = crypto_aead_xchacha20poly1305_ietf_decrypt(seed.data(), nullptr, nullptr, box->data(), box->size(), reinterpret_cast<const std::uint8_t*>(kDomain.data()), kDomain.size(), nonce->data(), wrap.data()) == 0;
  wipe(wrap);
  if (!fits) return fail(ErrorCode::refused, "The passphrase or key file does not open the actor's key.", "Use the one that was given at `oyer init` or `oyer key enrol`.");
  return SigningKey(seed);
}

}  // namespace oyer::seal
