// SPDX-License-Identifier: GPL-3.0-or-later
// witness, tsa, log checkpoint: proof by others that the record stood as it stands.
#include <cstdio>
#include <mutex>

#include "base/disk.h"
#include "cli/command.h"
#include "seal/time_authority.h"
#include "seal/witness.h"
#include "server/server.h"

namespace oyer::cli {
namespace {

constexpr std::int64_t kYear = 365 * 86400;

void print_rows(const json::value& answer, const char* list, const char* name) {
  for (const auto& item : answer.as_object().at(list).as_array()) {
    const auto& row = item.as_object();
    std::printf("  %-16s %-12s %s\n", field_text(row, name).c_str(), field_text(row, "state").c_str(), field_text(row, "text").c_str());
  }
}

void print_checkpoint(const json::value& value) {
  const auto& answer = value.as_object();
  say("Checkpoint of " + field_text(answer, "size") + " entries, root " + field_text(answer, "root"));
  print_rows(value, "witnesses", "witness");
  if (answer.contains("stamps")) print_rows(value, "stamps", "authority");
  if (field_text(answer, "quorum") != "none") say(get_bool(answer, "quorum_met") ? "The quorum of witnesses is met." : "The quorum of witnesses is NOT met.");
}

void print_witnesses(const json::value& value) {
  const auto& answer = value.as_object();
  for (const auto& item : answer.at("items").as_array()) {
    const auto& row = item.as_object();
    std::printf("  %-16s %-36s %s\n", field_text(row, "name").c_str(), field_text(row, "url").c_str(), row.contains("cosigned") ? ("cosigned the newest checkpoint at " + field_text(row, "cosigned")).c_str() : "");
  }
  say("Quorum: " + field_text(answer, "quorum") + ". What a witness's operator needs (`oyer witness trust`):");
  say("  " + field_text(answer, "log"));
}

void print_authorities(const json::value& value) {
  const auto& answer = value.as_object();
  for (const auto& item : answer.at("items").as_array()) std::printf("  %-16s %s\n", field_text(item.as_object(), "name").c_str(), field_text(item.as_object(), "url").c_str());
  for (const auto& item : answer.at("stamps").as_array()) {
    const auto& row = item.as_object();
    say("  " + field_text(row, "size") + " entries stood at " + field_text(row, "time") + ", says " + field_text(row, "authority") + " (renew before " + field_text(row, "valid_until").substr(0, 10) + ")");
  }
}

void print_renewals(const json::value& value) {
  if (value.as_object().at("items").as_array().empty()) say("No token needs to be renewed yet.");
  print_rows(value, "items", "authority");
}

Result<int> new_witness(const Globals& globals, const json::object& arguments) {
  const std::string directory = string_or_empty(arguments, "directory");
  const auto key = TRY(seal::Witness::create(real_disk(), directory, string_or_empty(arguments, "name"), system_random()));
  if (globals.json) {
    say(json::serialize(json::object{{"directory", directory}, {"key", key.text()}}));
  } else {
    say("Made the witness at " + directory + ". Its key, for those whose logs it will watch:");
    say("  " + key.text());
  }
  return 0;
}

Result<int> trust_log(const Globals& globals, const json::object& arguments) {
  const auto key = seal::VerifierKey::parse(string_or_empty(arguments, "log"));
  if (!key) return fail(ErrorCode::usage, key.error().message, "It is the line in a case's journal/log.vkey, as `oyer witness ls` prints it.");
  const std::string origin = string_or_empty(arguments, "origin").empty() ? key->name : string_or_empty(arguments, "origin");
  TRY(seal::Witness::trust(real_disk(), string_or_empty(arguments, "directory"), *key, origin));
  if (globals.json)
    say(json::serialize(json::object{{"origin", origin}}));
  else
    say("The witness now watches " + origin + ".");
  return 0;
}

Result<int> serve_witness(const Globals&, const json::object& arguments) {
  const std::string directory = string_or_empty(arguments, "directory");
  const auto witness = TRY(seal::Witness::open(real_disk(), directory, system_clock()));
  std::string greeting = "Witness " + witness->key().name;
  for (const auto& log : TRY(witness->logs()))
    greeting += "\n  " + log.origin + ": " + (log.newest ? std::to_string(log.newest->size) + " entries" : "nothing seen yet") + (log.conflicts > 0 ? ", " + std::to_string(log.conflicts) + " CONFLICTING CHECKPOINTS kept" : "");
  const auto answer = [&](const server::Request& request) -> server::Response {
    seal::Witness::Answer made{404, "text/plain; charset=utf-8", "not found\n"};
    constexpr std::string_view kNewest = "/checkpoint";
    if (request.path == "/add-checkpoint")
      made = request.method == "POST" ? witness->add_checkpoint(request.body) : seal::Witness::Answer{405, "text/plain; charset=utf-8", "use POST\n"};
    else if (request.method == "GET" && request.path.ends_with(kNewest) && request.path.size() > kNewest.size())
      made = witness->newest(std::string_view(request.path).substr(1, request.path.size() - 1 - kNewest.size()));
    return {made.status, made.type, made.body, ""};
  };
  const std::string listen = string_or_empty(arguments, "listen").empty() ? "127.0.0.1:8751" : string_or_empty(arguments, "listen");
  return TRY(server::serve_service(listen, 1U << 16, greeting, answer));
}

Result<int> new_authority(const Globals& globals, const json::object& arguments) {
  const std::string directory = string_or_empty(arguments, "directory");
  seal::TimeAuthorityOptions options;
  if (!string_or_empty(arguments, "name").empty()) options.name = string_or_empty(arguments, "name");
  const std::int64_t years = get_integer(arguments, "years").value_or(10);
  if (years < 1 || years > 30) return fail(ErrorCode::usage, "The certificates last from 1 to 30 years.");
  options.valid_from = system_clock().now() - 60;
  options.valid_until = options.valid_from + years * kYear;
  TRY(seal::TimeAuthority::create(real_disk(), directory, options));
  if (globals.json)
    say(json::serialize(json::object{{"directory", directory}, {"certificates", directory + "/ca.pem"}}));
  else
    say("Made the time authority at " + directory + ". Its root certificate is ca.pem; its tokens prove time to those alone who trust whoever holds tsa.key.");
  return 0;
}

Result<int> serve_authority(const Globals&, const json::object& arguments) {
  const std::string directory = string_or_empty(arguments, "directory");
  if (!real_disk().exists(directory + "/tsa.key")) return fail(ErrorCode::not_found, "There is no time authority at " + directory + ".", "Make one with `oyer tsa new`.");
  const auto lock = TRY(real_disk().lock(directory + "/lock"));
  auto authority = TRY(seal::TimeAuthority::open(real_disk(), directory));
  std::mutex mutex;
  const auto answer = [&](const server::Request& request) -> server::Response {
    if (request.method != "POST") return {405, "text/plain; charset=utf-8", "use POST\n", ""};
    const std::lock_guard<std::mutex> hold(mutex);
    const auto made = authority.respond(view(request.body), system_clock());
    if (!made) return {500, "text/plain; charset=utf-8", made.error().message + "\n", ""};
    return {200, "application/timestamp-reply", std::string(text_of(*made)), ""};
  };
  const std::string listen = string_or_empty(arguments, "listen").empty() ? "127.0.0.1:8752" : string_or_empty(arguments, "listen");
  return TRY(server::serve_service(listen, 1U << 16, "Time authority at " + directory, answer));
}

int checkpoint_code(const json::value& answer) {
  if (get_bool(answer.as_object(), "forked")) return 1;
  for (const char* list : {"witnesses", "stamps"})
    if (const auto* rows = get_array(answer.as_object(), list))
      for (const auto& row : *rows)
        if (const auto state = string_or_empty(row.as_object(), "state"); state == "refused" || state == "ahead" || state == "fork") return 1;
  return 0;
}

int renew_code(const json::value& answer) {
  for (const auto& row : answer.as_object().at("items").as_array())
    if (string_or_empty(row.as_object(), "state") != "renewed") return 1;
  return 0;
}

}  // namespace

void add_proof_commands(std::vector<Command>& commands) {
  commands.push_back(
      {{"log", "checkpoint"}, "sign a checkpoint and have it witnessed and time-stamped", {{"--offline", "offline", Kind::flag, "ask nobody"}}, {"oyer log checkpoint"}, "log.checkpoint", {}, print_checkpoint, nullptr, checkpoint_code});
  commands.push_back({{"witness", "ls"}, "the witnesses of this case's log", {}, {"oyer witness ls"}, "witness.ls", {}, print_witnesses, nullptr, nullptr});
  commands.push_back({{"witness", "add"},
                      "name a witness of this case's log, or set the quorum",
                      {{"NAME", "name", Kind::text, "a short name for it"},
                       {"--key", "key", Kind::text, "its key: the line in witness.vkey"},
                       {"--url", "url", Kind::text, "where it is asked"},
                       {"--quorum", "quorum", Kind::integer, "how many witnesses must have seen a checkpoint (0: none)"}},
                      {"oyer witness add ngo-a --key witness.example.org/oyer+1a2b3c4d+BA… --url https://witness.example.org/oyer", "oyer witness add --quorum 2"},
                      "witness.add",
                      {},
                      print_witnesses,
                      nullptr,
                      nullptr});
  commands.push_back({{"witness", "new"},
                      "make a witness, for the logs of others",
                      {{"DIR", "directory", Kind::path, "its folder", true}, {"--name", "name", Kind::text, "how it calls itself: an address without https://", true}},
                      {"oyer witness new witness --name witness.example.org/oyer"},
                      "",
                      {},
                      nullptr,
                      new_witness,
                      nullptr});
  commands.push_back({{"witness", "trust"},
                      "let a witness watch a log",
                      {{"DIR", "directory", Kind::path, "the witness's folder", true},
                       {"LOG", "log", Kind::text, "the log's key: the line in journal/log.vkey", true},
                       {"--origin", "origin", Kind::text, "the log's origin, where it is not the key's name"}},
                      {"oyer witness trust witness log.oyer.invalid/…+1a2b3c4d+AQ…"},
                      "",
                      {},
                      nullptr,
                      trust_log,
                      nullptr});
  commands.push_back({{"witness", "serve"},
                      "run a witness (c2sp.org/tlog-witness)",
                      {{"DIR", "directory", Kind::path, "the witness's folder", true}, {"--listen", "listen", Kind::text, "address and port (127.0.0.1:8751)"}},
                      {"oyer witness serve witness --listen 0.0.0.0:8751"},
                      "",
                      {},
                      nullptr,
                      serve_witness,
                      nullptr});
  commands.push_back({{"tsa", "ls"}, "the time authorities of this case, and what they stamped", {}, {"oyer tsa ls"}, "tsa.ls", {}, print_authorities, nullptr, nullptr});
  commands.push_back({{"tsa", "add"},
                      "name a time authority (RFC 3161) for this case's checkpoints",
                      {{"NAME", "name", Kind::text, "a short name for it", true},
                       {"--url", "url", Kind::text, "where it is asked"},
                       {"--folder", "folder", Kind::path, "or: the folder of one made with `oyer tsa new`"},
                       {"--certificates", "certificates", Kind::path, "its root certificate (and others of its chain), PEM"}},
                      {"oyer tsa add a --url https://tsa.example.org --certificates tsa-root.pem", "oyer tsa add local --folder ../tsa"},
                      "tsa.add",
                      {},
                      [](const json::value& answer) { say("Checkpoints will be stamped by " + field_text(answer.as_object(), "name") + ".\n" + field_text(answer.as_object(), "certificates")); },
                      nullptr,
                      nullptr});
  commands.push_back(
      {{"tsa", "renew"}, "renew tokens before their certificates end (RFC 4998)", {{"--days", "days", Kind::integer, "those that end within so many days (180)"}}, {"oyer tsa renew"}, "tsa.renew", {}, print_renewals, nullptr, renew_code});
  commands.push_back({{"tsa", "new"},
                      "make a time authority of your own, for offline work",
                      {{"DIR", "directory", Kind::path, "its folder", true}, {"--name", "name", Kind::text, "how it calls itself"}, {"--years", "years", Kind::integer, "how long its certificates last (10)"}},
                      {"oyer tsa new tsa"},
                      "",
                      {},
                      nullptr,
                      new_authority,
                      nullptr});
  commands.push_back({{"tsa", "serve"},
                      "run a time authority (RFC 3161 over HTTP)",
                      {{"DIR", "directory", Kind::path, "its folder", true}, {"--listen", "listen", Kind::text, "address and port (127.0.0.1:8752)"}},
                      {"oyer tsa serve tsa"},
                      "",
                      {},
                      nullptr,
                      serve_authority,
                      nullptr});
}

}  // namespace oyer::cli
