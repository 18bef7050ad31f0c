// SPDX-License-Identifier: MIT
#include "client/commands/follow.h"

#include <fmt/format.h>

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "client/output/evaluation_view.h"
#include "client/output/figures.h"
#include "client/output/printer.h"
#include "client/output/progress.h"
#include "client/output/views.h"

namespace microgpt::client {
namespace {

// What `status`, which ended the watching of the job with this id, means for
// the job. The id is empty where only its model is known.
absl::Status StillGoingOn(const absl::Status& status, const std::string& job) {
  if (job.empty()) return status;
  if (status.code() == absl::StatusCode::kCancelled) {
    return absl::CancelledError(
        fmt::format("job {0} goes on. Watch it: mgpt watch {0}   Stop it: mgpt "
                    "stop {0}",
                    job));
  }
  return WithNextStep(status, fmt::format("mgpt watch {}", job));
}

// Watches until the job is done and answers with its last snapshot. `each`
// sees every snapshot and ends the watching by answering false.
absl::StatusOr<v1::Job> Watch(Session& session,
                              const v1::WatchStatusRequest& request,
                              const std::function<bool(const v1::Job&)>& each) {
  const Interrupts::Hold hold(session.connection.interrupts());
  v1::Job last;
  last.set_job(request.job());  // until there is a snapshot
  bool stopped = false;
  const absl::Status status = session.connection.Read(
      session.connection.microgpt(), &v1::MicroGpt::Stub::WatchStatus, request,
      [&](const v1::Job& job) {
        last = job;
        stopped = !each(job);
        return !stopped && !job.done();
      });
  if (!status.ok()) {
    return StillGoingOn(Explained(status, "watch", "mgpt jobs"), last.job());
  }
  if (!last.done() && !stopped) {
    return StillGoingOn(
        absl::UnavailableError("the server ended its report before the job"),
        last.job());
  }
  return last;
}

// OK, or why there is no model.
absl::Status EndOf(const v1::Job& job) {
  if (job.state() == v1::Job::STATE_FAILED) {
    return absl::UnknownError(fmt::format(
        "job {} failed at step {} of {}: {}: {}", job.job(), job.step(),
        job.steps(), job.error().code(), job.error().message()));
  }
  if (job.state() == v1::Job::STATE_CANCELLED) {
    return absl::UnknownError(
        fmt::format("job {} was stopped at step {} of {} and made no model",
                    job.job(), job.step(), job.steps()));
  }
  return absl::OkStatus();
}

void PrintSuccess(Session& session, const v1::Job& job) {
  session.out.Write(Ticked(Success(job), session.color_out) + "\n");
  session.out.Flush();
  session.console.Note(fmt::format("  Next: mgpt generate {}", job.model()));
  for (const std::string& sentence : job.advice()) {
    session.console.Note("  " + sentence);
  }
}

// Has the server measure the model that the job made.
absl::Status AddEvaluation(Session& session, v1::Job* job) {
  v1::GetStatusRequest request;
  request.set_job(job->job());
  request.set_evaluate(true);
  absl::StatusOr<v1::Job> evaluated = session.connection.Call(
      session.connection.microgpt(), &v1::MicroGpt::Stub::GetStatus, request);
  if (!evaluated.ok()) {
    return WithNextStep(
        evaluated.status(),
        fmt::format("mgpt evaluate {}",
                    ModelAndVersion(job->model(), job->version())));
  }
  job->mutable_evaluation()->Swap(evaluated->mutable_evaluation());
  return absl::OkStatus();
}

// The job as it ended, in the format asked for.
void PrintEnd(Session& session, v1::Job job, bool full) {
  const bool succeeded = job.state() == v1::Job::STATE_SUCCEEDED;
  const Format format = session.FormatOr(Format::kTable);
  if (format == Format::kTable) {
    if (succeeded) PrintSuccess(session, job);
    if (job.has_evaluation()) {
      session.out.Write("\n" + EvaluationCard(job.evaluation()));
    }
    return;
  }
  if (format == Format::kText && !succeeded) return;
  if (!full) {  // asked for by the animation only
    job.clear_history();
    job.clear_samples();
    job.mutable_dataset()->clear_alphabet();
  }
  Printer printer(&session.out, format, JobListColumns());
  printer.Print(job, {JobListRow(job, Clock::now()).cells,
                      ModelAndVersion(job.model(), job.version())});
  printer.Finish();
}

}  // namespace

absl::Status Follow(Session& session, const v1::WatchStatusRequest& request,
                    bool evaluate) {
  Progress progress(&session.console);
  v1::WatchStatusRequest with_full = request;
  with_full.set_full(request.full() || progress.wants_full());
  absl::StatusOr<v1::Job> job =
      Watch(session, with_full, [&](const v1::Job& snapshot) {
        progress.Update(snapshot);
        return true;
      });
  progress.Finish();
  if (!job.ok()) return job.status();
  absl::Status end = EndOf(*job);
  if (evaluate && end.ok()) end = AddEvaluation(session, &*job);
  PrintEnd(session, *job, request.full());
  return end;
}

absl::Status FollowAsJson(Session& session,
                          const v1::WatchStatusRequest& request) {
  const absl::StatusOr<v1::Job> job =
      Watch(session, request, [&](const v1::Job& snapshot) {
        session.out.Write(Json(snapshot) + "\n");
        return session.out.Flush();  // as it comes, also into a pipe
      });
  if (!job.ok()) return job.status();
  return EndOf(*job);
}

}  // namespace microgpt::client
