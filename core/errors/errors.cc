// SPDX-License-Identifier: MIT
#include "core/errors/errors.h"

#include <fmt/format.h>

#include "absl/strings/cord.h"

namespace microgpt {
namespace {

constexpr char kField[] = "microgpt/field";
constexpr char kReason[] = "microgpt/reason";

std::string Payload(const absl::Status& status, const char* url) {
  const auto payload = status.GetPayload(url);
  return payload.has_value() ? std::string(*payload) : std::string();
}

}  // namespace

absl::Status FieldError(std::string_view field, std::string_view problem) {
  absl::Status status =
      absl::InvalidArgumentError(fmt::format("{}: {}", field, problem));
  status.SetPayload(kField, absl::Cord(std::string(field)));
  return status;
}

absl::Status PrefixField(std::string_view prefix, const absl::Status& status) {
  const std::string field = FieldOf(status);
  if (field.empty()) return status;
  const std::string message(status.message());
  const absl::Status prefixed = FieldError(fmt::format("{}{}", prefix, field),
                                           message.substr(field.size() + 2));
  const std::string reason = ReasonOf(status);
  return reason.empty() ? prefixed : WithReason(prefixed, reason);
}

absl::Status WithReason(absl::Status status, std::string_view reason) {
  status.SetPayload(kReason, absl::Cord(std::string(reason)));
  return status;
}

std::string FieldOf(const absl::Status& status) {
  return Payload(status, kField);
}

std::string ReasonOf(const absl::Status& status) {
  return Payload(status, kReason);
}

}  // namespace microgpt
