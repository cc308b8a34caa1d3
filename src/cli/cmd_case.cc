// SPDX-License-Identifier: GPL-3.0-or-later
// init, status, lock, unlock
#include <cstdio>

#include "cli/command.h"
#include "service/agent.h"
#include "service/unlocking.h"

namespace oyer::cli {
namespace {

Result<int> init(const Globals& globals, const json::object& arguments) {
  casefile::NewCase options;
  options.title = string_or_empty(arguments, "title");
  options.kind = string_or_empty(arguments, "kind").empty() ? "inquiry" : string_or_empty(arguments, "kind");
  if (options.kind != "inquiry" && options.kind != "campaign") return fail(ErrorCode::usage, "“" + options.kind + "” is no kind of case.", "Use inquiry or campaign.");
  options.open = get_bool(arguments, "open");
  options.config_directory = service::config_directory();
  if (!string_or_empty(arguments, "custodian").empty()) options.custodian = string_or_empty(arguments, "custodian");
  if (options.custodian.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != std::string::npos) return fail(ErrorCode::usage, "A custodian's name has only letters, digits, hyphens and underscores.");
  const std::string directory = string_or_empty(arguments, "directory");
  if (real_disk().exists(directory + "/case.toml")) return fail(ErrorCode::bad_input, "There is a case at " + directory + " already.", "Choose a new folder.");
  if (!options.open) {
    if (!globals.key_file.empty())
      options.secret = TRY(service::read_key_file(globals.key_file));
    else
      options.secret.passphrase = TRY(ask_passphrase("A passphrase for this case: ", true));
    if (!options.secret.key_file && options.secret.passphrase.size() < 8) return fail(ErrorCode::usage, "A passphrase of fewer than 8 characters protects nothing.", "Take several words.");
  }
  TRY(casefile::Case::create(real_disk(), directory, options));
  const auto info = TRY(casefile::read_case_info(real_disk(), directory));
  if (globals.json) {
    say(json::serialize(json::object{{"directory", directory}, {"case", info.id}, {"kind", options.kind}, {"tier", info.open ? "open" : "case"}}));
  } else {
    say("Made the case at " + directory + ".");
    if (!options.open && !options.secret.key_file) say("Only the passphrase opens it; nobody can recover it.");
    if (!options.open && options.secret.key_file) say("Only the key file opens it: keep a copy of " + globals.key_file + " elsewhere.");
    say("Your signing key lies in " + options.config_directory + "/actors/.");
  }
  return 0;
}

Result<int> unlock(const Globals& globals, const json::object& arguments) {
  const auto info = TRY(casefile::read_case_info(real_disk(), TRY(case_directory(globals))));
  if (info.open) return fail(ErrorCode::usage, "This is an open case: there is nothing to unlock.");
  seal::Secret secret;
  if (!globals.key_file.empty())
    secret = TRY(service::read_key_file(globals.key_file));
  else
    secret.passphrase = TRY(ask_passphrase("Passphrase: ", false));
  const auto keys = TRY(service::unlock(info, secret));
  const std::int64_t minutes = get_integer(arguments, "minutes").value_or(60);
  if (minutes < 1 || minutes > 24 * 60) return fail(ErrorCode::usage, "The time-out must be from 1 to 1,440 minutes.");
  TRY(service::start_agent(info.id, keys, static_cast<int>(minutes * 60)));
  say("Unlocked for " + std::to_string(minutes) + " minutes; `oyer lock` ends it at once.");
  return 0;
}

Result<int> lock(const Globals& globals, const json::object&) {
  const auto info = TRY(casefile::read_case_info(real_disk(), TRY(case_directory(globals))));
  say(service::stop_agent(info.id) ? "Locked: the keys are forgotten." : "It was locked already.");
  return 0;
}

void print_status(const json::value& value) {
  const auto& status = value.as_object();
  say((status.contains("title") ? field_text(status, "title") : std::string("A case")) + " (" + (status.contains("kind") ? field_text(status, "kind") + ", " : "") +
      (get_bool(status, "locked")             ? "locked"
       : field_text(status, "tier") == "open" ? "open"
                                              : "unlocked") +
      ")");
  say("  folder   " + field_text(status, "directory"));
  say("  journal  " + field_text(status, "entries") + " entries, " + field_text(status, "signed_entries") + " under the log's newest signature");
  if (field_text(status, "closed_entries") != "0") say("  closed   " + field_text(status, "closed_entries") + " entries whose key is not held here");
  if (status.contains("read_only_because")) say("  READ-ONLY: " + field_text(status, "read_only_because"));
  for (const auto& member : status.at("counts").as_object()) std::printf("  %6lld  %s\n", static_cast<long long>(member.value().as_int64()), std::string(member.key()).c_str());
  for (const auto& item : status.at("quarantined").as_array()) say("  quarantined: " + field_text(item.as_object(), "id") + " " + field_text(item.as_object(), "name") + ": " + field_text(item.as_object(), "reason"));
}

}  // namespace

void add_case_commands(std::vector<Command>& commands) {
  commands.push_back({{"init"},
                      "make a new case",
                      {{"DIR", "directory", Kind::path, "the new folder", true},
                       {"--title", "title", Kind::text, "what it is called", true},
                       {"--kind", "kind", Kind::text, "inquiry (evidence) or campaign (positions)"},
                       {"--open", "open", Kind::flag, "a purely public case: no encryption"},
                       {"--custodian", "custodian", Kind::text, "name of the first custodian"}},
                      {"oyer init tauvane --title \"Inquiry on Tauvane\"", "oyer init record --title \"Council record\" --open"},
                      "",
                      {},
                      nullptr,
                      init,
                      nullptr});
  commands.push_back({{"status"}, "the state of the case", {}, {"oyer status", "oyer status -C tauvane --json"}, "status", {}, print_status, nullptr, nullptr});
  commands.push_back({{"unlock"}, "hold the keys in memory for a while", {{"--minutes", "minutes", Kind::integer, "time-out (60)"}}, {"oyer unlock", "oyer unlock --minutes 15 --key-file my.key"}, "", {}, nullptr, unlock, nullptr});
  commands.push_back({{"lock"}, "forget the keys at once", {}, {"oyer lock"}, "", {}, nullptr, lock, nullptr});
}

}  // namespace oyer::cli
