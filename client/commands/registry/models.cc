// SPDX-License-Identifier: MIT
//
// ls, show and rm: models and their versions.
#include <fmt/format.h>

#include <functional>
#include <string>
#include <string_view>

#include "client/command_line/values.h"
#include "client/commands/pages.h"
#include "client/commands/registry/deletion.h"
#include "client/commands/registry/registry.h"
#include "client/commands/results.h"
#include "client/commands/target.h"
#include "client/output/figures.h"
#include "client/output/printer.h"
#include "client/output/registry_views.h"
#include "client/output/views.h"

namespace microgpt::client {
namespace {

struct ListOptions {
  std::string model;
};

struct ShowOptions {
  std::string model;
};

// Calls `each` for every version of a model, or the newest of every model,
// until it answers false.
absl::Status ForEachModel(Session& session, const std::string& model,
                          const std::function<bool(const v1::Model&)>& each) {
  v1::ListModelsRequest request;
  request.set_model(model);
  return ForEachPage(session, &v1::Registry::Stub::ListModels, request,
                     [&each](const v1::ListModelsResponse& page) {
                       for (const v1::Model& entry : page.models()) {
                         if (!each(entry)) return false;
                       }
                       return true;
                     });
}

// -o text prints names; of one model, whose name is known, its versions.
absl::Status RunList(Session& session, const ListOptions& options) {
  Printer printer(&session.out, session.FormatOr(Format::kTable),
                  ModelListColumns());
  const auto now = Clock::now();
  const absl::Status status =
      ForEachModel(session, options.model, [&](const v1::Model& model) {
        Row row = ModelListRow(model, now);
        if (options.model.empty()) row.text = model.name();
        return printer.Print(model, row);
      });
  printer.FinishAfter(status);
  return Explained(status, "ls",
                   options.model.empty() ? "mgpt jobs" : "mgpt ls");
}

absl::StatusOr<v1::Model> Get(Session& session, const std::string& reference) {
  v1::GetModelRequest request;
  request.set_model(reference);
  return session.connection.Call(session.connection.registry(),
                                 &v1::Registry::Stub::GetModel, request);
}

absl::Status RunShow(Session& session, const ShowOptions& options) {
  const absl::StatusOr<v1::Model> model = Get(session, options.model);
  if (!model.ok()) {
    return Explained(model.status(), "show", ListForReference(options.model));
  }
  PrintCard(session, *model, ModelCardColumns(),
            ModelCardRow(*model, Clock::now()));
  return absl::OkStatus();
}

// Whether `reference` is of the form "names@3".
bool HasNumber(std::string_view reference) {
  return HasVersion(reference) &&
         ParseWhole(reference.substr(ModelOf(reference).size() + 1));
}

// "names@3" for "names@latest". An alias is refused: whoever deletes one may
// mean only it.
absl::StatusOr<std::string> ExactVersion(Session& session,
                                         const std::string& reference) {
  const absl::StatusOr<v1::Model> model = Get(session, reference);
  if (!model.ok()) return model.status();
  const std::string exact = ModelAndVersion(model->name(), model->version());
  if (HasNumber(reference) || reference.ends_with("@latest")) return exact;
  return absl::InvalidArgumentError(fmt::format(
      "{0} is an alias of {1}: delete {1}, or the alias. See: mgpt alias rm "
      "--help",
      reference, exact));
}

// "names@3", or "names (3 versions, its jobs and their record)".
absl::StatusOr<Deletable> DescribeModel(Session& session,
                                        const std::string& name) {
  if (HasVersion(name)) {
    const absl::StatusOr<std::string> exact = ExactVersion(session, name);
    if (!exact.ok()) return exact.status();
    return Deletable{*exact, *exact};
  }
  std::size_t versions = 0;
  const absl::Status status =
      ForEachModel(session, name, [&versions](const v1::Model&) {
        ++versions;
        return true;
      });
  if (!status.ok()) return status;
  return Deletable{name, fmt::format("{} ({}, its jobs and their record)", name,
                                     Counted(versions, "version"))};
}

std::string DeletionSentence(const std::string& name,
                             const v1::DeleteModelResponse& response) {
  std::string sentence = fmt::format("deleted {}", name);
  if (!HasVersion(name)) {
    sentence +=
        fmt::format(" with {}", Counted(response.versions(), "version"));
  }
  if (response.cancelled_jobs() > 0) {
    sentence += fmt::format("; cancelled {}",
                            Counted(response.cancelled_jobs(), "job"));
  }
  return sentence;
}

absl::Status ExplainedDeletion(const absl::Status& status,
                               const std::string& name) {
  // The one precondition is that no alias points to it.
  if (status.code() == absl::StatusCode::kFailedPrecondition) {
    return WithNextStep(status, "mgpt alias rm --help");
  }
  return Explained(status, "rm", ListForReference(name));
}

// Deletes "names" or "names@3"; anything else is looked up first.
absl::Status RemoveModel(Session& session, std::string name,
                         ResultPrinter* results) {
  if (HasVersion(name) && !HasNumber(name)) {
    absl::StatusOr<std::string> exact = ExactVersion(session, name);
    if (!exact.ok()) return exact.status();
    name = *std::move(exact);
  }
  v1::DeleteModelRequest request;
  request.set_model(name);
  const absl::StatusOr<v1::DeleteModelResponse> response =
      session.connection.Call(session.connection.registry(),
                              &v1::Registry::Stub::DeleteModel, request);
  if (!response.ok()) return response.status();
  results->Print(DeletionSentence(name, *response), *response,
                 DeletedModelRow(name, *response));
  return absl::OkStatus();
}

absl::Status RunRemove(Session& session, const DeletionOptions& options) {
  ResultPrinter results(&session, DeletedModelColumns());
  const auto describe = [&](const std::string& name) {
    absl::StatusOr<Deletable> deletable = DescribeModel(session, name);
    if (deletable.ok()) return deletable;
    return absl::StatusOr<Deletable>(
        ExplainedDeletion(deletable.status(), name));
  };
  return DeleteEach(session, options, describe, [&](const std::string& name) {
    return ExplainedDeletion(RemoveModel(session, name, &results), name);
  });
}

}  // namespace

void AddModels(CLI::App& root, Action* chosen) {
  auto list = std::make_shared<ListOptions>();
  CLI::App* ls = AddCommand<ListOptions>(
      root, "ls", "List the models, or one model's versions",
      "mgpt ls\nmgpt ls names\nmgpt ls -o csv", list, RunList, chosen);
  AddText(*ls, "MODEL", &list->model, "Every version of this one, newest first")
      ->option_text(" ");

  auto show = std::make_shared<ShowOptions>();
  CLI::App* show_command = AddCommand<ShowOptions>(
      root, "show", "Show a version of a model, and where it comes from",
      "mgpt show names\nmgpt show names@prod -o text", show, RunShow, chosen);
  AddReference(*show_command, &show->model)->required();

  auto removal = std::make_shared<DeletionOptions>();
  CLI::App* rm = AddCommand<DeletionOptions>(
      root, "rm", "Delete versions, or models with all their versions",
      "mgpt rm names@3\nmgpt rm names pets -y", removal, RunRemove, chosen);
  AddDeletionOptions(*rm, "MODEL",
                     "One version of a model: names@3; or all of it, with\n"
                     "its jobs and their record: names",
                     removal.get());
}

}  // namespace microgpt::client
