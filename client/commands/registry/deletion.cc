// SPDX-License-Identifier: MIT
#include "client/commands/registry/deletion.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <utility>

#include "client/command_line/values.h"
#include "client/output/utf8.h"

namespace microgpt::client {
namespace {

// Where somebody who types can read a question: standard error, or else the
// terminal that the program was started from.
class Screen {
 public:
  Screen() {
    if (isatty(fd_) != 1) fd_ = open("/dev/tty", O_WRONLY | O_CLOEXEC);
  }
  ~Screen() {
    if (fd_ > STDERR_FILENO) close(fd_);
  }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  int fd() const { return fd_; }  // -1: there is none

 private:
  int fd_ = STDERR_FILENO;
};

// Anything but yes, also the end of the input, is a no.
bool Confirm(Console* console, const std::string& question) {
  console->Raw(fmt::format("{} [y/N] ", Printable(question)));
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

// The names of what somebody has said yes to.
absl::StatusOr<std::vector<std::string>> Confirmed(
    const std::vector<std::string>& given, const Describe& describe) {
  const Screen screen;
  if (screen.fd() < 0) {
    return absl::InvalidArgumentError(
        "nothing was deleted: there is no terminal to ask on. Say --yes to be "
        "asked nothing");
  }
  std::vector<std::string> names;
  std::vector<std::string> descriptions;
  for (const std::string& name : given) {
    absl::StatusOr<Deletable> deletable = describe(name);
    if (!deletable.ok()) return deletable.status();
    names.push_back(std::move(deletable->name));
    descriptions.push_back(std::move(deletable->description));
  }
  Console console(screen.fd(), {});
  if (Confirm(&console, fmt::format("Delete {}?", Enumerated(descriptions)))) {
    return names;
  }
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
  RefuseEmpty(AddTexts(command, argument, &options->names, help))
      ->required()
      ->option_text(" ");
  command.add_flag("-y,--yes", options->yes,
                   "Do not ask; only a terminal is asked");
}

absl::Status DeleteEach(Session& session, const DeletionOptions& options,
                        const Describe& describe, const Delete& remove) {
  std::vector<std::string> names = options.names;
  if (!options.yes && isatty(STDIN_FILENO) == 1) {
    auto confirmed = Confirmed(names, describe);
    if (!confirmed.ok()) return confirmed.status();
    names = *std::move(confirmed);
  }
  absl::Status failure;
  for (const std::string& name : names) {
    absl::Status status = remove(name);
    if (status.ok()) continue;
    if (!failure.ok()) session.console.Error(std::string(failure.message()));
    failure = std::move(status);
    if (!IsAboutName(failure)) break;
  }
  return failure;
}

}  // namespace microgpt::client
