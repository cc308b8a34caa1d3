// SPDX-License-Identifier: GPL-3.0-or-later
// A command as data: its words, options and help, what it calls, and how its answer is printed for people. CLI11 sees this table in one
// file (run.cc) and no other; completion and help are made from it too.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace oyer::cli {

enum class Kind { text, many, integer, flag, path, paths };

struct Option {
  std::string name;   // "--source", or "PATH" for a positional one
  std::string field;  // key in the arguments
  Kind kind = Kind::text;
  std::string help;
  bool required = false;
};

struct Globals {
  std::string directory;  // -C
  std::string key_file;
  bool json = false;
  bool jsonl = false;
  bool quiet = false;
  bool yes = false;
};

struct Command {
  std::vector<std::string> words;  // {"source", "add"}
  std::string summary;
  std::vector<Option> options;
  std::vector<std::string> examples;
  std::string use_case;                                                 // empty: `run` does everything
  json::object fixed;                                                   // arguments that the words imply
  std::function<void(const json::value&)> print;                        // for people
  std::function<Result<int>(const Globals&, const json::object&)> run;  // commands that are more than a call
  std::function<int(const json::value&)> exit_code;                     // 0 where there is none
};

std::vector<Command> all_commands();

// One function per file.
void add_case_commands(std::vector<Command>&);      // init, status, lock, unlock
void add_intake_commands(std::vector<Command>&);    // add, ls, show
void add_search_commands(std::vector<Command>&);    // search, passage
void add_decision_commands(std::vector<Command>&);  // source, claim, grade, finding, measure, reply, consent, mandate, policy, allegation, derivation
void add_key_commands(std::vector<Command>&);       // key
void add_analysis_commands(std::vector<Command>&);  // weigh, link, names
void add_product_commands(std::vector<Command>&);   // report, dossier
void add_record_commands(std::vector<Command>&);    // verify, rebuild, log
void add_proof_commands(std::vector<Command>&);     // witness, tsa, log checkpoint
void add_upkeep_commands(std::vector<Command>&);    // fsck
void add_serve_commands(std::vector<Command>&);     // serve, completion

// Calls a use case on the case that the globals name: through a server that holds it, or by opening it. Asks for the passphrase if need be.
Result<json::value> call_case(const Globals& globals, const std::string& use_case, const json::object& arguments);
Result<std::string> case_directory(const Globals& globals);
// Reads a passphrase from the terminal, twice when it is new. Error: refused when there is no terminal.
Result<std::string> ask_passphrase(const std::string& prompt, bool twice);

int exit_code_of(ErrorCode code);
std::string completion_script(const std::string& shell, const std::vector<Command>& commands);
int run(int argc, char** argv);

// Printing for people.
void say(const std::string& line);
std::string field_text(const json::object& object, std::string_view key);
void print_thing(const json::value& thing);
void print_items(const json::value& answer);

}  // namespace oyer::cli
