// SPDX-License-Identifier: GPL-3.0-or-later
// key
#include "cli/command.h"
#include "service/unlocking.h"

namespace oyer::cli {
namespace {

// Makes an actor's key on this machine; a custodian then enrols its public half.
Result<int> new_key(const Globals& globals, const json::object&) {
  const auto info = TRY(casefile::read_case_info(real_disk(), TRY(case_directory(globals))));
  const std::string path = seal::actor_key_path(service::config_directory(), info.id);
  if (real_disk().exists(path)) return fail(ErrorCode::bad_input, "This machine has an actor's key for the case already (" + path + ").", "Use it, or move it away first.");
  std::optional<seal::Secret> secret;
  if (!info.open) {
    secret.emplace();
    if (!globals.key_file.empty())
      secret = TRY(service::read_key_file(globals.key_file));
    else
      secret->passphrase = TRY(ask_passphrase("The passphrase that unlocks the case for you: ", true));
  }
  Hash seed;
  system_random().fill(seed);
  const seal::SigningKey key(seed);
  TRY(seal::save_actor_key(real_disk(), path, key, secret, system_random()));
  if (globals.json)
    say(json::serialize(json::object{{"key", base64url(key.public_key())}, {"path", path}}));
  else {
    say("Made a key for this machine. Its public half:");
    say("  " + base64url(key.public_key()));
    say("Someone whose key is enrolled runs: oyer key enrol --name NAME --key " + base64url(key.public_key()));
  }
  return 0;
}

}  // namespace

void add_key_commands(std::vector<Command>& commands) {
  commands.push_back({{"key", "ls"}, "the enrolled keys", {}, {"oyer key ls"}, "ls", {{"kind", "key"}}, print_items, nullptr, nullptr});
  commands.push_back({{"key", "new"}, "make an actor's key on this machine", {}, {"oyer key new"}, "", {}, nullptr, new_key, nullptr});
  commands.push_back({{"key", "enrol"},
                      "enrol somebody's public key",
                      {{"--name", "name", Kind::text, "whose key it is", true}, {"--key", "key", Kind::text, "43 characters, as `oyer key new` prints them", true}, {"--purpose", "purposes", Kind::many, "what it may sign (all)"}},
                      {"oyer key enrol --name analyst --key 3q2-…"},
                      "key.enrol",
                      {},
                      print_thing,
                      nullptr,
                      nullptr});
  commands.push_back({{"key", "revoke"},
                      "revoke a key",
                      {{"--key", "key", Kind::text, "the public key", true}, {"--reason", "reason", Kind::text, "why", true}, {"--from", "from", Kind::text, "since when"}},
                      {"oyer key revoke --key 3q2-… --reason \"laptop seized\""},
                      "thing.add",
                      {{"noun", "revocation"}},
                      print_thing,
                      nullptr,
                      nullptr});
}

}  // namespace oyer::cli
