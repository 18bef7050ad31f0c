// SPDX-License-Identifier: MIT
#include "client/commands/registry/deletion.h"

#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

#include "client/command_line/values.h"
#include "client/output/utf8.h"

namespace microgpt::client {
namespace {

bool CanAsk() {
  return isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
}

// Anything but yes, also the end of the input, is a no.
bool Confirm(Console* console, const std::string& question) {
  console->Raw(fmt::format("{} [y/N] ", question));
  std::string answer;
  if (!std::getline(std::cin, answer)) console->Raw("\n");
  answer = Lower(answer);
  return answer == "y" || answer == "yes";
}

// "a, b and c".
std::string Enumerated(const std::vector<std::string>& parts) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += i + 1 < parts.size() ? ", " : " and ";
    text += parts[i];
  }
  return text;
}

absl::Status AskWhetherTo(Session& session,
                          const std::vector<std::string>& names,
                          const Describe& describe) {
  std::vector<std::string> descriptions;
  for (const std::string& name : names) {
    absl::StatusOr<std::string> description = describe(name);
    if (!description.ok()) return description.status();
    descriptions.push_back(*std::move(description));
  }
  const std::string question =
      fmt::format("Delete {}?", Printable(Enumerated(descriptions)));
  if (Confirm(&session.console, question)) return absl::OkStatus();
  return absl::UnknownError("nothing was deleted");
}

// Whether the error is about the one name, so that the next may go well.
bool IsAboutName(const absl::Status& status) {
  switch (ExitCodeOf(status)) {
    case ExitCode::kUsage:
    case ExitCode::kNotFound:
    case ExitCode::kConflict:
      return true;
    default:
      return false;
  }
}

}  // namespace

void AddDeletionOptions(CLI::App& command, const std::string& argument,
                        const std::string& help, DeletionOptions* options) {
  AddTexts(command, argument, &options->names, help)
      ->required()
      ->option_text(" ");
  command.add_flag("-y,--yes", options->yes,
                   "Do not ask; only a terminal is asked");
}

absl::Status DeleteEach(Session& session, const DeletionOptions& options,
                        const Describe& describe, const Delete& remove) {
  if (!options.yes && CanAsk()) {
    const absl::Status answer = AskWhetherTo(session, options.names, describe);
    if (!answer.ok()) return answer;
  }
  absl::Status failure;
  for (const std::string& name : options.names) {
    absl::Status status = remove(name);
    if (status.ok()) continue;
    if (!failure.ok()) session.console.Error(std::string(failure.message()));
    failure = std::move(status);
    if (!IsAboutName(failure)) break;
  }
  return failure;
}

}  // namespace microgpt::client
