// SPDX-License-Identifier: GPL-3.0-or-later
// Submissions built from any texts, in both tiers: what comes out opens, fits its commitments, and is signed.
#include "fuzz.h"
#include "seal/commitment.h"
#include "seal/entry.h"
#include "seal/hash.h"
#include "seal/merkle.h"

using namespace oyer;
using fuzz::must;

namespace {

void check_body(const std::string& text, const std::string& case_id, const std::string& origin) {
  const auto body = parse_canonical(text);
  must(body && seal::view_body(*body, case_id, origin).has_value(), "a body of ours is read");
}

void check_closing(const std::string& text, const seal::SigningKey& actor, std::span<const Bytes> entries) {
  const auto body = parse_canonical(text);
  must(body.has_value(), "a closing of ours is canonical");
  const auto closing = seal::parse_closing(body->get_object());
  must(closing && closing->count + 1 == entries.size() && closing->actor == actor.public_key(), "a closing of ours is read");
  std::vector<Hash> leaves;
  for (const Bytes& entry : entries.first(entries.size() - 1)) leaves.push_back(seal::leaf_hash(entry));
  must(closing->root == seal::merkle_root(leaves), "a closing covers its entries");
  must(seal::verify_signature(closing->actor, view(closing->signed_bytes), closing->signature), "a closing's signature verifies");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const seal::SigningKey actor(seal::sha256(view("fuzz")));
  fuzz::Recipe recipe(ByteView(data, size));
  const auto text = [&] { return std::string(text_of(recipe.piece())); };
  seal::SubmissionContext context;
  context.open_tier = recipe.byte() % 2 == 0;
  context.by_server = recipe.byte() % 2 == 0;
  context.case_id = "AAAAAAAAAAAAAAAAAAAAAA";
  context.origin = "log.oyer.invalid/fuzz";
  context.compartment = context.open_tier ? "open" : "base";
  context.act = Bytes(16, recipe.byte());
  context.time = recipe.number();
  context.purpose = text();
  SeededRandom random(size);
  seal::SubmissionBuilder builder(context, random);
  std::vector<std::map<std::string, std::string>> protect;
  for (std::size_t n = recipe.byte() % 4; n > 0; --n) {
    json::object values{{"text", text()}, {"list", json::array{text(), recipe.number(), nullptr, recipe.byte() % 2 == 0}}};
    std::map<std::string, std::string> hidden;
    if (recipe.byte() % 2 == 0) hidden["name"] = text();
    std::vector<std::string> supersedes;
    if (recipe.byte() % 2 == 0) supersedes = {text(), "B"};
    const std::size_t before = builder.count();
    if (builder.add("claim.add/1", values, supersedes, hidden))
      protect.push_back(hidden);
    else
      must(builder.count() == before, "a refused entry leaves nothing behind");
  }
  Bytes segment;
  const auto entries = builder.finish(actor, [&](ByteView plaintext) -> Result<Hash> {
    segment = to_bytes(plaintext);
    return seal::sha256(plaintext);
  });
  if (!entries) return 0;
  must(entries->size() == protect.size() + 1, "every entry that was taken is there");
  if (context.open_tier) {
    for (std::size_t i = 0; i + 1 < entries->size(); ++i) check_body(std::string(text_of((*entries)[i])), context.case_id, context.origin);
    check_closing(std::string(text_of(entries->back())), actor, *entries);
  } else {
    const auto records = seal::decode_segment(segment);
    must(records && records->size() == entries->size(), "the segment has a record for each entry");
    for (std::size_t i = 0; i < entries->size(); ++i) {
      const auto form = seal::parse_form((*entries)[i]);
      must(form && form->sealed && form->commitment == seal::commitment(seal::kBodyLabel, (*records)[i].salt, view((*records)[i].body)), "an entry is the commitment to its body");
      must(form->segment.has_value() == (i + 1 == entries->size()), "the last entry alone names the segment");
      if (i + 1 == entries->size()) break;
      check_body((*records)[i].body, context.case_id, context.origin);
      must((*records)[i].openings.size() == protect[i].size(), "each protected value has its opening");
      const auto body = parse_canonical((*records)[i].body);
      for (const auto& [key, opening] : (*records)[i].openings) {
        must(opening.value == protect[i].at(key), "an opening holds the value");
        must(string_or_empty(body->at("d").at(key).get_object(), "c") == base64url(seal::value_commitment(key, opening.salt, view(opening.value))), "an opening fits its commitment");
      }
    }
    check_closing(records->back().body, actor, *entries);
  }
  must(seal::closes_submission(entries->back(), *seal::parse_form(entries->back())), "the last entry closes the submission");
  for (std::size_t i = 0; i + 1 < entries->size(); ++i) must(!seal::closes_submission((*entries)[i], *seal::parse_form((*entries)[i])), "no other entry closes it");
  return 0;
}
