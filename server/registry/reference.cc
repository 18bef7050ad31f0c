// SPDX-License-Identifier: MIT
#include "server/registry/reference.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "server/errors/errors.h"
#include "server/errors/names.h"

namespace microgpt::server {
namespace {

// The number from 1 on that `text` is; nullopt if it is none.
std::optional<uint32_t> ParseVersion(std::string_view text) {
  uint32_t version = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, version);
  if (error != std::errc() || rest != end || version == 0) return std::nullopt;
  return version;
}

}  // namespace

absl::Status ValidateModelName(std::string_view name) {
  return ValidateName("model", "model", name);
}

absl::StatusOr<ModelReference> ParseReference(std::string_view text) {
  const size_t at = text.find('@');
  ModelReference reference;
  reference.name = text.substr(0, at);
  MICROGPT_RETURN_IF_ERROR(ValidateModelName(reference.name));
  if (at == std::string_view::npos) return reference;
  const std::string_view which = text.substr(at + 1);
  if (which == "latest") return reference;
  if (const auto version = ParseVersion(which)) {
    reference.version = *version;
    return reference;
  }
  if (!ValidateAlias("model", which).ok()) {
    return FieldError(
        "model", fmt::format("\"{}@{}\": a version is a number from 1 on or an "
                             "alias, as in \"{}@1\" or \"{}@prod\"",
                             reference.name, which.substr(0, 64),
                             reference.name, reference.name));
  }
  reference.alias = which;
  return reference;
}

absl::StatusOr<ModelReference> ParseAlias(std::string_view text) {
  const size_t at = text.find('@');
  if (at == std::string_view::npos) {
    return FieldError("alias", fmt::format("\"{}\" is not of the form "
                                           "\"names@prod\"",
                                           text.substr(0, 128)));
  }
  ModelReference reference;
  reference.name = text.substr(0, at);
  reference.alias = text.substr(at + 1);
  MICROGPT_RETURN_IF_ERROR(ValidateName("alias", "model", reference.name));
  MICROGPT_RETURN_IF_ERROR(ValidateAlias("alias", reference.alias));
  return reference;
}

}  // namespace microgpt::server
