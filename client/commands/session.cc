// SPDX-License-Identifier: MIT
#include "client/commands/session.h"

#include <fmt/format.h>

namespace microgpt::client {

absl::Status Explained(const absl::Status& status, std::string_view command,
                       std::string_view list) {
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return WithNextStep(status, list);
    case absl::StatusCode::kInvalidArgument:
      return WithNextStep(status, fmt::format("mgpt {} --help", command));
    default:
      return status;
  }
}

}  // namespace microgpt::client
