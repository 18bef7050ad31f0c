// SPDX-License-Identifier: MIT
#include "server/handlers/housekeeping.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/errors/errors.h"
#include "core/errors/ranges.h"
#include "server/handlers/convert.h"
#include "server/handlers/paging.h"
#include "server/handlers/training.h"

namespace microgpt::server {
namespace {

constexpr size_t kLossesAMessage = 8192;

absl::StatusOr<v1::ListJobsResponse> JobPage(
    const Jobs& jobs, const v1::ListJobsRequest& request) {
  MICROGPT_ASSIGN_OR_RETURN(const size_t size,
                            ParsePageSize(request.page_size()));
  if (!request.page_token().empty() && !IsJobId(request.page_token())) {
    return BadPageToken(request.page_token());
  }
  if (!request.model().empty()) {
    // An unknown model is NOT_FOUND rather than an empty list.
    MICROGPT_RETURN_IF_ERROR(FindJob(jobs, "", request.model()).status());
  }
  MICROGPT_ASSIGN_OR_RETURN(
      const std::vector<JobRecord> page,
      jobs.List(request.model(), request.page_token(), size + 1));
  v1::ListJobsResponse response;
  for (size_t i = 0; i < std::min(size, page.size()); ++i) {
    *response.add_jobs() = ToProto(page[i]);
  }
  if (page.size() > size) response.set_next_page_token(page[size - 1].id);
  return response;
}

// A job's losses up to the step that was the newest when the end is reached.
class LossStream : public ResponseStream<v1::GetLossesResponse> {
 public:
  LossStream(const Jobs& jobs, std::string job, size_t from)
      : jobs_(jobs), job_(std::move(job)), from_(from) {}

  void Pull(Next next) override {
    const absl::StatusOr<std::vector<double>> losses =
        jobs_.Losses(job_, from_, kLossesAMessage);
    if (!losses.ok()) return next(losses.status());
    if (losses->empty()) return next(std::nullopt);
    v1::GetLossesResponse message;
    message.set_first_step(static_cast<uint32_t>(from_ + 1));
    message.mutable_losses()->Assign(losses->begin(), losses->end());
    from_ += losses->size();
    next(std::move(message));
  }

 private:
  const Jobs& jobs_;
  const std::string job_;
  size_t from_;  // the next step, counted from 0
};

}  // namespace

void HousekeepingHandlers::ListJobs(v1::ListJobsRequest request,
                                    const CallContext&,
                                    Done<v1::ListJobsResponse> done) {
  done(JobPage(parts_.jobs, request));
}

absl::StatusOr<ResponseStreamPtr<v1::GetLossesResponse>>
HousekeepingHandlers::GetLosses(v1::GetLossesRequest request,
                                const CallContext&) {
  MICROGPT_ASSIGN_OR_RETURN(
      const JobRecord job,
      FindJob(parts_.jobs, request.job(), request.model()));
  // One past the last is where a follower asks when the job has ended.
  MICROGPT_RETURN_IF_ERROR(CheckRange("from_step", request.from_step(), 0,
                                      job.training_config->steps + 1));
  const size_t from = request.from_step() == 0 ? 0 : request.from_step() - 1;
  return std::make_shared<LossStream>(parts_.jobs, job.id, from);
}

void HousekeepingHandlers::GetServerInfo(v1::GetServerInfoRequest,
                                         const CallContext&,
                                         Done<v1::ServerInfo> done) {
  v1::ServerInfo info = info_;
  info.set_queued_jobs(static_cast<uint32_t>(parts_.board.queued()));
  info.set_running_jobs(static_cast<uint32_t>(parts_.board.running()));
  info.set_calls(static_cast<uint32_t>(parts_.queue.calls()));
  const absl::StatusOr<size_t> models = parts_.store.CountModels();
  if (!models.ok()) return done(models.status());
  const absl::StatusOr<uint64_t> bytes = parts_.store.CountBytes();
  if (!bytes.ok()) return done(bytes.status());
  info.set_models(static_cast<uint32_t>(*models));
  info.set_memory_bytes(*bytes);
  info.set_model_memory_bytes(parts_.models.bytes());
  done(std::move(info));
}

}  // namespace microgpt::server
