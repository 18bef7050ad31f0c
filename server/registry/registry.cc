// SPDX-License-Identifier: MIT
#include "server/registry/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "server/errors/errors.h"

namespace microgpt::server {
namespace {

constexpr size_t kMaxNameLength = 63;

bool IsLowerAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool IsNameCharacter(char c) {
  return IsLowerAlphanumeric(c) || c == '.' || c == '_' || c == '-';
}

// The beginning of a text that may be of any length.
std::string_view Abbreviate(std::string_view text) {
  const auto is_continuation = [](char c) { return (c & 0xC0) == 0x80; };
  size_t end = std::min(text.size(), 2 * kMaxNameLength);
  while (end > 0 && end < text.size() && is_continuation(text[end])) --end;
  return text.substr(0, end);
}

// The number after '@'; 0 if it is none.
uint32_t ParseVersion(std::string_view text) {
  uint32_t version = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, version);
  return error == std::errc() && rest == end ? version : 0;
}

}  // namespace

absl::Status ValidateModelName(std::string_view name) {
  if (!name.empty() && name.size() <= kMaxNameLength &&
      IsLowerAlphanumeric(name.front()) &&
      std::all_of(name.begin(), name.end(), IsNameCharacter)) {
    return absl::OkStatus();
  }
  return FieldError(
      "model",
      fmt::format("\"{}\" is not a model name: 1 to {} characters of a-z, 0-9, "
                  "'.', '_' and '-', the first a letter or digit",
                  Abbreviate(name), kMaxNameLength));
}

absl::StatusOr<ModelVersion> Registry::Resolve(
    std::string_view reference) const {
  const size_t at = reference.find('@');
  const std::string_view name = reference.substr(0, at);
  MICROGPT_RETURN_IF_ERROR(ValidateModelName(name));
  uint32_t version = 0;
  if (at != std::string_view::npos) {
    version = ParseVersion(reference.substr(at + 1));
    if (version == 0) {
      return FieldError("model", fmt::format("\"{}\": a version is a number "
                                             "from 1 on, as in \"{}@1\"",
                                             reference, name));
    }
  }
  if (auto model = store_.FindModel(name, version)) return *std::move(model);
  const absl::Status why = WhyMissing(name);
  // Looked up again: its first version may have come in between.
  if (auto model = store_.FindModel(name, version)) return *std::move(model);
  if (const auto newest = store_.FindModel(name, 0)) {
    return absl::NotFoundError(
        fmt::format("model \"{}\" not found: the newest version is \"{}\"",
                    reference, newest->Reference()));
  }
  return why;
}

absl::Status Registry::WhyMissing(std::string_view name) const {
  MICROGPT_ASSIGN_OR_RETURN(const JobRecord job, jobs_.Newest(name));
  std::string why;
  switch (job.state) {
    case JobState::kFailed:
      why = fmt::format("its job {} failed: {}", job.id,
                        std::string(job.error.message()));
      break;
    case JobState::kCancelled:
      why = fmt::format("its job {} was cancelled", job.id);
      break;
    case JobState::kQueued:
      why = fmt::format("its job {} is number {} in the queue", job.id,
                        job.queue_position);
      break;
    default:
      why = fmt::format("its job {} is at step {} of {}", job.id, job.step,
                        job.training_config->steps);
  }
  return WithReason(absl::FailedPreconditionError(fmt::format(
                        "model \"{}\" has no finished version: {}", name, why)),
                    "NOT_TRAINED");
}

}  // namespace microgpt::server
