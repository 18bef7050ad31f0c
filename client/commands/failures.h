// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CLIENT_COMMANDS_FAILURES_H_
#define MICROGPT_CLIENT_COMMANDS_FAILURES_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "client/output/output.h"

namespace microgpt::client {

// Counts texts that each go well or fail, so that one that fails does not end
// the others.
class Failures {
 public:
  // `sentence`: what is said of those that fail, "texts could not be scored".
  explicit Failures(std::string sentence) : sentence_(std::move(sentence)) {}

  // `error`: empty for a text that went well.
  void Count(std::string_view text, std::string_view error);

  // Says how many failed and why the first did: as a warning, or as the error
  // where none went well.
  absl::Status Report(Console* console) const;

 private:
  const std::string sentence_;
  std::size_t texts_ = 0;
  std::size_t failed_ = 0;
  std::string first_;
};

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_COMMANDS_FAILURES_H_
