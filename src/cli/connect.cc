// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/connect.h"

#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "server/client.h"
#include "service/agent.h"
#include "service/unlocking.h"
#include "service/use_case.h"

namespace oyer::cli {

Result<std::string> case_directory(const Globals& globals) {
  if (!globals.directory.empty()) {
    TRY(casefile::read_case_info(real_disk(), globals.directory));
    return globals.directory;
  }
  auto near = casefile::find_case(real_disk(), std::filesystem::current_path().string());
  if (near) return near;
  if (const char* named = std::getenv("OYER_CASE"); named != nullptr && *named != '\0') {
    TRY(casefile::read_case_info(real_disk(), named));
    return std::string(named);
  }
  return near;
}

Result<std::string> ask_passphrase(const std::string& prompt, bool twice) {
  FILE* terminal = std::fopen("/dev/tty", "r+");
  if (terminal == nullptr) return fail(ErrorCode::refused, "There is no terminal to ask for the passphrase.", "Give --key-file FILE, set OYER_KEY_FILE, or run `oyer unlock` first.");
  const int fd = ::fileno(terminal);
  termios before{};
  ::tcgetattr(fd, &before);
  termios silent = before;
  silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  ::tcsetattr(fd, TCSAFLUSH, &silent);
  const auto read_line = [&](const std::string& text) {
    std::fputs(text.c_str(), terminal);
    std::fflush(terminal);
    std::string line;
    for (int c = 0; (c = std::fgetc(terminal)) != EOF && c != '\n';) line.push_back(static_cast<char>(c));
    std::fputc('\n', terminal);
    return line;
  };
  std::string first = read_line(prompt);
  const bool same = !twice || read_line("Once more: ") == first;
  ::tcsetattr(fd, TCSAFLUSH, &before);
  std::fclose(terminal);
  if (!same) return fail(ErrorCode::usage, "The two passphrases differ.", "Try again.");
  if (first.empty()) return fail(ErrorCode::usage, "The passphrase is empty.");
  return first;
}

Result<std::unique_ptr<casefile::Case>> open_case(const Globals& globals, const std::string& directory, bool writable, bool may_be_locked) {
  const auto info = TRY(casefile::read_case_info(real_disk(), directory));
  std::optional<casefile::CaseKeys> keys;
  if (info.open) {
    keys = TRY(service::open_case_keys(info));
  } else if (!globals.key_file.empty()) {
    keys = TRY(service::unlock(info, TRY(service::read_key_file(globals.key_file))));
  } else if (auto held = service::ask_agent(info.id)) {
    keys = std::move(held);
  } else if (::isatty(0) != 0 || !may_be_locked) {
    auto passphrase = ask_passphrase("Passphrase: ", false);
    if (!passphrase && !may_be_locked) return fail(ErrorCode::refused, "The case is locked, and there is no terminal to ask for the passphrase.", "Give --key-file FILE, set OYER_KEY_FILE, or run `oyer unlock` first.");
    if (passphrase) {
      seal::Secret secret;
      secret.passphrase = *passphrase;
      keys = TRY(service::unlock(info, secret));
    }
  }
  return casefile::Case::open(real_disk(), directory, keys, writable);
}

Result<json::value> call_case(const Globals& globals, const std::string& use_case, const json::object& arguments) {
  const std::string directory = TRY(case_directory(globals));
  const auto* found = service::find_use_case(use_case);
  if (found == nullptr) return fail(ErrorCode::internal, "There is no use case “" + use_case + "”.");
  const auto print_line = [&globals](const json::value& item) {
    if (item.is_string())
      std::printf("%s\n", item.as_string().c_str());  // a dump's line is canonical already
    else if (globals.jsonl)
      std::printf("%s\n", json::serialize(item).c_str());
    std::fflush(stdout);
  };
  // A server that holds the case answers for it.
  if (auto answer = server::call_over_socket(directory + "/state/serve.sock", use_case, arguments, print_line)) return *std::move(answer);
  // These say what they can of a locked case too.
  const bool may_be_locked = use_case == "verify" || use_case == "status" || use_case == "rebuild" || use_case == "dump" || use_case == "log.list" || use_case == "log.prove";
  auto opened = TRY(open_case(globals, directory, found->access == service::Access::writes, may_be_locked));
  if (!opened->readable() && !may_be_locked) return fail(ErrorCode::refused, "The case is locked.", "Run `oyer unlock`, or give --key-file.");
  service::Context context;
  context.target = opened.get();
  context.quiet = globals.quiet || globals.json || globals.jsonl;
  context.acknowledged = print_line;
  return service::call(context, use_case, arguments);
}

}  // namespace oyer::cli
