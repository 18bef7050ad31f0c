// SPDX-License-Identifier: MIT
//
// alias set and alias rm: names for versions. `mgpt ls NAME` lists them.
#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>

#include "client/command_line/values.h"
#include "client/commands/registry/registry.h"
#include "client/commands/results.h"
#include "client/commands/target.h"
#include "client/output/registry_views.h"
#include "client/output/views.h"

namespace microgpt::client {
namespace {

struct SetOptions {
  std::string version;
  v1::SetAliasRequest request;  // alias, expected_version
};

struct RemoveOptions {
  v1::DeleteAliasRequest request;
};

// The number of the version that `text` means: "3", or a reference to a version
// of `model`, such as "names@3" or another alias "names@staging".
absl::StatusOr<std::uint32_t> ResolveVersion(Session& session,
                                             std::string_view model,
                                             const std::string& text) {
  if (const auto number = ParseWhole(text)) return *number;
  if (!HasVersion(text) || ModelOf(text) != model) {
    return absl::InvalidArgumentError(
        fmt::format("VERSION: \"{}\" is not a version of {}, such as 3 or {}@3",
                    text, model, model));
  }
  v1::GetModelRequest request;
  request.set_model(text);
  const absl::StatusOr<v1::Model> version = session.connection.Call(
      session.connection.registry(), &v1::Registry::Stub::GetModel, request);
  if (!version.ok()) return version.status();
  return version->version();
}

absl::StatusOr<v1::Model> Set(Session& session, const SetOptions& options) {
  v1::SetAliasRequest request = options.request;
  if (!options.version.empty()) {
    const absl::StatusOr<std::uint32_t> version =
        ResolveVersion(session, ModelOf(request.alias()), options.version);
    if (!version.ok()) return version.status();
    if (*version == 0) {
      return absl::InvalidArgumentError(
          "VERSION: 0 is below the minimum 1; the newest is meant without it");
    }
    request.set_version(*version);
  }
  return session.connection.Call(session.connection.registry(),
                                 &v1::Registry::Stub::SetAlias, request);
}

void PrintAlias(Session& session, std::string_view sentence,
                const v1::Model& model) {
  ResultPrinter(&session, ModelListColumns())
      .Print(sentence, model, ModelListRow(model, Clock::now()));
}

absl::Status RunSet(Session& session, const SetOptions& options) {
  const std::string& alias = options.request.alias();
  const absl::StatusOr<v1::Model> model = Set(session, options);
  if (!model.ok()) {
    return Explained(model.status(), "alias set", ListForReference(alias));
  }
  PrintAlias(session,
             fmt::format("{} is {}", alias,
                         ModelAndVersion(model->name(), model->version())),
             *model);
  return absl::OkStatus();
}

absl::Status RunRemove(Session& session, const RemoveOptions& options) {
  const std::string& alias = options.request.alias();
  const absl::StatusOr<v1::Model> model = session.connection.Call(
      session.connection.registry(), &v1::Registry::Stub::DeleteAlias,
      options.request);
  if (!model.ok()) {
    return Explained(model.status(), "alias rm", ListForReference(alias));
  }
  PrintAlias(session,
             fmt::format("deleted {}; it was {}", alias,
                         ModelAndVersion(model->name(), model->version())),
             *model);
  return absl::OkStatus();
}

template <typename Request>
void AddAliasOptions(CLI::App& command, Request* request,
                     const std::string& expect_help) {
  AddText(command, "ALIAS", request->mutable_alias(),
          "The model and its alias: names@prod")
      ->required()
      ->option_text(" ");
  AddWhole(
      command, "--expect",
      [request](std::uint32_t version) {
        request->set_expected_version(version);
      },
      expect_help);
}

}  // namespace

void AddAlias(CLI::App& root, Action* chosen) {
  CLI::App* const group = AddBareCommand(
      root, "alias", "Name versions: names@prod",
      "mgpt alias set names@prod 3\nmgpt generate names@prod\nmgpt ls names");

  auto set = std::make_shared<SetOptions>();
  CLI::App* set_command = AddCommand<SetOptions>(
      *group, "set", "Point an alias to a version, new or not",
      "mgpt alias set names@prod 3\n"
      "mgpt alias set names@prod names@staging --expect 3",
      set, RunSet, chosen);
  AddAliasOptions(*set_command, &set->request,
                  "Only if it points to this version now;\n"
                  "0: only if it is new");
  AddText(*set_command, "VERSION", &set->version,
          "3, or names@3, or another alias (default: the newest)")
      ->option_text(" ");

  auto removal = std::make_shared<RemoveOptions>();
  CLI::App* rm = AddCommand<RemoveOptions>(
      *group, "rm", "Remove an alias; the version stays",
      "mgpt alias rm names@prod", removal, RunRemove, chosen);
  AddAliasOptions(*rm, &removal->request,
                  "Only if it points to this version now");
}

}  // namespace microgpt::client
