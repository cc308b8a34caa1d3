// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/vault.h"

#include <algorithm>

#include "seal/hash.h"

namespace oyer::seal {
namespace {

constexpr std::string_view kTagDomain = "oyer/compartment/1\n";

Result<SigningKey> key_from_seed(ByteView seed) {
  const auto hash = to_hash(seed);
  if (!hash) return fail(ErrorCode::damaged, "The log's key in the vault is not 32 bytes long.", "Restore vault/ from a backup.");
  return SigningKey(*hash);
}

}  // namespace

Tag compartment_tag(const age::Recipient& recipient) {
  const Hash hash = sha256({view(kTagDomain), view(age::recipient_text(recipient))});
  Tag tag;
  std::copy_n(hash.begin(), tag.size(), tag.begin());
  return tag;
}

void KeyRing::add(const age::Identity& compartment) { compartments_.emplace_back(compartment_tag(compartment.recipient()), compartment); }

const age::Identity* KeyRing::find(const Tag& tag) const {
  for (const auto& [held, identity] : compartments_)
    if (held == tag) return &identity;
  return nullptr;
}

Hash KeyRing::derive(ByteView case_id, std::string_view info) const { return hkdf_sha256(base().secret(), case_id, info); }

Hint KeyRing::hint_for(const Hash& hint_key, const Tag& tag, const Hash& address) const {
  const Hash mask = hmac_sha256(hint_key, address);
  Hint hint;
  for (std::size_t i = 0; i < hint.size(); ++i) hint[i] = tag[i] ^ mask[i];
  return hint;
}

Result<age::FileKey> KeyRing::open(const Hash& hint_key, const Hash& address, const HeaderRecord& record) const {
  const Hint tag = hint_for(hint_key, record.hint, address);  // XOR undoes itself
  if (const auto* identity = find(tag)) return age::unwrap(record.header, *identity);
  for (const auto& [held, identity] : compartments_)
    if (auto key = age::unwrap(record.header, identity)) return key;
  return fail(ErrorCode::refused, "It is sealed in a compartment whose key you do not hold.", "Ask one of its custodians.");
}

Result<age::Identity> Vault::create(Disk& disk, const std::string& directory, const std::string& custodian, const Secret& secret, const SigningKey& log, int work_factor, Random& random) {
  TRY(disk.make_directories(directory + "/custodians"));
  TRY(disk.make_directories(directory + "/compartments"));
  TRY(HeaderStore::create(disk, directory));
  const age::Identity identity = age::Identity::generate(random);
  const std::string text = identity.text() + "\n";
  const Bytes sealed = secret.key_file ? age::encrypt({age::Identity(*secret.key_file).recipient()}, view(text), random) : age::encrypt_with_passphrase(secret.passphrase, work_factor, view(text), random);
  TRY(disk.write_atomic(directory + "/custodians/" + custodian + ".age", sealed, 0600));
  TRY(disk.write_atomic(directory + "/custodians/" + custodian + ".pub", view(age::recipient_text(identity.recipient()) + "\n")));
  const age::Identity base = age::Identity::generate(random);
  TRY(disk.write_atomic(directory + "/compartments/base.age", age::encrypt({identity.recipient()}, view(base.text() + "\n"), random), 0600));
  TRY(disk.write_atomic(directory + "/log.age", age::encrypt({identity.recipient()}, log.seed(), random), 0600));
  return identity;
}

Result<void> Vault::create_open(Disk& disk, const std::string& directory, const SigningKey& log) {
  TRY(disk.make_directories(directory));
  return disk.write_atomic(directory + "/log.key", log.seed(), 0600);
}

Result<std::vector<std::string>> Vault::custodians(Disk& disk, const std::string& directory) {
  std::vector<std::string> out;
  for (const auto& name : TRY(disk.list(directory + "/custodians")))
    if (name.ends_with(".age")) out.push_back(name.substr(0, name.size() - 4));
  return out;
}

Result<age::Identity> Vault::unlock(Disk& disk, const std::string& directory, const std::string& custodian, const Secret& secret) {
  const Bytes file = TRY(disk.read_all(directory + "/custodians/" + custodian + ".age"));
  auto opened = secret.key_file ? age::decrypt(file, age::Identity(*secret.key_file)) : age::decrypt_with_passphrase(file, secret.passphrase);
  if (!opened && secret.key_file && opened.error().code == ErrorCode::refused)
    return fail(ErrorCode::refused, "The key file does not unlock this case (custodian “" + custodian + "”).", "Give the key file that was used at `oyer init`, or the passphrase if it has one.");
  if (!opened) return tl::unexpected(opened.error());
  return age::Identity::parse(text_of(*opened));
}

Result<KeyRing> Vault::compartments(Disk& disk, const std::string& directory, const age::Identity& custodian) {
  KeyRing ring;
  auto names = TRY(disk.list(directory + "/compartments"));
  std::stable_partition(names.begin(), names.end(), [](const std::string& name) { return name == "base.age"; });
  for (const auto& name : names) {
    if (!name.ends_with(".age")) continue;
    const auto opened = age::decrypt(TRY(disk.read_all(directory + "/compartments/" + name)), custodian);
    if (!opened && opened.error().code == ErrorCode::refused) continue;  // held by others
    if (!opened) return fail_at("vault/compartments/" + name, opened.error());
    ring.add(TRY(age::Identity::parse(text_of(*opened))));
  }
  if (ring.empty()) return fail(ErrorCode::refused, "This custodian holds the key of no compartment.", "Ask another custodian.");
  return ring;
}

Result<SigningKey> Vault::log_key(Disk& disk, const std::string& directory, const age::Identity& custodian) {
  auto opened = age::decrypt(TRY(disk.read_all(directory + "/log.age")), custodian);
  if (!opened) return fail_at("vault/log.age", opened.error());
  return key_from_seed(*opened);
}

Result<SigningKey> Vault::open_log_key(Disk& disk, const std::string& directory) { return key_from_seed(TRY(disk.read_all(directory + "/log.key"))); }

}  // namespace oyer::seal
