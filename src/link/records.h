// SPDX-License-Identifier: GPL-3.0-or-later
// The rows as numbers: each field's distinct values are prepared once and stand in the rows as codes. Codes follow the order of the values,
// not of the rows, so nothing that is computed from them depends on the order of the input.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "link/schema.h"
#include "text/names.h"

namespace oyer::link {

inline constexpr std::uint32_t kMissing = 0;  // the code of an empty cell

struct Value {
  std::string text;         // normalised: what makes two cells equal
  text::NameForm form;      // words
  Day day;                  // date, year
  long number = -1;         // number
  std::uint32_t sound = 0;  // words: which values sound the same
};

// One field of all rows. Immutable once built; thread-safe.
struct Encoded {
  Field field;
  int levels = 0;
  std::vector<Value> values;             // [0] is the missing value
  std::vector<std::uint32_t> frequency;  // rows per code
  std::vector<std::uint32_t> sounding;   // rows per Value::sound
  double usual = 1;                      // rows that share the sound of a row drawn at random
  std::vector<std::uint32_t> code;       // per distinct record (see Records)
};

// Rows equal in all fields are one record.
struct Records {
  std::vector<Encoded> fields;
  std::vector<std::uint32_t> record_of;     // per global row
  std::vector<std::uint32_t> multiplicity;  // rows per record
  std::vector<std::uint32_t> first_row;     // per record
  std::uint64_t rows = 0;
  std::size_t size() const { return multiplicity.size(); }
};

Records encode(const std::vector<Source>& sources, std::vector<Field> fields, unsigned threads);

// Whether values of the kind are compared as words.
bool is_words(Kind kind);
int level_count(Kind kind);

// The level of agreement of two codes of a field: FieldModel in link.h.
int compare(const Encoded& field, std::uint32_t a, std::uint32_t b);

}  // namespace oyer::link
