// SPDX-License-Identifier: GPL-3.0-or-later
// The command line: the table of commands handed to CLI11, and errors printed as sentences.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>

#include "base/log.h"
#include "base/utf8.h"
#include "cli/command.h"

namespace oyer::cli {
namespace {

struct Values {
  std::string text;
  std::vector<std::string> many;
  bool flag = false;
};

std::string absolute(const std::string& path) { return path.empty() ? path : std::filesystem::absolute(path).lexically_normal().string(); }

// Whether `value` is an option's own name: then the option before it was left without a value, and took the next one for it.
bool is_option(const Command& command, const std::string& value) {
  static constexpr std::string_view kCommon[] = {"-C", "--key-file", "--json", "--jsonl", "--quiet", "--yes", "--help"};
  const auto is = [&](const Option& option) { return option.name[0] == '-' && value == option.name.substr(option.name.find(',') == std::string::npos ? 0 : option.name.find(',') + 1); };
  return std::find(std::begin(kCommon), std::end(kCommon), value) != std::end(kCommon) || std::any_of(command.options.begin(), command.options.end(), is);
}

Result<json::object> arguments_of(const Command& command, const std::vector<Values>& values) {
  json::object out = command.fixed;
  for (std::size_t i = 0; i < command.options.size(); ++i) {
    const Option& option = command.options[i];
    const Values& value = values[i];
    std::vector<std::string> given = value.many;
    given.push_back(value.text);
    for (const auto& text : given) {
      if (option.name[0] == '-' && is_option(command, text)) return fail(ErrorCode::usage, "Nothing was given for " + option.name + ": after it comes " + text + ".", "Write its value between them.");
      // A path may hold any bytes; words are UTF-8, for they are sealed and shown.
      if (option.kind != Kind::path && option.kind != Kind::paths && !utf8::valid(text))
        return fail(ErrorCode::usage, "What was given for " + option.name + " is not UTF-8: “" + utf8::repair(text) + "”.", "Type it in a UTF-8 terminal, or convert it with iconv.");
    }
    switch (option.kind) {
      case Kind::flag:
        if (value.flag) out[option.field] = true;
        break;
      case Kind::text:
        if (!value.text.empty()) out[option.field] = value.text;
        break;
      case Kind::path:
        if (!value.text.empty()) out[option.field] = absolute(value.text);
        break;
      case Kind::integer:
        if (value.text.empty()) break;
        if (value.text.find_first_not_of("0123456789") != std::string::npos || value.text.size() > 15) return fail(ErrorCode::usage, "“" + value.text + "” is not a whole number (" + option.name + ").");
        out[option.field] = static_cast<std::int64_t>(std::stoll(value.text));
        break;
      case Kind::many:
      case Kind::paths:
        if (!value.many.empty()) {
          json::array list;
          for (const auto& item : value.many) list.emplace_back(option.kind == Kind::paths ? absolute(item) : item);
          out[option.field] = std::move(list);
        }
        break;
    }
  }
  return out;
}

int print_error(const Globals& globals, Error error) {
  error.message = utf8::repair(error.message);  // a path in it may hold any bytes
  error.advice = utf8::repair(error.advice);
  if (globals.json) std::printf("%s\n", json::serialize(json::object{{"error", json::object{{"code", exit_code_of(error.code)}, {"message", error.message}, {"advice", error.advice}}}}).c_str());
  std::fprintf(stderr, "oyer: %s\n", error.text().c_str());
  return exit_code_of(error.code);
}

// What CLI11 says of a wrong call, as a sentence.
Error usage_error(const CLI::App& app, std::string what) {
  std::replace(what.begin(), what.end(), '\n', ' ');
  while (!what.empty() && (what.back() == ' ' || what.back() == '.')) what.pop_back();
  if (what.empty() || what[0] < 'A' || what[0] > 'Z') what = "The call does not fit: " + what;
  std::string words = "oyer";
  for (const CLI::App* at = &app; !at->get_subcommands().empty();) {
    at = at->get_subcommands().front();
    words += " " + at->get_name();
  }
  return {ErrorCode::usage, what + ".", "`" + words + " --help` shows what it takes, with examples."};
}

Result<int> execute(const Globals& globals, const Command& command, const std::vector<Values>& values) {
  const json::object arguments = TRY(arguments_of(command, values));
  if (command.run) return command.run(globals, arguments);
  const auto answer = TRY(call_case(globals, command.use_case, arguments));
  if (globals.json)
    say(json::serialize(answer));
  else if (!globals.jsonl && command.print)
    command.print(answer);
  return command.exit_code ? command.exit_code(answer) : 0;
}

}  // namespace

std::vector<Command> all_commands() {
  std::vector<Command> commands;
  add_case_commands(commands);
  add_intake_commands(commands);
  add_search_commands(commands);
  add_decision_commands(commands);
  add_key_commands(commands);
  add_analysis_commands(commands);
  add_product_commands(commands);
  add_record_commands(commands);
  add_proof_commands(commands);
  add_upkeep_commands(commands);
  add_serve_commands(commands);
  return commands;
}

int exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::check_failed: return 1;
    case ErrorCode::usage: return 2;
    case ErrorCode::bad_input: return 3;
    case ErrorCode::not_found: return 4;
    case ErrorCode::refused: return 5;
    case ErrorCode::damaged: return 6;
    case ErrorCode::interrupted: return 130;
    case ErrorCode::internal: return 70;
  }
  return 70;
}

int run(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  // Interrupted between two acts: what was acknowledged is durable, and the same command goes on from there.
  std::signal(SIGINT, [](int) {
    constexpr std::string_view kText = "\noyer: Interrupted. What was acknowledged is safe; run the same command again to go on.\n";
    [[maybe_unused]] const auto n = ::write(2, kText.data(), kText.size());
    ::_exit(130);
  });
  Globals globals;
  if (const char* key_file = std::getenv("OYER_KEY_FILE")) globals.key_file = key_file;
  CLI::App app("Oyer: the case system for holding a State to account for grave human-rights violations.", "oyer");
  app.footer("Exit codes: 0 done; 1 a check failed; 2 usage; 3 bad input, some items quarantined; 4 not found; 5 refused; 6 store damaged or full; 130 interrupted.");
  app.set_version_flag("--version", "oyer 0.1.0");
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("-C", globals.directory, "the case's folder (the nearest one upward, then $OYER_CASE)");
  app.add_option("--key-file", globals.key_file, "unlock with a file of 32 bytes ($OYER_KEY_FILE)");
  app.add_flag("--json", globals.json, "one JSON document on standard output");
  app.add_flag("--jsonl", globals.jsonl, "one JSON line as each thing is committed");
  app.add_flag("--quiet,-q", globals.quiet, "no progress");
  app.add_flag("--yes,-y", globals.yes, "ask nothing");
  const std::vector<Command> commands = all_commands();
  std::vector<std::unique_ptr<std::vector<Values>>> storage;
  std::map<std::string, CLI::App*> groups;
  const Command* chosen = nullptr;
  const std::vector<Values>* chosen_values = nullptr;
  for (const Command& command : commands) {
    CLI::App* parent = &app;
    if (command.words.size() == 2) {
      CLI::App*& group = groups[command.words[0]];  // may be a command of its own: `oyer custody ID` beside `oyer custody add`
      if (group == nullptr) {
        std::string verbs;
        for (const Command& other : commands)
          if (other.words.size() == 2 && other.words[0] == command.words[0]) verbs += (verbs.empty() ? "" : ", ") + other.words[1];
        group = app.add_subcommand(command.words[0], command.summary + " (" + verbs + ")");
        group->require_subcommand(1);
        group->fallthrough();
      }
      parent = group;
    }
    CLI::App* sub = parent->add_subcommand(command.words.back(), command.summary);
    if (command.words.size() == 1) groups[command.words[0]] = sub;
    sub->fallthrough();
    std::string footer = "Examples:\n";
    for (const auto& example : command.examples) footer += "  " + example + "\n";
    sub->footer(footer);
    storage.push_back(std::make_unique<std::vector<Values>>(command.options.size()));
    auto& values = *storage.back();
    for (std::size_t i = 0; i < command.options.size(); ++i) {
      const Option& option = command.options[i];
      const bool positional = option.name[0] != '-';
      CLI::Option* made = nullptr;
      if (option.kind == Kind::flag)
        made = sub->add_flag(option.name, values[i].flag, option.help);
      else if (option.kind == Kind::many || option.kind == Kind::paths)
        made = sub->add_option(option.name, values[i].many, option.help);
      else
        made = sub->add_option(option.name, values[i].text, option.help);
      if (option.required) made->required();
      if (!positional && option.kind == Kind::many) made->expected(1)->take_all();
    }
    sub->callback([&chosen, &chosen_values, &command, &values, sub] {
      if (!sub->get_subcommands().empty()) return;  // one of its own commands was meant
      chosen = &command;
      chosen_values = &values;
    });
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    // CLI11 stopped before it filled `globals`.
    globals.json = std::any_of(argv + 1, argv + argc, [](const char* word) { return std::string_view(word) == "--json"; });
    return print_error(globals, usage_error(app, error.what()));
  }
  if (chosen == nullptr) return 2;
  globals.json = globals.json || std::any_of(argv + 1, argv + argc, [](const char* word) { return std::string_view(word) == "--json"; });
  log::set_quiet(globals.quiet);
  if (!globals.directory.empty()) globals.directory = absolute(globals.directory);
  try {
    const auto result = execute(globals, *chosen, *chosen_values);
    if (!result) return print_error(globals, result.error());
    std::fflush(stdout);
    if (std::ferror(stdout)) return print_error(globals, {ErrorCode::damaged, "The answer could not be written to standard output.", "Check the disk or the pipe; what was recorded is safe."});
    return *result;
  } catch (const std::bad_alloc&) {
    return print_error(globals, {ErrorCode::damaged, "There is not enough memory for this.", "Close other programs and run it again; what was acknowledged is safe."});
  } catch (const std::exception& error) {
    return print_error(globals, {ErrorCode::internal, std::string("A bug of ours: ") + error.what() + ".", "Please report it with the command; what was acknowledged is safe."});
  }
}

}  // namespace oyer::cli
