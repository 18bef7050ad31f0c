// SPDX-License-Identifier: MIT
#include <string>

#include "client/command_line/values.h"
#include "client/commands/commands.h"
#include "client/commands/pages.h"
#include "client/output/printer.h"
#include "client/output/views.h"

namespace microgpt::client {
namespace {

struct JobsOptions {
  std::string model;
};

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

void AddJobs(CLI::App& root, Action* chosen) {
  auto options = std::make_shared<JobsOptions>();
  CLI::App* jobs = AddCommand<JobsOptions>(
      root, "jobs", "List the training jobs, newest first",
      "mgpt jobs\nmgpt jobs names -o json", options, RunJobs, chosen);
  jobs->alias("ps");
  AddText(*jobs, "MODEL", &options->model, "Only this model's")
      ->option_text(" ");
}

}  // namespace microgpt::client
