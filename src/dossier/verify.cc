// SPDX-License-Identifier: GPL-3.0-or-later
#include "dossier/verify.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <set>

#include "base/json.h"
#include "base/utf8.h"
#include "seal/anchor.h"
#include "seal/commitment.h"
#include "seal/entry.h"
#include "seal/hash.h"
#include "seal/merkle.h"
#include "seal/note.h"
#include "seal/policy.h"
#include "seal/timestamp.h"

namespace oyer::dossier {
namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t kLargestProofFile = 4U << 20;

// One disclosed entry as far as it was understood.
struct Disclosed {
  std::string id;
  Hash leaf{};
  std::uint64_t index = 0;
  json::object body;
  bool has_body = false;
  std::map<std::string, std::string> values;  // opened, or plain in the open tier
};

class Check {
 public:
  Check(Disk& disk, std::string directory, Verdict& verdict) : disk_(disk), directory_(std::move(directory)), verdict_(verdict) {}

  void run(const std::optional<seal::Anchor>& anchor) {
    if (!form()) return;
    if (!log()) return;
    time(anchor);
    entries();
    submissions();
    actors();
    files();
    if (anchor) authenticate(*anchor);
  }

 private:
  // Names in a bag are hostile too: what is printed is UTF-8 without control characters.
  void fault(const std::string& text) {
    std::string clean = utf8::repair(text);
    for (char& c : clean)
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
    verdict_.faults.push_back(std::move(clean));
  }

  std::optional<std::string> small(const std::string& path) {
    auto file = disk_.open(directory_ + "/" + path);
    if (!file || (*file)->size() > kLargestProofFile) {
      fault(path + (file ? " is too large to be what it should be." : " is missing or can't be read."));
      return std::nullopt;
    }
    auto bytes = (*file)->read(0, static_cast<std::size_t>((*file)->size()));
    if (!bytes) {
      fault(path + " can't be read.");
      return std::nullopt;
    }
    return std::string(text_of(*bytes));
  }

  // 1. Form: exactly the files of the manifests, sorted lines, both algorithms.
  bool form() {
    std::error_code error;
    for (fs::recursive_directory_iterator it(directory_, error), end; !error && it != end; it.increment(error)) {
      const std::string path = it->path().lexically_relative(directory_).string();
      const auto type = it->symlink_status().type();
      if (type == fs::file_type::directory) {
        if (fs::is_empty(it->path(), error)) fault(path + " is an empty folder, which a dossier does not have.");
        continue;
      }
      if (type != fs::file_type::regular) {
        fault(path + " is not a regular file.");
        continue;
      }
      present_.insert(path);
    }
    if (error) fault("The folder can't be walked: " + error.message() + ".");
    layout();
    if (const auto text = small("bagit.txt"); text && *text != "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n") fault("bagit.txt does not say BagIt 1.0 in UTF-8.");
    std::map<std::string, std::string> listed[2];
    constexpr const char* kAlgorithm[2] = {"sha256", "sha512"};
    for (int a = 0; a < 2; ++a) {
      read_manifest(std::string("manifest-") + kAlgorithm[a] + ".txt", a == 0 ? 64 : 128, true, listed[a]);
      read_manifest(std::string("tagmanifest-") + kAlgorithm[a] + ".txt", a == 0 ? 64 : 128, false, listed[a]);
    }
    for (const auto& path : present_) {
      if (path.starts_with("tagmanifest-sha")) continue;
      for (int a = 0; a < 2; ++a)
        if (!listed[a].contains(path)) fault(path + " is in no " + kAlgorithm[a] + " manifest.");
      digest_file(path, listed[0], listed[1]);
    }
    for (int a = 0; a < 2; ++a)
      for (const auto& [path, digest] : listed[a])
        if (!present_.contains(path)) fault(path + " is listed but missing.");
    const auto payload = std::count_if(present_.begin(), present_.end(), [](const std::string& path) { return path.starts_with("data/"); });
    if (!oxum_.empty() && oxum_ != std::to_string(payload_bytes_) + "." + std::to_string(payload)) fault("bag-info.txt: Payload-Oxum is not what data/ holds.");
    if (payload == 0) fault("data/ holds nothing.");
    return verdict_.faults.empty() || present_.contains("proof/index.json");
  }

  // Exactly the files of the page's layout; those of proof/ are judged with the entries.
  void layout() {
    static const std::set<std::string> kTags = {"bagit.txt",       "bag-info.txt",        "manifest-sha256.txt",  "manifest-sha512.txt", "tagmanifest-sha256.txt", "tagmanifest-sha512.txt", "VERIFY.txt",
                                                "verify.py",       "metadata/premis.xml", "metadata/case.jsonld", "metadata/names.csv",  "metadata/statement.txt", "metadata/schedule.csv",  "load/docs.dat",
                                                "load/images.opt", "proof/checkpoint",    "proof/policy",         "proof/index.json"};
    for (const auto& tag : kTags)
      if (tag != "metadata/names.csv" && !present_.contains(tag)) fault(tag + " is missing.");
    for (const auto& path : present_) {
      if (kTags.contains(path) || path.starts_with("proof/")) continue;
      if (!path.starts_with("data/") || !payload_name(path)) fault(path + " has no place in a dossier.");
    }
    bag_info();
  }

  // data/<16 of b32>.<extension>
  static bool payload_name(const std::string& path) {
    const std::size_t dot = path.find('.');
    if (dot != 21 || path.size() < 23 || path.size() > 38) return false;
    const auto is = [](char c, char last) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= last); };
    return std::all_of(path.begin() + 5, path.begin() + 21, [&](char c) { return is(c, 'v'); }) && std::all_of(path.begin() + 22, path.end(), [&](char c) { return is(c, 'z'); });
  }

  void bag_info() {
    const auto text = small("bag-info.txt");
    if (!text) return;
    constexpr std::string_view kLabels[] = {"Bag-Software-Agent: ", "Bagging-Date: ", "Payload-Oxum: ", "External-Description: ", "Oyer-Edition: "};
    std::string_view rest = *text;
    for (const std::string_view label : kLabels) {
      const std::size_t end = rest.find('\n');
      if (end == std::string_view::npos || !rest.starts_with(label) || end == label.size()) return fault("bag-info.txt does not hold its five labels in order.");
      std::string_view value = rest.substr(label.size(), end - label.size());
      if (value.find_first_not_of(" \t\r") == std::string_view::npos) return fault("bag-info.txt has an empty value.");
      const auto digits = [](std::string_view part) { return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos; };
      if (label.starts_with("Bagging") && (value.size() != 10 || !digits(value.substr(0, 4)) || value[4] != '-' || !digits(value.substr(5, 2)) || value[7] != '-' || !digits(value.substr(8)))) return fault("bag-info.txt has no date.");
      if (label.starts_with("Payload")) oxum_ = std::string(value);
      rest.remove_prefix(end + 1);
    }
    if (!rest.empty() || !utf8::valid(*text)) fault("bag-info.txt holds more than its five labels.");
  }

  void read_manifest(const std::string& name, std::size_t digits, bool payload, std::map<std::string, std::string>& out) {
    const auto file = disk_.read_all(directory_ + "/" + name);
    if (!file) return fault(name + " is missing or can't be read.");
    std::string_view rest = text_of(*file);
    std::string before;
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      if (end == std::string_view::npos || end < digits + 3 || rest.substr(digits, 2) != "  " || !from_hex(rest.substr(0, digits))) return fault(name + " has a malformed line.");
      const std::string path(rest.substr(digits + 2, end - digits - 2));
      if (path.starts_with("/") || path.find("..") != std::string::npos || path.starts_with("data/") != payload) return fault(name + " names a path that does not belong there: " + path + ".");
      if (path <= before) return fault(name + " is not sorted at " + path + ".");
      before = path;
      out[path] = std::string(rest.substr(0, digits));
      rest.remove_prefix(end + 1);
    }
  }

  void digest_file(const std::string& path, const std::map<std::string, std::string>& sha256, const std::map<std::string, std::string>& sha512) {
    const auto file = disk_.open(directory_ + "/" + path);
    if (!file) return fault(path + " can't be read.");
    seal::Sha256 short_hash;
    seal::Sha512 long_hash;
    for (std::uint64_t at = 0; at < (*file)->size();) {
      const auto piece = (*file)->read(at, 1U << 20);
      if (!piece || piece->empty()) return fault(path + " can't be read.");
      short_hash.update(*piece);
      long_hash.update(*piece);
      at += piece->size();
      if (path.starts_with("data/")) payload_bytes_ += piece->size();
    }
    digests_[path] = hex(short_hash.finish());
    const std::string long_digest = hex(long_hash.finish());
    const auto expected256 = sha256.find(path);
    const auto expected512 = sha512.find(path);
    if ((expected256 != sha256.end() && expected256->second != digests_[path]) || (expected512 != sha512.end() && expected512->second != long_digest)) fault(path + " has changed: its digest is not the one in the manifest.");
  }

  // 2. The log's key, the checkpoint, the index.
  bool log() {
    const auto policy = small("proof/policy");
    const auto note = small("proof/checkpoint");
    const auto index_text = small("proof/index.json");
    if (!policy || !note || !index_text) return false;
    auto parsed = seal::Policy::parse(*policy);
    if (!parsed) {
      fault("proof/policy: " + parsed.error().message);
      return false;
    }
    if (parsed->logs.size() != 1) {
      fault("proof/policy does not name exactly one log.");
      return false;
    }
    if (parsed->text(false) != *policy) fault("proof/policy is not in the one form that a dossier has.");
    log_ = parsed->logs[0];
    note_ = *note;
    auto checkpoint = seal::open_witnessed(note_, *parsed);
    if (!checkpoint) {
      fault("proof/checkpoint: " + checkpoint.error().message);
      return false;
    }
    if (!checkpoint->quorum) fault("proof/checkpoint: the witnesses' lines do not meet the quorum of proof/policy.");
    checkpoint_ = checkpoint->checkpoint;
    verdict_.cosignatures = checkpoint->cosignatures.size();
    auto index = parse_canonical(*index_text);
    if (!index || !index->is_object() || get_array(index->get_object(), "files") == nullptr) {
      fault("proof/index.json is not the canonical JSON it should be.");
      return false;
    }
    index_ = index->get_object();
    case_ = string_or_empty(index_, "case");
    if (string_or_empty(index_, "log") != log_.name || get_integer(index_, "v") != 1 || index_.size() != 4) fault("proof/index.json names another log or version.");
    return true;
  }

  // proof/<authority>.tsr
  static bool is_token(const std::string& path) { return path.starts_with("proof/") && path.ends_with(".tsr"); }

  // 2, time. Tokens over the checkpoint's bytes, each judged at its own time by the certificates in proof/chain.pem.
  void time(const std::optional<seal::Anchor>& anchor) {
    const bool any = std::any_of(present_.begin(), present_.end(), is_token);
    if (any != present_.contains("proof/chain.pem")) return fault(any ? "proof/chain.pem is missing: its certificates are needed for the time tokens." : "proof/chain.pem belongs to no time token.");
    if (!any) return;
    const auto pem = small("proof/chain.pem");
    const auto chain = pem ? seal::Certificates::parse(*pem) : tl::unexpected(Error{ErrorCode::bad_input, "It can't be read.", ""});
    if (!chain) return fault("proof/chain.pem: " + chain.error().message);
    for (const auto& path : present_) {
      if (!is_token(path)) continue;
      const auto token = small(path);
      if (!token) continue;
      const auto stamp = seal::verify_timestamp(view(*token), view(note_), *chain, *chain);
      if (!stamp) {
        fault(path + ": " + stamp.error().message);
        continue;
      }
      const bool anchored = anchor && !anchor->authorities.empty() && seal::verify_timestamp(view(*token), view(note_), anchor->authorities, *chain).has_value();
      verdict_.stamps.push_back({stamp->authority, stamp->time_text, anchored});
    }
  }

  // 3 and 4. Each disclosed entry: proof and opening.
  void entries() {
    for (const auto& path : present_) {
      if (!path.starts_with("proof/") || !path.ends_with(".entry")) continue;
      const std::string id = path.substr(6, path.size() - 12);
      const auto entry = small(path);
      const auto proof_text = small("proof/" + id + ".tlog-proof");
      if (!entry || !proof_text) continue;
      Disclosed out;
      out.id = id;
      out.leaf = seal::leaf_hash(view(*entry));
      const auto proof = seal::TlogProof::parse(*proof_text);
      if (!proof) {
        fault("proof/" + id + ".tlog-proof: " + proof.error().message);
        continue;
      }
      out.index = proof->index;
      if (proof->checkpoint != note_) fault("proof/" + id + ".tlog-proof holds another checkpoint than proof/checkpoint.");
      if (!seal::verify_inclusion(proof->index, checkpoint_.size, out.leaf, proof->path, checkpoint_.root)) fault("proof/" + id + ".tlog-proof does not lead from " + path + " to the checkpoint's root.");
      const auto form = seal::parse_form(view(*entry));
      if (!form) {
        fault(path + ": " + form.error().message);
        continue;
      }
      std::string body_text = *entry;
      json::object values;
      if (!form->sealed && present_.contains("proof/" + id + ".opening")) fault("proof/" + id + ".opening opens an entry that is open already.");
      if (form->sealed) {
        const auto opening_text = small("proof/" + id + ".opening");
        if (!opening_text) continue;
        const auto opening = parse_canonical(*opening_text);
        const auto* object = opening ? opening->if_object() : nullptr;
        const auto salt = object == nullptr ? std::nullopt : hash_from_base64url(string_or_empty(*object, "salt"));
        const auto* opened = object == nullptr ? nullptr : get_object(*object, "values");
        if (!salt || opened == nullptr || object->size() != 3) {
          fault("proof/" + id + ".opening is malformed.");
          continue;
        }
        body_text = string_or_empty(*object, "body");
        values = *opened;
        if (seal::commitment(seal::kBodyLabel, *salt, view(body_text)) != form->commitment) {
          fault("proof/" + id + ".opening does not open the entry: salt or body were changed.");
          continue;
        }
      }
      const auto body = parse_canonical(body_text);
      const auto body_view = body ? seal::view_body(*body, case_, log_.name) : tl::unexpected(body.error());
      if (!body_view) {
        fault("The body of entry " + id + ": " + body_view.error().message);
        continue;
      }
      out.body = body->get_object();
      out.has_body = true;
      const bool closing = string_or_empty(out.body, "t") == "submission/1";
      if (form->sealed && form->segment.has_value() != closing) fault(path + " shows a segment though it closes nothing, or closes without one.");
      if (out.body.size() != (body_view->supersedes == nullptr ? 5U : 6U)) fault(path + " has a body with other members than the page's.");
      if (closing && present_.contains("proof/" + id + ".submission")) fault("proof/" + id + ".submission belongs to a closing entry, which has none.");
      for (const auto& member : *body_view->data)
        if (member.value().is_string()) out.values[std::string(member.key())] = std::string(member.value().get_string());
      for (const auto& member : values) {
        const auto* pair = member.value().if_array();
        const std::string key(member.key());
        const auto salt = pair != nullptr && pair->size() == 2 && (*pair)[0].is_string() && (*pair)[1].is_string() ? hash_from_base64url((*pair)[0].get_string()) : std::nullopt;
        const auto* bound = get_object(*body_view->data, key);
        if (!salt || bound == nullptr || string_or_empty(*bound, "c") != base64url(seal::value_commitment(key, *salt, view((*pair)[1].get_string())))) {
          fault("proof/" + id + ".opening: the value “" + key + "” does not fit its commitment.");
          continue;
        }
        out.values[key] = std::string((*pair)[1].get_string());
      }
      for (const auto& [other, seen] : disclosed_)
        if (seen.leaf == out.leaf) fault(path + " and proof/" + other + ".entry are the same entry under two ids.");
      disclosed_[id] = std::move(out);
      ++verdict_.entries;
    }
    for (const auto& path : present_) {
      if (!path.starts_with("proof/")) continue;
      const std::size_t dot = path.find('.');
      const std::string ending = dot == std::string::npos ? "" : path.substr(dot);
      const bool known = path == "proof/checkpoint" || path == "proof/policy" || path == "proof/index.json" || path == "proof/chain.pem" || (ending == ".tsr" && token_name(path)) || ending == ".entry" || ending == ".opening" ||
                         ending == ".submission" || ending == ".tlog-proof";
      if (!known)
        fault(path + " is no file that a dossier's proofs have.");
      else if (dot != std::string::npos && path != "proof/index.json" && path != "proof/chain.pem" && ending != ".tsr" && !present_.contains(path.substr(0, dot) + ".entry"))
        fault(path + " belongs to no disclosed entry.");
    }
  }

  // proof/ and 1 to 40 of a-z, 0-9, hyphen
  static bool token_name(const std::string& path) {
    const std::string_view stem = std::string_view(path).substr(6, path.size() - 10);
    return !stem.empty() && stem.size() <= 40 && stem.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
  }

  static bool is_closing(const Disclosed& entry) { return string_or_empty(entry.body, "t") == "submission/1"; }

  // 5. Each entry's place in its signed submission.
  void submissions() {
    for (auto& [id, entry] : disclosed_) {
      if (!entry.has_body) continue;
      if (is_closing(entry)) {
        const auto closing = seal::parse_closing(entry.body);
        if (!closing) {
          fault("Closing entry " + id + ": " + closing.error().message);
          continue;
        }
        if (!seal::verify_signature(closing->actor, view(closing->signed_bytes), closing->signature)) fault("Closing entry " + id + ": the signature is not its actor's.");
        continue;
      }
      const std::string path = "proof/" + id + ".submission";
      const auto text = small(path);
      if (!text) continue;
      const auto value = parse_canonical(*text);
      const auto* object = value ? value->if_object() : nullptr;
      const auto index = object == nullptr ? std::nullopt : get_integer(*object, "index");
      const auto* hashes = object == nullptr ? nullptr : get_array(*object, "path");
      if (!index || *index < 0 || hashes == nullptr || object->size() != 3) {
        fault(path + " is malformed.");
        continue;
      }
      const auto it = disclosed_.find(string_or_empty(*object, "closing"));
      if (it == disclosed_.end() || !it->second.has_body || !is_closing(it->second)) {
        fault(path + " names a closing entry that is not disclosed.");
        continue;
      }
      const auto closing = seal::parse_closing(it->second.body);
      if (!closing) continue;  // told above
      std::vector<Hash> steps;
      for (const auto& step : *hashes) {
        const auto hash = step.is_string() ? hash_from_base64url(step.get_string()) : std::nullopt;
        if (hash) steps.push_back(*hash);
      }
      const auto place = static_cast<std::uint64_t>(*index);
      if (steps.size() != hashes->size() || !seal::verify_inclusion(place, closing->count, entry.leaf, steps, closing->root)) fault(path + " does not lead to its submission's root.");
      if (entry.index + closing->count - place != it->second.index) fault(path + ": the entry does not stand where its submission has it in the log.");
      closing_of_[id] = it->first;
    }
  }

  // 6. Every signature's key was enrolled before.
  void actors() {
    struct Enrolment {
      std::uint64_t index;
      std::string closing;
    };
    std::map<std::string, Enrolment> enrolled;
    for (const auto& [id, entry] : disclosed_) {
      if (!entry.has_body || string_or_empty(entry.body, "t") != "key.enrol/1" || !closing_of_.contains(id)) continue;
      const auto key = entry.values.find("key");
      if (key == entry.values.end()) continue;
      const auto [it, fresh] = enrolled.emplace(key->second, Enrolment{entry.index, closing_of_[id]});
      if (!fresh && entry.index < it->second.index) it->second = {entry.index, closing_of_[id]};
    }
    std::uint64_t first = ~std::uint64_t{0};
    for (const auto& [key, enrolment] : enrolled) first = std::min(first, enrolment.index);
    for (const auto& [id, entry] : disclosed_) {
      if (!entry.has_body || !is_closing(entry)) continue;
      const auto closing = seal::parse_closing(entry.body);
      if (!closing) continue;
      const auto it = enrolled.find(base64url(closing->actor));
      if (it == enrolled.end() || it->second.index > entry.index) fault("Closing entry " + id + " is signed by a key whose enrolment is not disclosed before it.");
    }
    // The first enrolment stands in the log's first submission.
    for (const auto& [key, enrolment] : enrolled) {
      if (enrolment.index != first || !disclosed_.contains(enrolment.closing)) continue;
      const auto opener = seal::parse_closing(disclosed_[enrolment.closing].body);
      if (opener && disclosed_[enrolment.closing].index != opener->count) fault("The first enrolment does not stand in the log's first submission.");
    }
    for (const auto& [key, enrolment] : enrolled) {
      const auto signer = seal::parse_closing(disclosed_[enrolment.closing].body);
      if (!signer) continue;
      const std::string signing_key = base64url(signer->actor);
      if (enrolment.index == first ? signing_key != key : (!enrolled.contains(signing_key) || (signing_key != key && enrolled[signing_key].index > enrolment.index) || signing_key == key))
        fault("The enrolment of key " + key.substr(0, 12) + "… is not signed by an enrolled key.");
    }
  }

  // 7. Each payload file is what its entry says.
  void files() {
    std::set<std::string> named;
    std::string before;
    for (const auto& item : index_["files"].get_array()) {
      const auto* object = item.if_object();
      const std::string file = object == nullptr ? "" : string_or_empty(*object, "file");
      const std::string id = object == nullptr ? "" : string_or_empty(*object, "entry");
      if (object == nullptr || object->size() != 2 || !file.starts_with("data/") || file <= before) {
        fault("proof/index.json has a malformed or unsorted line.");
        return;
      }
      before = file;
      if (file.substr(5, file.find('.') - 5) != id) fault(file + " does not bear the id of its entry.");
      named.insert(file);
      const auto it = disclosed_.find(id);
      if (it == disclosed_.end() || !it->second.has_body) {
        fault(file + ": its entry " + id + " is not disclosed.");
        continue;
      }
      const auto digest = it->second.values.find("digest");
      std::string expected = digest == it->second.values.end() ? "" : digest->second;
      const std::string type = string_or_empty(it->second.body, "t");
      if (type == "run/1") {
        const auto digests = parse_canonical(expected);
        const std::string extension = file.substr(file.find_last_of('.') + 1);
        expected = digests && digests->is_object() ? string_or_empty(digests->get_object(), extension) : "";
      } else if (type != "exhibit.add/1" && type != "rendition.add/1") {
        fault(file + ": its entry is of type " + type + ", which has no file.");
        continue;
      }
      if (expected.empty() || expected != digests_[file]) {
        fault(file + " is not what its sealed entry says: the digests differ.");
        continue;
      }
      ++verdict_.files;
      if (const auto closing = closing_of_.find(id); closing != closing_of_.end()) {
        const auto claimed = seal::parse_closing(disclosed_[closing->second].body);
        if (claimed && claimed->time.size() == 20) {
          const std::string date = claimed->time.substr(0, 10);
          if (verdict_.first_date.empty() || date < verdict_.first_date) verdict_.first_date = date;
          verdict_.last_date = std::max(verdict_.last_date, date);
        }
      }
    }
    for (const auto& path : present_)
      if (path.starts_with("data/") && !named.contains(path)) fault(path + " stands behind no entry in proof/index.json.");
    nothing_more();
  }

  // Disclosed are the entries behind files, the closing entries of their submissions, the enrolments of who signed, and no others.
  void nothing_more() {
    std::set<std::string> needed;
    std::vector<std::string> todo;
    const auto need = [&](const std::string& id) {
      if (disclosed_.contains(id) && needed.insert(id).second) todo.push_back(id);
    };
    for (const auto& item : index_["files"].get_array())
      if (item.is_object()) need(string_or_empty(item.get_object(), "entry"));
    while (!todo.empty()) {
      const std::string id = todo.back();
      todo.pop_back();
      if (const auto closing = closing_of_.find(id); closing != closing_of_.end()) need(closing->second);
      const Disclosed& entry = disclosed_[id];
      if (!entry.has_body || !is_closing(entry)) continue;
      const auto signer = seal::parse_closing(entry.body);
      if (!signer) continue;
      std::string enrolment;
      for (const auto& [other, candidate] : disclosed_)
        if (candidate.has_body && string_or_empty(candidate.body, "t") == "key.enrol/1" && candidate.values.contains("key") && candidate.values.at("key") == base64url(signer->actor) &&
            (enrolment.empty() || candidate.index < disclosed_[enrolment].index))
          enrolment = other;
      need(enrolment);
    }
    for (const auto& [id, entry] : disclosed_)
      if (entry.has_body && !needed.contains(id)) fault("proof/" + id + ".entry is disclosed though no file needs it.");
  }

  // 8. Keys that came another way.
  void authenticate(const seal::Anchor& anchor) {
    verdict_.anchored = true;
    verdict_.anchor_faults = anchor.judge(note_);
    const auto anchored = [](const Verdict::Stamp& stamp) { return stamp.anchored; };
    if (!anchor.authorities.empty() && !verdict_.stamps.empty() && std::none_of(verdict_.stamps.begin(), verdict_.stamps.end(), anchored)) verdict_.anchor_faults.push_back("No time token in proof/ leads to a certificate of the anchor.");
  }

  Disk& disk_;
  std::string directory_;
  Verdict& verdict_;
  std::set<std::string> present_;
  std::string oxum_;
  std::uint64_t payload_bytes_ = 0;
  std::map<std::string, std::string> digests_;
  seal::VerifierKey log_;
  std::string note_;
  seal::Checkpoint checkpoint_;
  json::object index_;
  std::string case_;
  std::map<std::string, Disclosed> disclosed_;
  std::map<std::string, std::string> closing_of_;
};

}  // namespace

Result<Verdict> verify(Disk& disk, const std::string& directory, const std::optional<std::string>& anchor) {
  std::optional<seal::Anchor> keys;
  if (anchor) keys = TRY(seal::Anchor::parse(*anchor));
  if (!disk.exists(directory + "/bagit.txt")) return fail(ErrorCode::not_found, "There is no dossier at " + directory + " (it has no bagit.txt).", "Give the folder that holds bagit.txt.");
  Verdict verdict;
  Check(disk, directory, verdict).run(keys);
  return verdict;
}

std::string closing_line(const Verdict& verdict) {
  std::string date = verdict.first_date;
  if (verdict.last_date != verdict.first_date) date += " to " + verdict.last_date;
  return "unchanged since intake on " + (date.empty() ? std::string("an unknown date") : date + " (claimed)") + "; this says nothing about truth or origin";
}

std::string describe(const Verdict& verdict) {
  std::string out;
  for (const auto& fault : verdict.faults) out += "FAULT: " + fault + "\n";
  out += "Checked " + std::to_string(verdict.files) + " files and " + std::to_string(verdict.entries) + " entries.\n";
  if (!verdict.consistent()) return out + "NOT CONSISTENT: " + std::to_string(verdict.faults.size()) + (verdict.faults.size() == 1 ? " fault.\n" : " faults.\n");
  out += "CONSISTENT: every file, proof, opening and signature fits the others.\n";
  if (verdict.cosignatures > 0) out += std::to_string(verdict.cosignatures) + " witnesses named in the bag have seen this log.\n";
  for (const auto& stamp : verdict.stamps) out += "The log stood so at " + stamp.time + ", says the time authority " + stamp.authority + (stamp.anchored ? " (of the anchor).\n" : ".\n");
  if (verdict.anchored && verdict.stamps.empty()) out += "No time authority has stamped this log's checkpoint: all times are claimed.\n";
  for (const auto& fault : verdict.anchor_faults) out += "FAULT: " + fault + "\n";
  if (verdict.authenticated())
    out += "AUTHENTICATED: the log's key, and the witnesses and time authorities asked for, are those of the anchor.\n";
  else if (verdict.anchored)
    return out + "NOT AUTHENTICATED.\n";
  else
    out += "NOT AUTHENTICATED: a forger could have made the whole bag, key included; pass --anchor FILE with keys that came another way.\n";
  return out + closing_line(verdict) + "\n";
}

}  // namespace oyer::dossier
