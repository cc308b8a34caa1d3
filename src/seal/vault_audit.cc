// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/vault_audit.h"

#include <algorithm>

#include "seal/age.h"

namespace oyer::seal {
namespace {

constexpr std::string_view kAge = "age-encryption.org/v1\n";

}  // namespace

Result<void> audit_vault(const Disk& disk, const std::string& directory, bool open_case, const std::function<void(const std::string&)>& fault) {
  const auto must_be_age = [&](const std::string& name) {
    const auto bytes = disk.read_all(directory + "/" + name);
    if (!bytes)
      fault("vault/" + name + (bytes.error().code == ErrorCode::not_found ? " is missing." : " can't be read: " + bytes.error().message));
    else if (!text_of(*bytes).starts_with(kAge))
      fault("vault/" + name + " is damaged: it does not begin as an age file (offset 0).");
  };
  if (open_case) {
    const auto key = disk.read_all(directory + "/log.key");
    if (!key)
      fault("vault/log.key is missing or can't be read: no checkpoint can be signed.");
    else if (key->size() != 32)
      fault("vault/log.key is damaged: it is not 32 bytes long.");
    return {};
  }
  must_be_age("log.age");
  must_be_age("compartments/base.age");
  if (!disk.exists(directory + "/headers-a") && !disk.exists(directory + "/headers-b")) fault("vault/headers-a and vault/headers-b are both missing: nothing sealed can be opened.");
  if (!disk.exists(directory + "/custodians")) {
    fault("vault/custodians is missing: nobody can unlock this case.");
    return {};
  }
  const auto names = TRY(disk.list(directory + "/custodians"));
  std::size_t sealed = 0;
  for (const auto& name : names) {
    if (name.ends_with(".age")) {
      ++sealed;
      must_be_age("custodians/" + name);
      const std::string recipient = name.substr(0, name.size() - 4) + ".pub";
      if (std::ranges::find(names, recipient) == names.end()) fault("vault/custodians/" + recipient + " is missing.");
    } else if (name.ends_with(".pub")) {
      const auto bytes = TRY(disk.read_all(directory + "/custodians/" + name));
      const std::string_view text = text_of(bytes);
      if (!text.ends_with("\n") || !age::parse_recipient(text.substr(0, text.size() - 1))) fault("vault/custodians/" + name + " is damaged: it holds no recipient.");
    }
  }
  if (sealed == 0) fault("vault/custodians holds nobody's key: nobody can unlock this case.");
  return {};
}

}  // namespace oyer::seal
