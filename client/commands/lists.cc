// SPDX-License-Identifier: MIT
//
// ls and jobs: what the server has, page by page.
#include <string>

#include "client/command_line/values.h"
#include "client/commands/commands.h"
#include "client/output/printer.h"
#include "client/output/views.h"

namespace microgpt::client {
namespace {

struct ModelsOptions {};

struct JobsOptions {
  std::string model;
};

constexpr std::uint32_t kPageSize = 1000;  // the most that the server gives

// Calls `method` for page after page, `each` with every response, until `each`
// answers false.
template <typename Request, typename Response, typename Each>
absl::Status ForEachPage(Session& session,
                         grpc::Status (v1::Registry::Stub::*method)(
                             grpc::ClientContext*, const Request&, Response*),
                         Request request, Each each) {
  request.set_page_size(kPageSize);
  do {
    const absl::StatusOr<Response> response =
        session.connection.Call(session.connection.registry(), method, request);
    if (!response.ok()) return response.status();
    if (!each(*response)) return absl::OkStatus();
    request.set_page_token(response->next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

absl::Status RunModels(Session& session, const ModelsOptions&) {
  Printer printer(&session.out, session.FormatOr(Format::kTable),
                  ModelColumns());
  const auto now = Clock::now();
  const absl::Status status = ForEachPage(
      session, &v1::Registry::Stub::ListModels, v1::ListModelsRequest(),
      [&](const v1::ListModelsResponse& page) {
        for (const v1::Model& model : page.models()) {
          if (!printer.Print(model, ModelRow(model, now))) return false;
        }
        return true;
      });
  printer.FinishAfter(status);
  return Explained(status, "ls", "mgpt jobs");
}

// -o text prints ids: a list of states says nothing.
absl::Status RunJobs(Session& session, const JobsOptions& options) {
  v1::ListJobsRequest request;
  request.set_model(options.model);
  Printer printer(&session.out, session.FormatOr(Format::kTable),
                  JobListColumns());
  const auto now = Clock::now();
  const absl::Status status =
      ForEachPage(session, &v1::Registry::Stub::ListJobs, request,
                  [&](const v1::ListJobsResponse& page) {
                    for (const v1::Job& job : page.jobs()) {
                      const Row row = {JobListRow(job, now).cells, job.job()};
                      if (!printer.Print(job, row)) return false;
                    }
                    return true;
                  });
  printer.FinishAfter(status);
  return Explained(status, "jobs", "mgpt ls");
}

}  // namespace

void AddLists(CLI::App& root, Action* chosen) {
  AddCommand<ModelsOptions>(
      root, "ls", "List the models", "mgpt ls\nmgpt ls -o csv",
      std::make_shared<ModelsOptions>(), RunModels, chosen);
  auto options = std::make_shared<JobsOptions>();
  CLI::App* jobs = AddCommand<JobsOptions>(
      root, "jobs", "List the training jobs, newest first",
      "mgpt jobs\nmgpt jobs names -o json", options, RunJobs, chosen);
  jobs->alias("ps");
  AddText(*jobs, "MODEL", &options->model, "Only this model's")
      ->option_text(" ");
}

}  // namespace microgpt::client
