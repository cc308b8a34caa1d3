// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/types.h"

#include <algorithm>
#include <unordered_map>

#include "base/partial_date.h"
#include "base/utf8.h"
#include "model/id.h"

namespace oyer::model {
namespace {

using enum FieldKind;
constexpr bool kMust = true;
constexpr bool kMay = false;

const std::vector<TypeSpec>& table() {
  static const std::vector<TypeSpec> types = {
      {"case.open/1", "en", "case", "", {{"title", text, kMust}, {"kind", word, kMust, {"inquiry", "campaign"}}, {"by", text, kMust}}},
      {"compartment.add/1", "bx", "compartment", "name", {{"name", text, kMust}, {"recipient", text, kMust}}},
      {"key.enrol/1", "ac", "key", "name", {{"key", text, kMust}, {"name", text, kMust}, {"purposes", array, kMust}, {"from", day, kMay}, {"until", day, kMay}}},
      {"key.revoke/1", "en", "revocation", "", {{"key", text, kMust}, {"reason", text, kMust}, {"from", day, kMay}}},
      {"log.policy/1", "en", "log policy", "", {{"policy", text, kMust}}},
      {"log.authority/1", "en", "time authority", "", {{"name", text, kMust}, {"url", text, kMust}, {"certificates", text, kMust}}},
      {"source.add/1",
       "so",
       "source",
       "label",
       {{"label", text, kMust},
        {"kind", word, kMust, {"person", "organisation", "document", "press", "official", "list", "other"}},
        {"held", boolean, kMust},
        {"position", text, kMay},
        {"note", text, kMay},
        {"derives_from", ids, kMay, {"so"}},
        {"organisation", id, kMay, {"so"}}}},
      {"derivation.add/1", "de", "derivation", "", {{"source", id, kMust, {"so"}}, {"from", id, kMust, {"so"}}, {"how", word, kMust, {"copied", "told-by", "interpreter", "organisation", "event", "cites"}}, {"note", text, kMay}}},
      {"exhibit.add/1",
       "ex",
       "exhibit",
       "digest",
       {{"source", id, kMust, {"so"}},
        {"name", value, kMust},
        {"digest", value, kMust},
        {"size", integer, kMust},
        {"media", text, kMust},
        {"blob", text, kMust},
        {"state", word, kMust, {"sealed", "quarantined"}},
        {"reason", text, kMay},
        {"origin", text, kMay},
        {"collector", text, kMay},
        {"received", text, kMay}}},
      {"rendition.add/1",
       "rn",
       "rendition",
       "",
       {{"exhibit", id, kMust, {"ex"}},
        {"kind", word, kMust, {"text", "ocr", "transcript", "translation", "correction", "image"}},
        {"blob", text, kMust},
        {"digest", value, kMust},
        {"size", integer, kMust},
        {"tool", text, kMust},
        {"version", text, kMust},
        {"parameters", object, kMust},
        {"language", text, kMay},
        {"pages", integer, kMust},
        {"tree", object, kMay},
        {"secret", value, kMay}}},
      {"passage.add/1", "pa", "passage", "", {{"exhibit", id, kMust, {"ex"}}, {"rendition", id, kMust, {"rn"}}, {"selector", object, kMust}, {"quote", text, kMust}, {"quote_digest", text, kMust}, {"translation", text, kMay}}},
      {"claim.add/1",
       "cl",
       "claim",
       "",
       {{"text", text, kMust},
        {"subject", text, kMay},
        {"predicate", text, kMay},
        {"object", text, kMay},
        {"qualifiers", object, kMay},
        {"asserter", id, kMust, {"so"}},
        {"position", word, kMust, {"victim", "eyewitness", "hearsay", "document", "insider", "expert", "official"}},
        {"when", date, kMay},
        {"where", place, kMay},
        {"support", array, kMust}}},
      {"grade.add/1",
       "as",
       "grade",
       "",
       {{"target", id, kMust}, {"scale", text, kMust}, {"reliability", word, kMay, {"A", "B", "C", "D", "E", "F"}}, {"credibility", word, kMay, {"1", "2", "3", "4", "5", "6"}}, {"value", text, kMay}, {"reason", text, kMust}}},
      {"policy.set/1", "po", "policy", "name", {{"name", text, kMust}, {"min_roots", integer, kMust}, {"min_direct_grade", word, kMay, {"A", "B", "C", "D", "E"}}, {"denials_defeat", boolean, kMay}}},
      {"mandate.add/1", "ma", "mandate", "instrument", {{"instrument", text, kMust}, {"questions", array, kMust}, {"territory", text, kMust}, {"period", date, kMust}, {"standard", text, kMust}}},
      {"finding.add/1", "fi", "finding", "label", {{"label", text, kMust}, {"text", text, kMust}, {"claims", ids, kMust, {"cl"}}, {"question", integer, kMay}, {"policy", id, kMay, {"po"}}, {"status", word, kMust, {"draft", "adopted"}}}},
      {"measure.add/1",
       "me",
       "measure",
       "symbol",
       {{"body", text, kMust},
        {"symbol", text, kMust},
        {"date", day, kMust},
        {"mode", word, kMust, {"vote", "without-vote", "letter", "statement", "report", "other"}},
        {"yes", integer, kMay},
        {"no", integer, kMay},
        {"abstain", integer, kMay},
        {"text", text, kMust},
        {"source", text, kMust},
        {"confidence", text, kMay}}},
      {"allegation.add/1", "al", "allegation", "number", {{"number", integer, kMust}, {"text", text, kMust}, {"letter", id, kMay}, {"due", day, kMay}, {"claims", ids, kMay, {"cl"}}}},
      {"reply.add/1",
       "rp",
       "reply",
       "",
       {{"target", id, kMust}, {"by", id, kMust, {"so"}}, {"kind", word, kMust, {"denial", "evidence", "partial", "objection"}}, {"text", text, kMust}, {"passage", id, kMay, {"pa"}}, {"contradicts", ids, kMay, {"cl"}}}},
      {"consent.add/1",
       "cn",
       "consent",
       "",
       {{"source", id, kMust, {"so"}}, {"use", word, kMust, {"background", "statistics", "quotation", "referral", "public"}}, {"recipient", text, kMay}, {"granted", boolean, kMust}, {"conditions", text, kMay}, {"until", day, kMay}}},
      {"import/1", "im", "import", "", {{"exhibit", id, kMust, {"ex"}}, {"parser", object, kMust}, {"sheet", text, kMay}, {"mapping", object, kMust}, {"rows", integer, kMust}}},
      {"link.decide/1", "ln", "link decision", "", {{"relation", word, kMust, {"same", "different"}}, {"a", text, kMust}, {"b", text, kMust}, {"reason", text, kMust}}},
      {"run/1", "ru", "run", "engine", {{"engine", text, kMust}, {"version", text, kMust}, {"parameters", object, kMust}, {"inputs", array, kMust}, {"blob", text, kMay}, {"digest", value, kMay}, {"summary", text, kMust}}},
      {"release/1", "re", "release", "edition", {{"edition", text, kMust}, {"recipient", text, kMay}, {"manifest", text, kMust}, {"items", integer, kMust}}},
      {"export/1", "en", "export", "", {{"what", word, kMust, {"dossier", "report", "dump", "file", "case"}}, {"recipient", text, kMay}, {"things", array, kMay}}},
      {"custody.add/1",
       "cu",
       "custody event",
       "",
       {{"exhibit", id, kMust, {"ex"}},
        {"event", word, kMust, {"received", "copied", "transferred", "examined", "sealed"}},
        {"by", text, kMust},
        {"to", text, kMay},
        {"place", text, kMay},
        {"when", text, kMay},
        {"hash_before", text, kMay},
        {"hash_after", text, kMay},
        {"note", text, kMay}}},
      {"submission/1", "en", "submission", "", {}},
  };
  return types;
}

std::string list_of(const std::vector<std::string_view>& words) {
  std::string out;
  for (std::string_view w : words) out += (out.empty() ? "" : ", ") + std::string(w);
  return out;
}

tl::unexpected<Error> wrong(const TypeSpec& spec, const FieldSpec& field, const std::string& why, std::string advice = {}) {
  return fail(ErrorCode::bad_input, "A " + std::string(spec.noun) + "'s " + std::string(field.name) + " " + why + ".", std::move(advice));
}

bool is_id_of(const json::value& value, const FieldSpec& field) {
  if (!value.is_string()) return false;
  const std::string_view text(value.get_string());
  return leaf_of(text).has_value() && (field.words.empty() || text.starts_with(field.words[0]));
}

Result<void> check_field(const TypeSpec& spec, const FieldSpec& field, const json::value& value) {
  switch (field.kind) {
    case FieldKind::text:
      if (!value.is_string() || (field.required && value.get_string().empty())) return wrong(spec, field, "is not a text");
      return {};
    case FieldKind::word: {
      const bool known = value.is_string() && std::find(field.words.begin(), field.words.end(), std::string_view(value.get_string())) != field.words.end();
      if (!known) return wrong(spec, field, "is “" + (value.is_string() ? std::string(value.get_string()) : json::serialize(value)) + "”, which is not one of its words", "Use one of: " + list_of(field.words) + ".");
      return {};
    }
    case FieldKind::integer:
      if (!value.is_int64() && !value.is_uint64()) return wrong(spec, field, "is not a whole number");
      return {};
    case FieldKind::boolean:
      if (!value.is_bool()) return wrong(spec, field, "is not true or false");
      return {};
    case FieldKind::id:
      if (!is_id_of(value, field)) return wrong(spec, field, "is not the id of " + (field.words.empty() ? std::string("a thing") : "a thing of kind " + std::string(field.words[0])));
      return {};
    case FieldKind::ids:
      if (!value.is_array()) return wrong(spec, field, "is not a list of ids");
      for (const auto& item : value.get_array())
        if (!is_id_of(item, field)) return wrong(spec, field, "holds something that is not such an id");
      return {};
    case FieldKind::date: {
      const auto parsed = PartialDate::from_json(value);
      if (!parsed) return tl::unexpected(parsed.error());
      return {};
    }
    case FieldKind::day:
      if (!value.is_string() || !valid_date(value.get_string())) return wrong(spec, field, "is not a date", "Write YYYY, YYYY-MM or YYYY-MM-DD.");
      return {};
    case FieldKind::place: {
      const auto* place = value.if_object();
      if (place == nullptr || !get_string(*place, "name")) return wrong(spec, field, "is not a place");
      if (place->contains("lat") && (!get_integer(*place, "radius_m") || !get_string(*place, "method"))) return wrong(spec, field, "has a position without radius and method", "Say how far off it may be, and how it is known.");
      return {};
    }
    case FieldKind::object:
      if (!value.is_object()) return wrong(spec, field, "is not an object");
      return {};
    case FieldKind::array:
      if (!value.is_array()) return wrong(spec, field, "is not a list");
      return {};
    case FieldKind::value:
      if (!value.is_string() && !(value.is_object() && get_string(value.get_object(), "c"))) return wrong(spec, field, "is not a protected value");
      return {};
  }
  return {};
}

}  // namespace

std::span<const TypeSpec> all_types() { return table(); }

const TypeSpec* find_type(std::string_view type) {
  static const auto index = [] {
    std::unordered_map<std::string_view, const TypeSpec*> out;
    for (const TypeSpec& spec : table()) out[spec.type] = &spec;
    return out;
  }();
  const auto it = index.find(type);
  return it == index.end() ? nullptr : it->second;
}

Result<void> check(const TypeSpec& spec, const json::object& data) {
  for (const FieldSpec& field : spec.fields) {
    const auto* value = data.if_contains(field.name);
    if (value == nullptr) {
      if (field.required) return wrong(spec, field, "is missing");
      continue;
    }
    TRY(check_field(spec, field, *value));
  }
  for (const auto& member : data) {
    const auto known = [&](const FieldSpec& field) { return field.name == std::string_view(member.key()); };
    if (std::none_of(spec.fields.begin(), spec.fields.end(), known)) return fail(ErrorCode::bad_input, "A " + std::string(spec.noun) + " has no field “" + std::string(member.key()) + "”.");
  }
  if (spec.type == "claim.add/1") {
    for (const auto& item : data.at("support").get_array()) {
      const auto* link = item.if_object();
      const std::string relation = link == nullptr ? "" : string_or_empty(*link, "relation");
      if (link == nullptr || !leaf_of(string_or_empty(*link, "passage")) || (relation != "supports" && relation != "contradicts" && relation != "qualifies" && relation != "context"))
        return fail(ErrorCode::bad_input, "A claim's support is not a passage with a relation.", "Use supports, contradicts, qualifies or context.");
    }
  }
  return {};
}

std::vector<Edge> edges_of(const TypeSpec& spec, const json::object& data) {
  std::vector<Edge> edges;
  for (const FieldSpec& field : spec.fields) {
    const auto* value = data.if_contains(field.name);
    if (value == nullptr) continue;
    if (field.kind == FieldKind::id) edges.push_back({std::string(field.name), std::string(value->get_string())});
    if (field.kind == FieldKind::ids)
      for (const auto& item : value->get_array()) edges.push_back({std::string(field.name), std::string(item.get_string())});
  }
  if (spec.type == "claim.add/1")
    for (const auto& item : data.at("support").get_array()) edges.push_back({string_or_empty(item.get_object(), "relation"), string_or_empty(item.get_object(), "passage")});
  return edges;
}

Result<const TypeSpec*> upcast(std::string_view type, json::object&) {
  // Every type is at its first version, so there is nothing to bring up yet: a second version adds its case here.
  if (const TypeSpec* spec = find_type(type)) return spec;
  return fail(ErrorCode::not_found, "This Oyer does not know entries of type “" + std::string(type) + "”.", "Open the case with the newer version that wrote it; until then it is read-only here.");
}

}  // namespace oyer::model
