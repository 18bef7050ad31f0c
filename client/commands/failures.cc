// SPDX-License-Identifier: MIT
#include "client/commands/failures.h"

#include <fmt/format.h>

#include "client/output/figures.h"
#include "client/output/utf8.h"

namespace microgpt::client {

void Failures::Count(std::string_view text, std::string_view error) {
  ++texts_;
  if (error.empty()) return;
  if (failed_++ == 0)
    first_ = fmt::format("\"{}\": {}", Printable(text), error);
}

absl::Status Failures::Report(Console* console) const {
  if (failed_ == 0) return absl::OkStatus();
  const std::string report =
      fmt::format("{} of {} {}; the first: {}", Grouped(failed_),
                  Grouped(texts_), sentence_, first_);
  if (failed_ == texts_) return absl::UnknownError(report);
  console->Warning(report);
  return absl::OkStatus();
}

}  // namespace microgpt::client
