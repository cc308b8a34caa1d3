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

constexpr std::size_t kSegmentHead = kSegmentMagic.size() + 4;
constexpr std::size_t kLargestDraw = 4096;

void set_u32(std::string& out, std::size_t at, std::size_t value) {
  for (unsigned i = 0; i < 4; ++i) out[at + i] = static_cast<char>(value >> (24 - 8 * i));
}

// Magic and a count that is still open.
std::string segment_head() { return std::string(kSegmentMagic) + std::string(4, '\0'); }

// A record's beginning: its salt, and the length of the body that follows, still open. Returns where the body begins.
std::size_t begin_segment_record(std::string& segment, const Hash& salt) {
  segment.append(text_of(salt));
  segment.append(4, '\0');
  return segment.size();
}

void end_segment_record(std::string& segment, std::size_t body, const Openings& openings) {
  set_u32(segment, body - 4, segment.size() - body);
  const std::string text = encode_openings(openings);
  segment.append(4, '\0');
  set_u32(segment, segment.size() - 4, text.size());
  segment += text;
}

void end_segment(std::string& segment, std::size_t records) {
  set_u32(segment, kSegmentMagic.size(), records);
  segment.resize(padded_length(segment.size()), '\0');
}

void wipe_text(std::string& text) { wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()}); }

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
  std::string segment = segment_head();
  for (const Record& record : records) {
    const std::size_t body = begin_segment_record(segment, record.salt);
    segment += record.body;
    end_segment_record(segment, body, record.openings);
  }
  end_segment(segment, records.size());
  return to_bytes(std::string_view(segment));
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

SubmissionBuilder::SubmissionBuilder(SubmissionContext context, Random& random) : context_(std::move(context)), random_(random) {
  before_data_ = "{\"case\":";
  append_canonical(before_data_, context_.case_id);
  before_data_ += ",\"d\":";
  after_data_ = ",\"log\":";
  append_canonical(after_data_, context_.origin);
  after_data_ += ",\"n\":\"";
  if (!context_.open_tier) segment_ = segment_head();
}

SubmissionBuilder::~SubmissionBuilder() {
  wipe(drawn_);
  wipe_text(segment_);
}

// A system call for each salt would cost more than its hash: later draws are larger, since who adds many entries adds more.
void SubmissionBuilder::draw(std::span<std::uint8_t> out) {
  if (left_ < out.size()) {
    drawn_.resize(std::max(out.size(), std::min(kLargestDraw, 2 * drawn_.size())));
    random_.fill(drawn_);
    left_ = drawn_.size();
  }
  const std::span<std::uint8_t> from = std::span(drawn_).subspan(drawn_.size() - left_, out.size());
  std::copy(from.begin(), from.end(), out.begin());
  wipe(from);
  left_ -= out.size();
}

// The body, canonical: its keys stand in their order.
void SubmissionBuilder::write_body(const std::string& type, json::object data, const std::vector<std::string>& supersedes, const std::array<std::uint8_t, 16>& nonce) {
  segment_ += before_data_;
  append_canonical(segment_, json::value(std::move(data)));
  segment_ += after_data_;
  segment_ += base64url(nonce);
  segment_ += '"';
  if (!supersedes.empty()) {
    std::vector<std::string> sorted = supersedes;
    std::sort(sorted.begin(), sorted.end());
    segment_ += ",\"sup\":[";
    for (const auto& id : sorted) {
      if (&id != &sorted.front()) segment_ += ',';
      append_canonical(segment_, std::string_view(id));
    }
    segment_ += ']';
  }
  segment_ += ",\"t\":";
  append_canonical(segment_, std::string_view(type));
  segment_ += '}';
}

// Takes back what of the record was written.
Result<Hash> SubmissionBuilder::refuse(std::size_t start, std::string message, std::string advice) {
  segment_.resize(start);
  return fail(ErrorCode::bad_input, std::move(message), std::move(advice));
}

Result<Hash> SubmissionBuilder::add(const std::string& type, json::object data, const std::vector<std::string>& supersedes, const std::map<std::string, std::string>& protect) {
  Openings openings;
  for (const auto& [key, value] : protect) {
    if (!utf8::valid(value)) return fail(ErrorCode::bad_input, "The value “" + key + "” of this entry (" + type + ") is not valid UTF-8.", "Give it as UTF-8.");
    if (context_.open_tier) {
      data[key] = value;
      continue;
    }
    Opening opening;
    draw(opening.salt);
    opening.value = value;
    data[key] = json::object{{"c", base64url(value_commitment(key, opening.salt, view(value)))}};
    openings[key] = std::move(opening);
  }
  std::array<std::uint8_t, 16> nonce;
  draw(nonce);
  Hash salt{};
  if (context_.open_tier) segment_.clear();
  const std::size_t start = segment_.size();
  std::size_t at = start;
  if (!context_.open_tier) {
    draw(salt);
    at = begin_segment_record(segment_, salt);
  }
  write_body(type, std::move(data), supersedes, nonce);
  const std::string_view body = std::string_view(segment_).substr(at);
  if (body.size() > kLargestBody)
    return refuse(start, "This entry (" + type + ") would be " + std::to_string(body.size()) + " bytes long; the limit is " + std::to_string(kLargestBody) + ".", "Shorten the text, or add it as an exhibit of its own.");
  if (!utf8::valid(body)) return refuse(start, "A text of this entry (" + type + ") is not valid UTF-8.", "Give it as UTF-8.");
  if (context_.open_tier) {
    TRY(entries_.add(view(body)));
  } else {
    TRY(entries_.add(sealed_entry(commitment(kBodyLabel, salt, view(body)))));
    end_segment_record(segment_, at, openings);
    ++records_;
  }
  leaves_.push_back(leaf_hash(entries_[entries_.size() - 1]));
  return leaves_.back();
}

Result<EntryBatch> SubmissionBuilder::finish_batch(const SigningKey& actor, const SealSegment& seal_segment) {
  std::array<std::uint8_t, 16> nonce;
  draw(nonce);
  json::object closing{{"act", base64url(context_.act)}, {"actor", base64url(actor.public_key())},  {"compartment", context_.compartment}, {"count", static_cast<std::int64_t>(leaves_.size())},
                       {"purpose", context_.purpose},    {"root", base64url(merkle_root(leaves_))}, {"time", utc_text(context_.time)}};
  if (context_.by_server) closing["via"] = "server";
  json::object body{{"case", context_.case_id}, {"d", closing}, {"log", context_.origin}, {"n", base64url(nonce)}, {"t", "submission/1"}};
  const std::string unsigned_body = canonical(body);
  if (!utf8::valid(unsigned_body) || unsigned_body.size() > kLargestBody) return fail(ErrorCode::bad_input, "The purpose of a submission is too long or not valid UTF-8.", "Shorten it, or give it as UTF-8.");
  body["d"].get_object()["sig"] = base64url(actor.sign(view(std::string(kSignatureDomain) + unsigned_body)));
  const std::string signed_body = canonical(body);
  if (context_.open_tier) {
    TRY(entries_.add(view(signed_body)));
    return std::move(entries_);
  }
  Hash salt;
  draw(salt);
  const std::size_t at = begin_segment_record(segment_, salt);
  segment_ += signed_body;
  end_segment_record(segment_, at, {});
  end_segment(segment_, ++records_);
  const Hash segment = TRY(seal_segment(view(segment_)));
  TRY(entries_.add(sealed_closing_entry(commitment(kBodyLabel, salt, view(signed_body)), segment)));
  return std::move(entries_);
}

Result<std::vector<Bytes>> SubmissionBuilder::finish(const SigningKey& actor, const SealSegment& seal_segment) {
  const EntryBatch batch = TRY(finish_batch(actor, seal_segment));
  std::vector<Bytes> entries;
  entries.reserve(batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) entries.push_back(to_bytes(batch[i]));
  return entries;
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
