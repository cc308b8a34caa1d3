// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/upkeep/witness_client.h"

#include <algorithm>
#include <optional>

#include "seal/hash.h"
#include "seal/witness.h"

namespace oyer::seal {
namespace {

constexpr std::size_t kLargestAnswer = 1U << 16;
constexpr double kSeconds = 20;

std::string prefix_of(std::string url) {
  while (!url.empty() && url.back() == '/') url.pop_back();
  return url;
}

Result<HttpResponse> call(HttpClient& http, const std::string& method, const std::string& url, const std::string& body) {
  HttpRequest request;
  request.method = method;
  request.url = url;
  request.total_seconds = kSeconds;
  request.answer_limit = kLargestAnswer;
  if (!body.empty()) request.headers.emplace_back("Content-Type", "text/plain; charset=utf-8");
  request.body = to_bytes(std::string_view(body));
  return http.send(request);
}

std::optional<std::uint64_t> size_in(const HttpResponse& answer) {
  if (!answer.header("content-type").starts_with("text/x.tlog.size")) return std::nullopt;
  std::string_view text = text_of(answer.body);
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  return std::stoull(std::string(text));
}

std::string first_line(const HttpResponse& answer) {
  std::string out;
  for (const std::uint8_t c : answer.body) {
    if (c == '\n' || out.size() >= 200) break;
    out.push_back(c < 0x20 || c > 0x7E ? '?' : static_cast<char>(c));
  }
  return out;
}

// The witness's newest checkpoint, if it shows it and the log signed it.
struct Other {
  std::string note;
  Checkpoint checkpoint;
};
std::optional<Other> newest_of(HttpClient& http, const std::string& prefix, const VerifierKey& log) {
  const auto answer = call(http, "GET", prefix + "/" + hex(sha256(view(log.name))) + "/checkpoint", "");
  if (!answer || answer->status != 200) return std::nullopt;
  const auto note = Note::parse(text_of(answer->body));
  const auto checkpoint = note ? parse_checkpoint(note->text) : tl::unexpected(note.error());
  if (!checkpoint || checkpoint->origin != log.name || std::none_of(note->lines.begin(), note->lines.end(), [&](const Note::Line& line) { return verify_line(line, note->text, log); })) return std::nullopt;
  return Other{std::string(text_of(answer->body)), *checkpoint};
}

}  // namespace

WitnessReply ask_witness(HttpClient& http, const std::string& url, const Journal& journal, const std::string& note, std::uint64_t size) {
  using State = WitnessReply::State;
  const std::string prefix = prefix_of(url);
  std::uint64_t old_size = 0;
  for (int attempt = 0; attempt < 2; ++attempt) {
    std::vector<Hash> proof;
    if (old_size > 0 && old_size < size) {
      auto made = journal.prove_consistency(old_size, size);
      if (!made) return {State::refused, made.error().text(), "", ""};
      proof = *std::move(made);
    }
    const auto answer = call(http, "POST", prefix + "/add-checkpoint", add_checkpoint_body(old_size, proof, note));
    if (!answer) return {State::unreachable, answer.error().text(), "", ""};
    if (answer->status == 200) return {State::cosigned, "It cosigned.", std::string(text_of(answer->body)), ""};
    const auto seen = answer->status == 409 ? size_in(*answer) : std::nullopt;
    if (seen && *seen > size) {
      auto other = newest_of(http, prefix, journal.log());
      if (other && other->checkpoint.size <= size) other.reset();  // it shows no more than is here: that proves nothing
      return {State::ahead,
              "It has seen " + std::to_string(*seen) + " entries of this log, but only " + std::to_string(size) + " are here: this is an older copy, or entries were lost. Nothing more should be written here; restore the newest backup." +
                  (other ? "" : " It shows no checkpoint under this log's signature that would prove it, so it may also be mistaken."),
              "", other ? other->note : ""};
    }
    if (seen && *seen != old_size) {
      old_size = *seen;
      continue;
    }
    if (answer->status == 422 || answer->status == 409) {
      auto other = newest_of(http, prefix, journal.log());
      const auto root = other && other->checkpoint.size <= journal.size() ? journal.root_at(other->checkpoint.size) : Result<Hash>(fail(ErrorCode::not_found, ""));
      if (other && root && *root != other->checkpoint.root)
        return {State::fork,
                "FORK: it holds a checkpoint of " + std::to_string(other->checkpoint.size) +
                    " entries under this log's own signature, and this journal has another root for that size. One of the two histories was rewritten. Both checkpoints are kept in journal/forks/.",
                "", other->note};
      return {State::refused, "It says that this checkpoint does not continue the history that it has seen (" + first_line(*answer) + ").", "", ""};
    }
    if (answer->status == 404) return {State::refused, "It does not serve this log. Send its operator the line in journal/log.vkey.", "", ""};
    return {State::refused, "It answered " + std::to_string(answer->status) + " (" + first_line(*answer) + ").", "", ""};
  }
  return {State::refused, "It changed its mind about the size it has seen; another process may be asking it at the same time.", "", ""};
}

Result<void> keep_fork(Disk& disk, const std::string& journal_directory, const std::string& ours, const std::string& theirs) {
  TRY(disk.make_directories(journal_directory + "/forks"));
  for (const std::string* note : {&ours, &theirs}) {
    const std::string path = journal_directory + "/forks/" + hex(sha256(view(*note))).substr(0, 32);
    if (!disk.exists(path)) TRY(disk.write_atomic(path, view(*note)));
  }
  return {};
}

}  // namespace oyer::seal
