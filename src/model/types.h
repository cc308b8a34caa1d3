// SPDX-License-Identifier: GPL-3.0-or-later
// The entry types, as data: what each holds, which kind of thing it makes, and what it points to. docs/formats/entry.md, "Types".
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace oyer::model {

enum class FieldKind {
  text,  // a string, not empty when required
  word,  // one of `words`
  integer,
  boolean,
  id,     // a whole id; `words[0]`, when given, is its kind
  ids,    // an array of them
  date,   // a partial date object
  day,    // YYYY, YYYY-MM or YYYY-MM-DD
  place,  // a place object
  object,
  array,
  value,  // a protected value: {"c":…}, or the string itself in the open tier
};

struct FieldSpec {
  std::string_view name;
  FieldKind kind;
  bool required;
  std::vector<std::string_view> words = {};
};

struct TypeSpec {
  std::string_view type;   // with its version: claim.add/1
  std::string_view kind;   // of the thing it makes: cl
  std::string_view noun;   // for people: claim
  std::string_view label;  // the field by which people know such a thing, or ""
  std::vector<FieldSpec> fields;
};

std::span<const TypeSpec> all_types();
const TypeSpec* find_type(std::string_view type);

// Checks data against its type. Errors: bad_input naming the field, and what would fit.
Result<void> check(const TypeSpec& spec, const json::object& data);

// A link that an entry draws from its thing to another.
struct Edge {
  std::string relation;
  std::string target;
};
// Edges of checked data, in the order of the fields.
std::vector<Edge> edges_of(const TypeSpec& spec, const json::object& data);

// Brings an older version's body to the newest. The newest version passes through. Error: not_found for an unknown type (the case becomes read-only).
Result<const TypeSpec*> upcast(std::string_view type, json::object& data);

}  // namespace oyer::model
