// SPDX-License-Identifier: GPL-3.0-or-later
// fsck: the stored bytes read again, parity written, damage healed. Needs no key.
#include <csignal>
#include <cstdio>

#include "base/disk.h"
#include "base/progress.h"
#include "cli/command.h"
#include "seal/upkeep/scrub.h"

namespace oyer::cli {
namespace {

volatile std::sig_atomic_t stopped = 0;

json::array lines_of(const std::vector<std::string>& lines) {
  json::array out;
  for (const auto& line : lines) out.emplace_back(line);
  return out;
}

Result<int> fsck(const Globals& globals, const json::object& arguments) {
  const std::string directory = TRY(case_directory(globals));
  seal::ScrubOptions options;
  options.mebibytes_per_second = static_cast<double>(get_integer(arguments, "rate").value_or(0));
  if (const auto days = get_integer(arguments, "older")) options.older_than = *days * 86400;
  options.resume = !get_bool(arguments, "restart");
  options.heal = get_bool(arguments, "heal");
  const bool shown = !globals.quiet && !globals.json;
  std::optional<Progress> progress;
  std::uint64_t told = 0;
  seal::ScrubEvents events;
  events.progress = [&](const seal::ScrubProgress& at) {
    if (!shown) return;
    if (!progress) progress.emplace("fsck", at.all_bytes >> 20, false);
    const std::uint64_t now = at.bytes >> 20;
    if (now > told) progress->advance(now - told);
    told = std::max(told, now);
  };
  events.fault = [&](const std::string& text) {
    if (shown) say("FAULT: " + text);
  };
  events.stop = [] { return stopped != 0; };
  stopped = 0;
  std::signal(SIGINT, [](int) { stopped = 1; });  // stops after the piece in hand; the next run goes on there
  const auto report = TRY(seal::scrub(real_disk(), directory, options, events));
  std::signal(SIGINT, SIG_DFL);
  progress.reset();
  json::object out{{"finished", report.finished},
                   {"files", static_cast<std::int64_t>(report.files)},
                   {"passed_over", static_cast<std::int64_t>(report.passed_over)},
                   {"blobs", static_cast<std::int64_t>(report.records)},
                   {"bytes", static_cast<std::int64_t>(report.bytes)}};
  out["faults"] = lines_of(report.faults);
  out["foreign"] = lines_of(report.foreign);
  out["not_healed"] = lines_of(report.not_healed);
  json::array healed;
  for (const auto& one : report.healed) healed.push_back(json::object{{"path", one.path}, {"shards", static_cast<std::int64_t>(one.shards)}, {"original", one.original}});
  out["healed"] = std::move(healed);
  if (report.finished && get_bool(arguments, "parity")) {
    const auto parity = TRY(seal::write_parity(real_disk(), directory + "/blobs", {}));
    out["parity"] =
        json::object{{"sets", lines_of(parity.sets)}, {"covered_bytes", static_cast<std::int64_t>(parity.covered_bytes)}, {"parity_bytes", static_cast<std::int64_t>(parity.parity_bytes)}, {"problems", lines_of(parity.problems)}};
  }
  const bool mended = options.heal && report.not_healed.empty();
  const bool sound = report.foreign.empty() && (report.faults.empty() || mended);
  out["sound"] = sound;
  if (globals.json) {
    say(json::serialize(out));
  } else {
    for (const auto& text : report.foreign) say("FOREIGN: " + text);
    for (const auto& one : report.healed) say("Healed blobs/" + one.path + " (" + std::to_string(one.shards) + " shards)" + (one.original.empty() ? "." : "; the damaged file is kept as blobs/" + one.original + "."));
    for (const auto& text : report.not_healed) say("NOT HEALED: " + text);
    say("Read " + std::to_string(report.files) + " files (" + std::to_string(report.bytes >> 20) + " MiB, " + std::to_string(report.records) + " blobs)" +
        (report.passed_over > 0 ? "; " + std::to_string(report.passed_over) + " were checked before" : "") + ".");
    if (const auto* parity = get_object(out, "parity")) {
      say("Parity: " + std::to_string(parity->at("sets").as_array().size()) + " new sets over " + std::to_string(get_integer(*parity, "covered_bytes").value_or(0) >> 20) + " MiB.");
      for (const auto& text : parity->at("problems").as_array()) say("PARITY: " + std::string(text.as_string()));
    }
    if (!report.finished)
      say("Stopped on the way; the same command goes on there.");
    else
      say(sound ? "Every stored byte is what was sealed." : "NOT SOUND. Run `oyer fsck --heal` if parity was written, or restore the named files from a backup.");
  }
  if (!report.finished) return 130;
  return sound ? 0 : 6;
}

}  // namespace

void add_upkeep_commands(std::vector<Command>& commands) {
  commands.push_back({{"fsck"},
                      "read every stored byte again and compare it with its address",
                      {{"--rate", "rate", Kind::integer, "at most so many MiB a second"},
                       {"--older", "older", Kind::integer, "only what was not checked within so many days"},
                       {"--restart", "restart", Kind::flag, "from the beginning, not where a run was stopped"},
                       {"--parity", "parity", Kind::flag, "then write parity over what has none yet"},
                       {"--heal", "heal", Kind::flag, "mend damage by parity"}},
                      {"oyer fsck", "oyer fsck --rate 20 --older 90 --parity", "oyer fsck --heal"},
                      "",
                      {},
                      nullptr,
                      fsck,
                      nullptr});
}

}  // namespace oyer::cli
