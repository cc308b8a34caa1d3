// SPDX-License-Identifier: GPL-3.0-or-later
// Decisions of people: one function serves every noun, because a type's fields say how its arguments are read.
#include <algorithm>
#include <set>

#include "base/csv.h"
#include "base/partial_date.h"
#include "council/tally.h"
#include "model/id.h"
#include "model/types.h"
#include "service/parts.h"

namespace oyer::service {
namespace {

const model::TypeSpec* spec_of(const std::string& noun) {
  for (const auto& spec : model::all_types())
    if (spec.noun == noun) return &spec;
  return nullptr;
}

Result<std::string> resolve(Context& context, const model::FieldSpec& field, const std::string& text) {
  if (text.starts_with("@")) return text;  // a handle within the same act
  return TRY(context.query().find(text, field.words.empty() ? "" : std::string(field.words[0]))).id;
}

Result<std::int64_t> number_of(const model::FieldSpec& field, const json::value& value) {
  if (value.is_int64()) return value.get_int64();
  const std::string text = value.is_string() ? std::string(value.get_string()) : "";
  if (text.empty() || text.size() > 15 || text.find_first_not_of("0123456789") != std::string::npos) return fail(ErrorCode::usage, "“" + text + "” is not a whole number (--" + std::string(field.name) + ").");
  return static_cast<std::int64_t>(std::stoll(text));
}

// A list comes as one from the command line and from JSON; a table's cell holds it as "cl-3f9k2; cl-8c1ab".
std::vector<std::string> items_of(const json::value& value) {
  std::vector<std::string> out;
  if (value.is_array()) {
    for (const auto& item : value.get_array()) out.emplace_back(item.as_string());
    return out;
  }
  std::string cell = std::string(value.as_string()) + ";";
  for (std::size_t at = 0, end = 0; (end = cell.find(';', at)) != std::string::npos; at = end + 1) {
    const std::size_t first = cell.find_first_not_of(' ', at);
    if (first < end) out.push_back(cell.substr(first, cell.find_last_not_of(' ', end - 1) - first + 1));
  }
  return out;
}

// One argument as the field's value.
Result<json::value> field_value(Context& context, const model::FieldSpec& field, const json::value& value) {
  using model::FieldKind;
  switch (field.kind) {
    case FieldKind::id: return json::value(TRY(resolve(context, field, std::string(value.as_string()))));
    case FieldKind::ids: {
      json::array out;
      for (const auto& item : items_of(value)) out.emplace_back(TRY(resolve(context, field, item)));
      return out;
    }
    case FieldKind::integer: return json::value(TRY(number_of(field, value)));
    case FieldKind::date: return json::value(TRY(PartialDate::parse(value.as_string())).to_json());
    case FieldKind::boolean: return value.is_bool() ? value : json::value(value.as_string() == "true" || value.as_string() == "yes");
    case FieldKind::place: return value.is_object() ? value : json::value(json::object{{"name", value.as_string()}});
    default: return value;
  }
}

// "pa-3f9k2" or "pa-3f9k2:contradicts" for each passage.
Result<json::array> support_of(Context& context, const json::value& given) {
  json::array out;
  for (std::string text : items_of(given)) {
    std::string relation = "supports";
    if (const std::size_t colon = text.find(':'); colon != std::string::npos) {
      relation = text.substr(colon + 1);
      text.resize(colon);
    }
    out.push_back(json::object{{"passage", TRY(context.query().find(text, "pa")).id}, {"relation", relation}});
  }
  return out;
}

Result<casefile::Draft> draft_of(Context& context, const model::TypeSpec& spec, const json::object& arguments) {
  casefile::Draft draft;
  draft.type = std::string(spec.type);
  for (const auto& field : spec.fields) {
    const auto* value = arguments.if_contains(field.name);
    if (value == nullptr || (value->is_string() && value->get_string().empty())) continue;
    draft.data[field.name] = TRY(field_value(context, field, *value));
  }
  if (spec.type == "claim.add/1") {
    const auto* on = arguments.if_contains("on");
    draft.data["support"] = on == nullptr ? json::array() : TRY(support_of(context, *on));
  }
  // What a command line says by a flag, or by saying nothing.
  if (spec.type == "source.add/1" && !draft.data.contains("held")) draft.data["held"] = !get_bool(arguments, "not_held");
  if (spec.type == "consent.add/1" && !draft.data.contains("granted")) draft.data["granted"] = !get_bool(arguments, "refused");
  if (spec.type == "finding.add/1" && !draft.data.contains("status")) draft.data["status"] = "draft";
  if (const auto* targets = get_array(arguments, "supersedes"))
    for (const auto& target : *targets) draft.supersedes.push_back(TRY(context.query().find(std::string(target.as_string()), std::string(spec.kind))).id);
  return draft;
}

// Rules that hold between fields.
Result<void> check_rules(Context& context, const model::TypeSpec& spec, const json::object& data, bool superseding = false) {
  if (spec.type == "measure.add/1" && string_or_empty(data, "mode") == "vote") {
    const council::Tally tally{get_integer(data, "yes").value_or(-1), get_integer(data, "no").value_or(-1), get_integer(data, "abstain").value_or(-1)};
    if (tally.yes < 0 || tally.no < 0 || tally.abstain < 0) return fail(ErrorCode::usage, "A vote needs its tally.", "Give --yes, --no and --abstain.");
    TRY(council::outcome_of(string_or_empty(data, "body"), tally));
  }
  if (spec.type == "claim.add/1" && (!data.contains("support") || data.at("support").as_array().empty()))
    return fail(ErrorCode::bad_input, "A claim that stands on no passage is not taken.", "Mark one with `oyer passage add` and name it with --on.");
  // How a person weighed a reply with evidence: only "outweighed" lets a finding stand.
  if (spec.type == "grade.add/1" && string_or_empty(data, "scale") == "reply" && string_or_empty(data, "value") != "outweighed" && string_or_empty(data, "value") != "upheld")
    return fail(ErrorCode::bad_input, "A reply is weighed as outweighed or upheld, not as “" + string_or_empty(data, "value") + "”.", "Give --value outweighed or --value upheld, with the reason.");
  if (!superseding && (spec.type == "source.add/1" || spec.type == "finding.add/1")) {
    const std::string label = string_or_empty(data, "label");
    auto query = context.query();
    for (const auto& other : TRY(query.list(std::string(spec.kind))))
      if (other.label == label) return fail(ErrorCode::bad_input, "There is already a " + std::string(spec.noun) + " called “" + label + "”.", "Choose another label, or supersede it with --supersedes " + label + ".");
  }
  return {};
}

bool open_tier(const Context& context, const json::object& arguments) { return string_or_empty(arguments, "tier") == "open" || context.target->info().open; }

}  // namespace

Result<json::value> add_thing(Context& context, const json::object& arguments) {
  const std::string noun = string_or_empty(arguments, "noun");
  const auto* spec = spec_of(noun);
  if (spec == nullptr) return fail(ErrorCode::usage, "There is no “" + noun + "” to add.");
  auto draft = TRY(draft_of(context, *spec, arguments));
  TRY(check_rules(context, *spec, draft.data, !draft.supersedes.empty()));
  // A claim on passages of a State's paper, a reply, a finding: all rest on things that may be closed; the tier is the caller's explicit choice.
  const auto ids = TRY(context.target->append(noun, {std::move(draft)}, open_tier(context, arguments)));
  json::object out = TRY(brief(context, TRY(context.query().get(ids[0]))));
  // An act outside the mandate's period is flagged, not refused.
  if (spec->type == "claim.add/1") {
    const auto mandates = TRY(context.query().list("ma"));
    const auto made = TRY(context.query().get(ids[0]));
    if (!mandates.empty() && made.data.contains("when")) {
      const auto when = TRY(PartialDate::from_json(made.data.at("when")));
      const auto period = TRY(PartialDate::from_json(mandates.back().data.at("period")));
      if (!when.possibly_within(period.first, period.last))
        out["flag"] = "This lies outside the mandate's period (" + period.text() + ").";
      else if (!when.surely_within(period.first, period.last))
        out["flag"] = "This may lie outside the mandate's period (" + period.text() + ").";
    }
  }
  return out;
}

Result<json::value> import_things(Context& context, const json::object& arguments) {
  const std::string noun = string_or_empty(arguments, "noun");
  const auto* spec = spec_of(noun);
  if (spec == nullptr) return fail(ErrorCode::usage, "There is no “" + noun + "” to import.");
  const std::string path = string_or_empty(arguments, "file");
  const Bytes bytes = TRY(real_disk().read_all(path));
  auto table = parse_csv(text_of(bytes));
  if (!table) return fail_at(path, table.error());
  // A column that nobody reads would be lost without a word.
  for (const auto& column : table->header) {
    const bool known = std::any_of(spec->fields.begin(), spec->fields.end(), [&](const model::FieldSpec& field) { return field.name == column; }) || column == "on" || column == "supersedes";
    if (known) continue;
    std::string fields;
    for (const auto& field : spec->fields) fields += (fields.empty() ? "" : ", ") + std::string(field.name);
    return fail(ErrorCode::bad_input, "The table has a column “" + column + "” that a " + std::string(spec->noun) + " does not have.", "Its fields are: " + fields + ". Rename or remove the column.");
  }
  std::vector<casefile::Draft> drafts;
  json::array skipped;
  // Labels name one thing alone. So an import that was killed between two batches is run again and doubles nothing.
  const bool labelled = spec->type == "source.add/1" || spec->type == "finding.add/1";
  std::set<std::string> labels;
  if (labelled) {
    const auto there = TRY(context.query().list(std::string(spec->kind)));
    for (const auto& thing : there) labels.insert(thing.label);
  }
  for (std::size_t r = 0; r < table->rows.size(); ++r) {
    json::object row;
    for (std::size_t c = 0; c < table->header.size(); ++c) set_if(row, table->header[c], table->rows[r][c]);
    for (const auto& member : arguments)
      if (member.key() != "noun" && member.key() != "file" && member.key() != "tier") row[member.key()] = member.value();
    // Only a person at the command line may leave the answer out; in a table an empty cell is no consent.
    if (const std::string granted = string_or_empty(row, "granted"); spec->type == "consent.add/1" && granted != "yes" && granted != "no" && granted != "true" && granted != "false") {
      skipped.push_back(json::object{{"row", static_cast<std::int64_t>(r + 1)}, {"reason", "A consent in a table needs yes or no in the column “granted”: silence is no consent."}});
      continue;
    }
    auto draft = draft_of(context, *spec, row);
    auto fits = draft ? model::check(*spec, draft->data) : tl::unexpected(draft.error());
    if (fits && !labelled) fits = check_rules(context, *spec, draft->data);
    const std::string label = fits && labelled ? string_or_empty(draft->data, "label") : "";
    if (fits && labelled && draft->supersedes.empty() && !labels.insert(label).second)
      fits = fail(ErrorCode::bad_input, "There is already a " + std::string(spec->noun) + " called “" + label + "”.", "Choose another label, or supersede it.");
    if (!fits) {
      skipped.push_back(json::object{{"row", static_cast<std::int64_t>(r + 1)}, {"reason", fits.error().text()}});
      continue;
    }
    drafts.push_back(*std::move(draft));
  }
  std::int64_t count = 0;
  for (std::size_t at = 0; at < drafts.size(); at += 500) {
    const std::size_t n = std::min<std::size_t>(500, drafts.size() - at);
    std::vector<casefile::Draft> batch(std::make_move_iterator(drafts.begin() + static_cast<std::ptrdiff_t>(at)), std::make_move_iterator(drafts.begin() + static_cast<std::ptrdiff_t>(at + n)));
    count += static_cast<std::int64_t>(TRY(context.target->append("import", std::move(batch), open_tier(context, arguments))).size());
  }
  return json::object{{"imported", count}, {"skipped", std::move(skipped)}};
}

Result<json::value> enrol_key(Context& context, const json::object& arguments) {
  const auto key = hash_from_base64url(string_or_empty(arguments, "key"));
  if (!key) return fail(ErrorCode::usage, "That is not a public key (43 characters of base64url).", "The person whose key it is prints it with `oyer key new`.");
  for (const auto& other : TRY(context.query().list("ac")))
    if (string_or_empty(other.data, "key") == base64url(*key)) return fail(ErrorCode::bad_input, "That key is enrolled already, as “" + other.label + "”.");
  json::array purposes{"all"};
  if (const auto* given = get_array(arguments, "purposes"); given != nullptr && !given->empty()) purposes = *given;
  json::object data{{"key", base64url(*key)}, {"name", string_or_empty(arguments, "name")}, {"purposes", std::move(purposes)}};
  const auto ids = TRY(context.target->append("key", {{"key.enrol/1", std::move(data), {}, {}, ""}}, context.target->info().open));
  return brief(context, TRY(context.query().get(ids[0])));
}

}  // namespace oyer::service
