// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/entry.h"

#include <algorithm>
#include <bit>

#include "base/utf8.h"
#include "seal/commitment.h"
#include "seal/merkle.h"

namespace oyer::seal {
namespace {

constexpr std::string_view kSegmentMagic = "oyer-segment/1\n";
constexpr std::string_view kSignatureDomain = "oyer/submission/1\n";
constexpr std::size_t kSealedSize = 57;
constexpr std::size_t kClosingSize = 107;
constexpr std::string_view kStart = "{\"c\":\"";
constexpr std::string_view kMiddle = "\",\"s\":\"";
constexpr std::string_view kEnd = "\",\"v\":1}";

tl::unexpected<Error> bad_segment() { return fail(ErrorCode::damaged, "A sealed segment is not of the form docs/formats/entry.md gives.", "Run `oyer verify`; restore blobs/ from a backup."); }
tl::unexpected<Error> bad_closing(const char* what) { return fail(ErrorCode::bad_input, std::string("A closing entry's ") + what + " is malformed."); }

}  // namespace

Result<EntryForm> parse_form(ByteView entry) {
  const std::string_view text = text_of(entry);
  EntryForm form;
  if (!text.starts_with(kStart) || !text.ends_with(kEnd) || (text.size() != kSealedSize && text.size() != kClosingSize)) {
    if (!text.starts_with('{') || !text.ends_with('}')) return fail(ErrorCode::bad_input, "An entry is neither sealed nor a JSON object.");
    return form;
  }
  const auto commitment = hash_from_base64url(text.substr(kStart.size(), 43));
  if (!commitment) return fail(ErrorCode::bad_input, "A sealed entry's commitment is malformed.");
  form.sealed = true;
  form.commitment = *commitment;
  if (text.size() == kClosingSize) {
    if (text.substr(kStart.size() + 43, kMiddle.size()) != kMiddle) return fail(ErrorCode::bad_input, "A sealed closing entry is malformed.");
    form.segment = hash_from_base64url(text.substr(kStart.size() + 43 + kMiddle.size(), 43));
    if (!form.segment) return fail(ErrorCode::bad_input, "A sealed closing entry's segment digest is malformed.");
  }
  return form;
}

bool closes_submission(ByteView entry, const EntryForm& form) { return form.sealed ? form.segment.has_value() : text_of(entry).ends_with("\"t\":\"submission/1\"}"); }

Bytes sealed_entry(const Hash& commitment) { return to_bytes(std::string(kStart) + base64url(commitment) + std::string(kEnd)); }

Bytes sealed_closing_entry(const Hash& commitment, const Hash& segment) { return to_bytes(std::string(kStart) + base64url(commitment) + std::string(kMiddle) + base64url(segment) + std::string(kEnd)); }

std::uint64_t padded_length(std::uint64_t length) {
  if (length <= 1024) return 1024;
  const unsigned exponent = static_cast<unsigned>(std::bit_width(length)) - 1;
  const unsigned mantissa_bits = static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(exponent)));
  const std::uint64_t step = std::uint64_t{1} << (exponent - mantissa_bits);
  return (length + step - 1) / step * step;
}

std::string encode_openings(const Openings& openings) {
  if (openings.empty()) return {};
  json::object object;
  for (const auto& [key, opening] : openings) object[key] = json::array{base64url(opening.salt), opening.value};
  return canonical(object);
}

Result<Openings> decode_openings(std::string_view text) {
  Openings out;
  if (text.empty()) return out;
  const auto value = TRY(parse_canonical(text));
  if (!value.is_object()) return fail(ErrorCode::bad_input, "Openings are not an object.");
  for (const auto& member : value.get_object()) {
    const auto* pair = member.value().if_array();
    if (pair == nullptr || pair->size() != 2 || !(*pair)[0].is_string() || !(*pair)[1].is_string()) return fail(ErrorCode::bad_input, "An opening is not a pair of strings.");
    const auto salt = hash_from_base64url((*pair)[0].get_string());
    if (!salt) return fail(ErrorCode::bad_input, "An opening's salt is malformed.");
    out[std::string(member.key())] = {*salt, std::string((*pair)[1].get_string())};
  }
  return out;
}

Bytes encode_segment(std::span<const Record> records) {
  Bytes out(kSegmentMagic.begin(), kSegmentMagic.end());
  put_u32(out, static_cast<std::uint32_t>(records.size()));
  for (const Record& record : records) {
    append(out, record.salt);
    put_u32(out, static_cast<std::uint32_t>(record.body.size()));
    append(out, view(record.body));
    const std::string openings = encode_openings(record.openings);
    put_u32(out, static_cast<std::uint32_t>(openings.size()));
    append(out, view(openings));
  }
  out.resize(padded_length(out.size()), 0);
  return out;
}

Result<std::vector<Record>> decode_segment(ByteView bytes) {
  if (!text_of(bytes).starts_with(kSegmentMagic) || bytes.size() < kSegmentMagic.size() + 4) return bad_segment();
  bytes = bytes.subspan(kSegmentMagic.size());
  const std::uint32_t count = get_u32(bytes.data());
  bytes = bytes.subspan(4);
  if (count > bytes.size() / 40) return bad_segment();
  const auto take = [&](std::string_view& out) {
    if (bytes.size() < 4 || get_u32(bytes.data()) > bytes.size() - 4) return false;
    out = text_of(bytes.subspan(4, get_u32(bytes.data())));
    bytes = bytes.subspan(4 + out.size());
    return true;
  };
  std::vector<Record> records(count);
  for (Record& record : records) {
    std::string_view body;
    std::string_view openings;
    if (bytes.size() < 32) return bad_segment();
    std::copy_n(bytes.begin(), 32, record.salt.begin());
    bytes = bytes.subspan(32);
    if (!take(body) || !take(openings)) return bad_segment();
    record.body = std::string(body);
    record.openings = TRY(decode_openings(openings));
  }
  if (std::any_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte != 0; })) return bad_segment();
  return records;
}

std::string SubmissionBuilder::make_body(const std::string& type, json::object data, const std::vector<std::string>& supersedes) {
  json::object body{{"case", context_.case_id}, {"d", std::move(data)}, {"log", context_.origin}, {"n", base64url(random_bytes(random_, 16))}, {"t", type}};
  if (!supersedes.empty()) {
    std::vector<std::string> sorted = supersedes;
    std::sort(sorted.begin(), sorted.end());
    json::array array;
    for (const auto& id : sorted) array.emplace_back(id);
    body["sup"] = std::move(array);
  }
  return canonical(body);
}

Result<Hash> SubmissionBuilder::add(const std::string& type, json::object data, const std::vector<std::string>& supersedes, const std::map<std::string, std::string>& protect) {
  Record record;
  for (const auto& [key, value] : protect) {
    if (!utf8::valid(value)) return fail(ErrorCode::bad_input, "The value “" + key + "” of this entry (" + type + ") is not valid UTF-8.", "Give it as UTF-8.");
    if (context_.open_tier) {
      data[key] = value;
      continue;
    }
    Opening opening;
    random_.fill(opening.salt);
    opening.value = value;
    data[key] = json::object{{"c", base64url(value_commitment(key, opening.salt, view(value)))}};
    record.openings[key] = std::move(opening);
  }
  record.body = make_body(type, std::move(data), supersedes);
  if (record.body.size() > kLargestBody)
    return fail(ErrorCode::bad_input, "This entry (" + type + ") would be " + std::to_string(record.body.size()) + " bytes long; the limit is " + std::to_string(kLargestBody) + ".", "Shorten the text, or add it as an exhibit of its own.");
  if (!utf8::valid(record.body)) return fail(ErrorCode::bad_input, "A text of this entry (" + type + ") is not valid UTF-8.", "Give it as UTF-8.");
  Bytes entry;
  if (context_.open_tier) {
    entry = to_bytes(record.body);
  } else {
    random_.fill(record.salt);
    entry = sealed_entry(commitment(kBodyLabel, record.salt, view(record.body)));
  }
  const Hash leaf = leaf_hash(entry);
  entries_.push_back(std::move(entry));
  leaves_.push_back(leaf);
  records_.push_back(std::move(record));
  return leaf;
}

Result<std::vector<Bytes>> SubmissionBuilder::finish(const SigningKey& actor, const std::function<Result<Hash>(ByteView)>& seal_segment) {
  json::object closing{{"act", base64url(context_.act)}, {"actor", base64url(actor.public_key())},  {"compartment", context_.compartment}, {"count", static_cast<std::int64_t>(leaves_.size())},
                       {"purpose", context_.purpose},    {"root", base64url(merkle_root(leaves_))}, {"time", utc_text(context_.time)}};
  if (context_.by_server) closing["via"] = "server";
  json::object body{{"case", context_.case_id}, {"d", closing}, {"log", context_.origin}, {"n", base64url(random_bytes(random_, 16))}, {"t", "submission/1"}};
  const std::string unsigned_body = canonical(body);
  if (!utf8::valid(unsigned_body) || unsigned_body.size() > kLargestBody) return fail(ErrorCode::bad_input, "The purpose of a submission is too long or not valid UTF-8.", "Shorten it, or give it as UTF-8.");
  body["d"].get_object()["sig"] = base64url(actor.sign(view(std::string(kSignatureDomain) + unsigned_body)));
  Record record;
  record.body = canonical(body);
  if (context_.open_tier) {
    entries_.push_back(to_bytes(record.body));
    return std::move(entries_);
  }
  random_.fill(record.salt);
  const Hash bound = commitment(kBodyLabel, record.salt, view(record.body));
  records_.push_back(std::move(record));
  Bytes plaintext = encode_segment(records_);
  const Hash segment = TRY(seal_segment(plaintext));
  wipe(plaintext);
  entries_.push_back(sealed_closing_entry(bound, segment));
  return std::move(entries_);
}

Result<Closing> parse_closing(const json::object& body) {
  const auto* data = get_object(body, "d");
  if (data == nullptr) return bad_closing("data");
  Closing closing;
  closing.act = string_or_empty(*data, "act");
  closing.compartment = string_or_empty(*data, "compartment");
  closing.purpose = string_or_empty(*data, "purpose");
  closing.time = string_or_empty(*data, "time");
  closing.via = string_or_empty(*data, "via");
  const auto actor = hash_from_base64url(string_or_empty(*data, "actor"));
  const auto root = hash_from_base64url(string_or_empty(*data, "root"));
  const auto signature = from_base64url(string_or_empty(*data, "sig"));
  const auto count = get_integer(*data, "count");
  if (!actor) return bad_closing("actor");
  if (!root) return bad_closing("root");
  if (!signature || signature->size() != 64) return bad_closing("signature");
  if (!count || *count < 0) return bad_closing("count");
  closing.actor = *actor;
  closing.root = *root;
  closing.count = static_cast<std::uint64_t>(*count);
  std::copy(signature->begin(), signature->end(), closing.signature.begin());
  json::object unsigned_body = body;
  unsigned_body["d"].get_object().erase("sig");
  closing.signed_bytes = std::string(kSignatureDomain) + canonical(unsigned_body);
  return closing;
}

Result<BodyView> view_body(const json::value& body, std::string_view case_id, std::string_view origin) {
  const auto* object = body.if_object();
  const auto member = [&](std::string_view key) -> std::string_view {
    const auto* value = object->if_contains(key);
    return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view{};
  };
  if (object == nullptr) return fail(ErrorCode::bad_input, "An entry's body is not an object.");
  BodyView out;
  out.type = member("t");
  out.data = get_object(*object, "d");
  out.supersedes = get_array(*object, "sup");
  if (object->contains("sup") && (out.supersedes == nullptr || out.supersedes->empty())) return fail(ErrorCode::bad_input, "An entry's body has a malformed list of what it supersedes.");
  if (out.type.empty() || out.data == nullptr || member("n").size() != 22) return fail(ErrorCode::bad_input, "An entry's body lacks type, data or nonce.");
  if (member("case") != case_id || member("log") != origin) return fail(ErrorCode::check_failed, "An entry's body belongs to another case or log.");
  return out;
}

}  // namespace oyer::seal
