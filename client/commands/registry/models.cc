// SPDX-License-Identifier: MIT
//
// ls, show and rm: models and their versions.
#include <fmt/format.h>

#include <functional>
#include <string>

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
  v1::GetModelRequest request;
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

absl::Status RunShow(Session& session, const ShowOptions& options) {
  const absl::StatusOr<v1::Model> model =
      session.connection.Call(session.connection.registry(),
                              &v1::Registry::Stub::GetModel, options.request);
  if (!model.ok()) {
    return Explained(model.status(), "show",
                     ListForReference(options.request.model()));
  }
  PrintCard(session, *model, ModelCardColumns(),
            ModelCardRow(*model, Clock::now()));
  return absl::OkStatus();
}

// "names@3", or "names with 3 versions".
absl::StatusOr<std::string> DescribeModel(Session& session,
                                          const std::string& name) {
  if (HasVersion(name)) {
    v1::GetModelRequest request;
    request.set_model(name);
    const absl::StatusOr<v1::Model> model = session.connection.Call(
        session.connection.registry(), &v1::Registry::Stub::GetModel, request);
    if (!model.ok()) return model.status();
    return ModelAndVersion(model->name(), model->version());
  }
  std::size_t versions = 0;
  const absl::Status status =
      ForEachModel(session, name, [&versions](const v1::Model&) {
        ++versions;
        return true;
      });
  if (!status.ok()) return status;
  return fmt::format("{} with {}", name, Counted(versions, "version"));
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

absl::Status RunRemove(Session& session, const DeletionOptions& options) {
  ResultPrinter results(&session, DeletedModelColumns());
  const auto describe = [&session](const std::string& name) {
    absl::StatusOr<std::string> description = DescribeModel(session, name);
    if (description.ok()) return description;
    return absl::StatusOr<std::string>(
        ExplainedDeletion(description.status(), name));
  };
  return DeleteEach(session, options, describe, [&](const std::string& name) {
    v1::DeleteModelRequest request;
    request.set_model(name);
    const absl::StatusOr<v1::DeleteModelResponse> response =
        session.connection.Call(session.connection.registry(),
                                &v1::Registry::Stub::DeleteModel, request);
    if (!response.ok()) return ExplainedDeletion(response.status(), name);
    results.Print(DeletionSentence(name, *response), *response,
                  DeletedModelRow(name, *response));
    return absl::OkStatus();
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
  AddReference(*show_command, show->request.mutable_model())->required();

  auto removal = std::make_shared<DeletionOptions>();
  CLI::App* rm = AddCommand<DeletionOptions>(
      root, "rm", "Delete versions, or models with all their versions",
      "mgpt rm names@3\nmgpt rm names pets -y", removal, RunRemove, chosen);
  AddDeletionOptions(*rm, "MODEL",
                     "One version of a model: names@3; or all of it: names",
                     removal.get());
}

}  // namespace microgpt::client
