// SPDX-License-Identifier: GPL-3.0-or-later
// Errors as values. A fallible function returns Result<T>; exceptions are for bugs and are converted at third-party edges.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace oyer {

// The one neutral error enum. It is mapped once to an exit code (cli/exit_code.cc) and once to an HTTP status (server/http_status.cc).
enum class ErrorCode {
  check_failed,  // verification, policy or leak test did not pass
  usage,         // the call itself is wrong
  bad_input,     // a file or value from outside can't be taken as it is
  not_found,     // no such case, thing or file
  refused,       // permission, consent, need-to-know, wrong or missing key
  damaged,       // the store is damaged, full or not writable
  interrupted,   // stopped on the way; can be resumed
  internal,      // a bug of ours
};

// What happened, to which thing, and what to do: `message` is a whole sentence, `advice` may be empty.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;
  std::string advice;

  // Both sentences, as a person reads them.
  std::string text() const { return advice.empty() ? message : message + " " + advice; }
};

template <typename T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(ErrorCode code, std::string message, std::string advice = {}) { return tl::unexpected<Error>(Error{code, std::move(message), std::move(advice)}); }

// Puts `where` before the message, keeping code and advice.
inline tl::unexpected<Error> fail_at(const std::string& where, Error error) {
  error.message = where + ": " + error.message;
  return tl::unexpected<Error>(std::move(error));
}

template <typename T>
T take_value(Result<T>&& result) {
  return std::move(*result);
}
inline void take_value(Result<void>&&) {}

}  // namespace oyer

// Unwraps a Result or returns its error from the enclosing function. (A statement expression: g++ and clang both have it. The counter
// gives each use its own name, so that uses can nest.)
#define TRY(expression) OYER_TRY_NAMED(expression, __COUNTER__)
#define OYER_TRY_NAMED(expression, number) OYER_TRY_AS(expression, number)
#define OYER_TRY_AS(expression, number)                                                                       \
  __extension__({                                                                                             \
    auto try_result_##number = (expression);                                                                  \
    if (!try_result_##number) return ::tl::unexpected<::oyer::Error>(std::move(try_result_##number).error()); \
    ::oyer::take_value(std::move(try_result_##number));                                                       \
  })
