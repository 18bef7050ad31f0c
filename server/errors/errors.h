// SPDX-License-Identifier: MIT
//
// The server's own kinds of failure, on top of core/errors. The transports turn
// their payloads into google.rpc details (calls/error_details.h).
#ifndef MICROGPT_SERVER_ERRORS_ERRORS_H_
#define MICROGPT_SERVER_ERRORS_ERRORS_H_

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "core/errors/errors.h"

namespace microgpt::server {

// RESOURCE_EXHAUSTED that is worth trying again after `retry`.
absl::Status ExhaustedError(std::string_view message,
                            std::chrono::milliseconds retry);

// The hint of an ExhaustedError; nullopt for any other status.
std::optional<std::chrono::milliseconds> RetryDelayOf(
    const absl::Status& status);

// NOT_FOUND: `model "nmaes" not found`, and `: did you mean "names"?` if one
// of `known` is near.
absl::Status UnknownNameError(std::string_view kind, std::string_view name,
                              std::span<const std::string> known);

// The element of `known` that is nearest to `name`, counting each byte that is
// inserted, dropped, replaced or swapped with its neighbour, if that is at most
// a third of the length of `name`, or one; empty otherwise, and for a name of
// one byte, to which any other is as near.
std::string_view Nearest(std::string_view name,
                         std::span<const std::string> known);

// "RESOURCE_EXHAUSTED".
std::string CodeName(absl::StatusCode code);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_ERRORS_ERRORS_H_
