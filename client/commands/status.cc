// SPDX-License-Identifier: MIT
//
// status, watch and stop: one job, by its id or its model.
#include <fmt/format.h>

#include <string>

#include "client/command_line/values.h"
#include "client/commands/commands.h"
#include "client/commands/follow.h"
#include "client/commands/results.h"
#include "client/commands/target.h"
#include "client/output/evaluation_view.h"
#include "client/output/figures.h"
#include "client/output/views.h"

namespace microgpt::client {
namespace {

struct StatusOptions {
  std::string target;
  v1::GetStatusRequest request;  // wait, full
};

struct WatchOptions {
  std::string target;
  v1::WatchStatusRequest request;  // min_interval, full
};

struct StopOptions {
  std::string target;
};

absl::Status RunStatus(Session& session, const StatusOptions& options) {
  v1::GetStatusRequest request = options.request;
  SetTarget(options.target, &request);
  const absl::StatusOr<v1::Job> job = session.connection.Call(
      session.connection.microgpt(), &v1::MicroGpt::Stub::GetStatus, request);
  if (!job.ok()) {
    return Explained(job.status(), "status", ListFor(options.target));
  }
  PrintCard(session, *job, JobCardColumns(), JobCardRow(*job, Clock::now()));
  const bool is_card = session.FormatOr(Format::kTable) == Format::kTable;
  if (is_card && job->has_evaluation()) {
    session.out.Write("\n" + EvaluationCard(job->evaluation()));
  }
  return absl::OkStatus();
}

absl::Status RunWatch(Session& session, const WatchOptions& options) {
  v1::WatchStatusRequest request = options.request;
  SetTarget(options.target, &request);
  const bool json = session.FormatOr(Format::kTable) == Format::kJson;
  return json ? FollowAsJson(session, request) : Follow(session, request);
}

// "names (01j…): cancelling at step 500 of 1000".
std::string StopSentence(const v1::Job& job) {
  const bool too_late = job.done() && job.state() != v1::Job::STATE_CANCELLED;
  return fmt::format("{} ({}): {} at step {} of {}{}", job.model(), job.job(),
                     StateName(job.state()), job.step(), job.steps(),
                     too_late ? "; there is nothing to stop" : "");
}

absl::Status RunStop(Session& session, const StopOptions& options) {
  v1::CancelTrainingRequest request;
  SetTarget(options.target, &request);
  const absl::StatusOr<v1::Job> job =
      session.connection.Call(session.connection.microgpt(),
                              &v1::MicroGpt::Stub::CancelTraining, request);
  if (!job.ok()) {
    return Explained(job.status(), "stop", ListFor(options.target));
  }
  ResultPrinter(&session, JobListColumns())
      .Print(StopSentence(*job), *job, JobListRow(*job, Clock::now()));
  return absl::OkStatus();
}

}  // namespace

void AddStatus(CLI::App& root, Action* chosen) {
  auto options = std::make_shared<StatusOptions>();
  v1::GetStatusRequest* const request = &options->request;
  CLI::App* command =
      AddCommand<StatusOptions>(root, "status", "Show a training job",
                                "mgpt status\n"
                                "mgpt status names --wait 30s -o text",
                                options, RunStatus, chosen);
  AddTarget(*command, &options->target);
  AddDuration(
      *command, "--wait",
      [request](std::chrono::milliseconds wait) {
        *request->mutable_wait() = ToProto(wait);
      },
      "Answer when it has ended, or after this long (..60s)");
  command->add_flag_callback(
      "--full", [request] { request->set_full(true); },
      "With loss history, samples and alphabet");
  command->add_flag_callback(
      "--evaluate", [request] { request->set_evaluate(true); },
      "With what mgpt evaluate says of the model it made\n"
      "(as a table or json)");
}

void AddWatch(CLI::App& root, Action* chosen) {
  auto options = std::make_shared<WatchOptions>();
  v1::WatchStatusRequest* const request = &options->request;
  CLI::App* command = AddCommand<WatchOptions>(
      root, "watch", "Follow a training job until it ends",
      "mgpt watch names\n"
      "mgpt watch names -o json | jq .loss",
      options, RunWatch, chosen);
  AddTarget(*command, &options->target);
  AddDuration(
      *command, "--min-interval",
      [request](std::chrono::milliseconds interval) {
        *request->mutable_min_interval() = ToProto(interval);
      },
      "Least time between two snapshots (100ms; 1ms..60s)");
  command->add_flag_callback(
      "--full", [request] { request->set_full(true); },
      "With loss history, samples and alphabet (-o json)");
}

void AddStop(CLI::App& root, Action* chosen) {
  auto options = std::make_shared<StopOptions>();
  CLI::App* command =
      AddCommand<StopOptions>(root, "stop", "Stop a training job",
                              "mgpt stop names\n"
                              "mgpt stop 01jb3z5k9qv8xw2r7t6y4n0mca",
                              options, RunStop, chosen);
  AddRequiredTarget(*command, &options->target);
}

}  // namespace microgpt::client
