// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/upkeep/fixity.h"

#include <array>
#include <cstdio>
#include <ctime>

#include "base/clock.h"
#include "seal/upkeep/stored_files.h"

namespace oyer::seal {
namespace {

constexpr std::string_view kFirstLine = "oyer-fixity/1";
constexpr std::array<std::string_view, 4> kNames = {"sound", "damaged", "missing", "healed"};

// The reverse of utc_text; only what that writes.
std::optional<std::int64_t> seconds_of(std::string_view text) {
  std::tm parts{};
  const std::string copy(text);
  if (copy.size() != 20 || std::sscanf(copy.c_str(), "%4d-%2d-%2dT%2d:%2d:%2dZ", &parts.tm_year, &parts.tm_mon, &parts.tm_mday, &parts.tm_hour, &parts.tm_min, &parts.tm_sec) != 6) return std::nullopt;
  parts.tm_year -= 1900;
  parts.tm_mon -= 1;
  const std::int64_t seconds = ::timegm(&parts);
  if (utc_text(seconds) != copy) return std::nullopt;
  return seconds;
}

std::optional<FixityResult> result_of(std::string_view text) {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == text) return static_cast<FixityResult>(i);
  return std::nullopt;
}

// A line "date result size path" or "run date".
bool take_line(Fixity& out, std::string_view line) {
  if (line.starts_with("run ")) {
    out.run = seconds_of(line.substr(4));
    return out.run.has_value();
  }
  const std::size_t first = line.find(' ');
  const std::size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  const std::size_t third = second == std::string_view::npos ? second : line.find(' ', second + 1);
  if (third == std::string_view::npos) return false;
  const std::string_view size = line.substr(second + 1, third - second - 1);
  if (size.empty() || size.size() > 18 || size.find_first_not_of("0123456789") != std::string_view::npos) return false;
  const auto when = seconds_of(line.substr(0, first));
  const auto result = result_of(line.substr(first + 1, second - first - 1));
  const std::string path(line.substr(third + 1));
  if (!when || !result || !(is_pack_path(path) || is_large_path(path) || is_set_path(path))) return false;
  out.files[path] = {*when, *result, std::stoull(std::string(size))};
  return true;
}

}  // namespace

std::string_view name_of(FixityResult result) { return kNames[static_cast<std::size_t>(result)]; }

Result<Fixity> Fixity::read(const Disk& disk, const std::string& path) {
  Fixity out;
  if (!disk.exists(path)) return out;
  const Bytes bytes = TRY(disk.read_all(path));
  std::string_view rest = text_of(bytes);
  for (std::size_t number = 1; !rest.empty() || number == 1; ++number) {
    const std::size_t end = rest.find('\n');
    const bool good = end != std::string_view::npos && (number == 1 ? rest.substr(0, end) == kFirstLine : take_line(out, rest.substr(0, end)));
    if (!good) return fail(ErrorCode::damaged, path + " is damaged in line " + std::to_string(number) + ".", "Delete it: the next scrub checks everything and writes it anew.");
    rest.remove_prefix(end + 1);
  }
  return out;
}

Result<void> Fixity::write(Disk& disk, const std::string& path) const {
  std::string out = std::string(kFirstLine) + "\n";
  if (run) out += "run " + utc_text(*run) + "\n";
  for (const auto& [name, checked] : files) out += utc_text(checked.when) + " " + std::string(name_of(checked.result)) + " " + std::to_string(checked.size) + " " + name + "\n";
  return disk.write_atomic(path, view(out), 0600);
}

}  // namespace oyer::seal
