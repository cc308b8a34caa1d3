// SPDX-License-Identifier: GPL-3.0-or-later
// serve, completion
#include <cstdio>

#include "cli/command.h"
#include "cli/connect.h"
#include "server/server.h"

namespace oyer::cli {
namespace {

Result<int> serve(const Globals& globals, const json::object& arguments) {
  const std::string directory = TRY(case_directory(globals));
  server::Options options;
  options.listen = string_or_empty(arguments, "listen").empty() ? "127.0.0.1:8750" : string_or_empty(arguments, "listen");
  options.quiet = globals.quiet;
  auto opened = TRY(open_case(globals, directory, true));
  return TRY(server::run(std::move(opened), options));
}

Result<int> completion(const Globals&, const json::object& arguments) {
  const std::string shell = string_or_empty(arguments, "shell");
  const std::string script = completion_script(shell, all_commands());
  if (script.empty()) return fail(ErrorCode::usage, "There is no completion for “" + shell + "”.", "Use bash, zsh or fish.");
  std::fputs(script.c_str(), stdout);
  return 0;
}

}  // namespace

void add_serve_commands(std::vector<Command>& commands) {
  commands.push_back({{"serve"},
                      "serve the case on this machine: a page and a JSON API",
                      {{"--listen", "listen", Kind::text, "loopback address and port (127.0.0.1:8750)"}},
                      {"oyer serve", "oyer serve --listen 127.0.0.1:9000"},
                      "",
                      {},
                      nullptr,
                      serve,
                      nullptr});
  commands.push_back({{"completion"}, "print a completion script", {{"SHELL", "shell", Kind::text, "bash, zsh or fish", true}}, {"oyer completion bash > /etc/bash_completion.d/oyer"}, "", {}, nullptr, completion, nullptr});
}

}  // namespace oyer::cli
