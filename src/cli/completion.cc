// SPDX-License-Identifier: GPL-3.0-or-later
#include <map>
#include <set>

#include "cli/command.h"

namespace oyer::cli {
namespace {

std::string joined(const std::set<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::set<std::string> options_of(const Command& command) {
  std::set<std::string> out = {"-C", "--key-file", "--json", "--jsonl", "--quiet", "--yes", "--help"};
  for (const auto& option : command.options)
    if (option.name[0] == '-') out.insert(option.name.substr(option.name.find("--")));
  return out;
}

// In fish a single-quoted text has two escapes.
std::string fish_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + "'";
}

}  // namespace

std::string completion_script(const std::string& shell, const std::vector<Command>& commands) {
  std::set<std::string> first;
  std::map<std::string, std::set<std::string>> second;
  std::string cases;
  for (const auto& command : commands) {
    first.insert(command.words[0]);
    if (command.words.size() == 2) second[command.words[0]].insert(command.words[1]);
    std::string key = command.words[0] + (command.words.size() == 2 ? " " + command.words[1] : "");
    cases += "    \"" + key + "\") words=\"" + joined(options_of(command)) + "\";;\n";
  }
  std::string groups;
  for (const auto& [word, subs] : second) groups += "    \"" + word + "\") words=\"" + joined(subs) + "\";;\n";
  if (shell == "bash" || shell == "zsh") {
    std::string out = shell == "zsh" ? "autoload -U +X bashcompinit && bashcompinit\n" : "";
    out += "_oyer() {\n  local words=\"\" cur=\"${COMP_WORDS[COMP_CWORD]}\" one=\"${COMP_WORDS[1]}\" two=\"${COMP_WORDS[2]}\"\n";
    out += "  if [ \"$COMP_CWORD\" -eq 1 ]; then words=\"" + joined(first) + "\"\n";
    out += "  else\n    if [ \"$COMP_CWORD\" -eq 2 ]; then case \"$one\" in\n" + groups + "    esac; fi\n";
    out += "    [ -n \"$words\" ] || case \"$one $two\" in\n" + cases + "    esac\n    [ -n \"$words\" ] || case \"$one\" in\n" + cases + "    esac\n  fi\n";
    out += "  if [ \"${cur#-}\" = \"$cur\" ] && [ \"$COMP_CWORD\" -gt 2 ]; then COMPREPLY=($(compgen -f -- \"$cur\")); else COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")); fi\n}\ncomplete -o filenames -F _oyer oyer\n";
    return out;
  }
  if (shell == "fish") {
    std::string out = "complete -c oyer -f\n";
    for (const auto& word : first) out += "complete -c oyer -n __fish_use_subcommand -a " + word + "\n";
    for (const auto& command : commands) {
      if (command.words.size() == 2) out += "complete -c oyer -n '__fish_seen_subcommand_from " + command.words[0] + "' -a " + command.words[1] + " -d " + fish_quoted(command.summary) + "\n";
      for (const auto& option : options_of(command))
        if (option.starts_with("--")) out += "complete -c oyer -n '__fish_seen_subcommand_from " + command.words.back() + "' -l " + option.substr(2) + "\n";
    }
    return out;
  }
  return "";
}

}  // namespace oyer::cli
