// SPDX-License-Identifier: MIT
#include "client/commands/target.h"

#include <fmt/format.h>

#include "client/command_line/values.h"

namespace microgpt::client {
namespace {

constexpr char kName[] = "JOB_OR_MODEL";
constexpr char kHelp[] = "A job's id, or a model for its newest job";

}  // namespace

void AddTarget(CLI::App& command, std::string* target) {
  AddText(command, kName, target,
          std::string(kHelp) + "\n(default: the newest job of all)")
      ->option_text(" ");
}

void AddRequiredTarget(CLI::App& command, std::string* target) {
  AddText(command, kName, target, kHelp)->option_text(" ")->required();
}

std::string_view ListFor(std::string_view target) {
  return IsJobId(target) ? "mgpt jobs" : "mgpt ls";
}

CLI::Option* AddReference(CLI::App& command, std::string* reference) {
  return AddText(command, "MODEL", reference,
                 "names for its newest version, or names@3, or names@prod")
      ->option_text(" ");
}

std::string ListForReference(std::string_view reference) {
  if (!HasVersion(reference)) return "mgpt ls";
  return fmt::format("mgpt ls {}", ModelOf(reference));
}

}  // namespace microgpt::client
