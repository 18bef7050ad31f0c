// SPDX-License-Identifier: MIT
//
// Errors as values. Whatever a request or a file can cause is an absl::Status
// whose message names field, value and limit. What a program, rather than a
// person, wants to know of it rides along as payloads, which the server's
// transports turn into google.rpc details.
#ifndef MICROGPT_CORE_ERRORS_ERRORS_H_
#define MICROGPT_CORE_ERRORS_ERRORS_H_

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace microgpt {

// INVALID_ARGUMENT "<field>: <problem>", with the field as a payload. `field`
// is the path in the request: "config.n_embd", "documents[3]".
absl::Status FieldError(std::string_view field, std::string_view problem);

// `status` with `prefix` put before the field that FieldError gave it, in
// payload and message; any other status as it is.
absl::Status PrefixField(std::string_view prefix, const absl::Status& status);

// `status` with a machine-readable cause, such as "EMPTY_DATASET".
absl::Status WithReason(absl::Status status, std::string_view reason);

// The field or the reason of a status; empty if it has none.
std::string FieldOf(const absl::Status& status);
std::string ReasonOf(const absl::Status& status);

}  // namespace microgpt

// Returns from the function if `expression`, an absl::Status, is not OK.
#define MICROGPT_RETURN_IF_ERROR(expression) \
  if (absl::Status status_ = (expression); !status_.ok()) return status_

// MICROGPT_ASSIGN_OR_RETURN(const auto x, F()): x is F's value, or the function
// returns F's status.
#define MICROGPT_ASSIGN_OR_RETURN(declaration, expression)                   \
  MICROGPT_ASSIGN_OR_RETURN_(MICROGPT_JOIN_(result_, __LINE__), declaration, \
                             expression)
#define MICROGPT_ASSIGN_OR_RETURN_(result, declaration, expression) \
  auto result = (expression);                                       \
  if (!result.ok()) return result.status();                         \
  declaration = *std::move(result)
#define MICROGPT_JOIN_(a, b) MICROGPT_JOIN_AGAIN_(a, b)
#define MICROGPT_JOIN_AGAIN_(a, b) a##b

#endif  // MICROGPT_CORE_ERRORS_ERRORS_H_
