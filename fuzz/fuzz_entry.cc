// SPDX-License-Identifier: GPL-3.0-or-later
// Entries as the log shows them, bodies and closings: what is accepted is written back byte for byte.
#include "fuzz.h"
#include "seal/entry.h"

using namespace oyer;
using fuzz::must;

namespace {

void check_closing(const json::value& body, std::string_view text) {
  const auto closing = seal::parse_closing(body.get_object());
  if (!closing) return;
  // The signed bytes and the signature together are the body.
  constexpr std::string_view kDomain = "oyer/submission/1\n";
  must(closing->signed_bytes.starts_with(kDomain), "a signature has its domain");
  auto unsigned_body = parse_canonical(std::string_view(closing->signed_bytes).substr(kDomain.size()));
  must(unsigned_body.has_value(), "what is signed is canonical");
  auto& data = unsigned_body->get_object()["d"].get_object();
  must(!data.contains("sig"), "a signature does not sign itself");
  data["sig"] = base64url(closing->signature);
  must(canonical(*unsigned_body) == text, "the signed bytes with the signature are the body");
  must(base64url(closing->actor) == string_or_empty(data, "actor") && base64url(closing->root) == string_or_empty(data, "root") && get_integer(data, "count") == static_cast<std::int64_t>(closing->count),
       "a closing's members are its body's");
}

void check_body(std::string_view text) {
  const auto body = parse_canonical(text);
  if (!body) return;
  (void)seal::view_body(*body, "case", "log");
  const auto* object = body->if_object();
  if (object == nullptr) return;
  // As an open entry it must have a form, and a closing is told without parsing by how it ends.
  const auto form = seal::parse_form(view(text));
  if (form && !form->sealed && get_string(*object, "t") == "submission/1" && object->size() > 1 && object->begin() != object->end()) {
    bool last = true;  // `t` is the last key of a body (but for members that no body has)
    for (const auto& member : *object) last = last && member.key() <= "t";
    must(!last || seal::closes_submission(view(text), *form), "an open closing entry is told by its type");
  }
  if (const auto seen = seal::view_body(*body, string_or_empty(*object, "case"), string_or_empty(*object, "log"))) {
    must(seen->type == string_or_empty(*object, "t") && seen->data != nullptr, "a body's view is its body's");
    must(seen->supersedes == nullptr || !seen->supersedes->empty(), "a list of what is superseded is not empty");
  }
  check_closing(*body, text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  if (const auto form = seal::parse_form(bytes); form && form->sealed) {
    const Bytes again = form->segment ? seal::sealed_closing_entry(form->commitment, *form->segment) : seal::sealed_entry(form->commitment);
    must(text_of(again) == text_of(bytes), "a sealed entry is written back as it was read");
    must(seal::closes_submission(bytes, *form) == form->segment.has_value(), "a sealed closing entry names its segment");
  }
  check_body(text_of(bytes));
  // The same text as a closing's data, so that its members are reached without a frame.
  const std::string hash(43, 'A');
  check_body("{\"d\":{\"act\":\"" + std::string(22, 'A') + "\",\"actor\":\"" + hash + "\",\"count\":1,\"root\":\"" + hash + "\",\"sig\":\"" + std::string(86, 'A') + "\"" + std::string(text_of(bytes)) + "},\"t\":\"submission/1\"}");
  return 0;
}
