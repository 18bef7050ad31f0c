// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HANDLERS_HOUSEKEEPING_H_
#define MICROGPT_SERVER_HANDLERS_HOUSEKEEPING_H_

#include <string>

#include "absl/status/statusor.h"
#include "core/model/model.h"
#include "microgpt/v1/registry.pb.h"
#include "server/cache/lru_cache.h"
#include "server/handlers/call.h"
#include "server/jobs/job_board.h"
#include "server/jobs/jobs.h"
#include "server/store/store.h"
#include "server/threads/run_queue.h"

namespace microgpt::server {

// The record of training runs, and the server's own figures, as registry.proto
// promises them. Every call is cheap. Thread-safe.
class HousekeepingHandlers {
 public:
  // What GetServerInfo reads. All must outlive this, and every call under way.
  struct Parts {
    const Jobs& jobs;
    const JobBoard& board;
    const Store& store;
    const LruCache<Model>& models;
    const RunQueue& queue;
  };

  // info: version, limits, threads and start time; the load is filled in.
  HousekeepingHandlers(const Parts& parts, v1::ServerInfo info)
      : parts_(parts), info_(std::move(info)) {}

  // Where HTTP is served. Before the first call.
  void SetHttpAddress(const std::string& address) {
    info_.set_http_address(address);
  }

  void ListJobs(v1::ListJobsRequest request, const CallContext& context,
                Done<v1::ListJobsResponse> done);
  absl::StatusOr<ResponseStreamPtr<v1::GetLossesResponse>> GetLosses(
      v1::GetLossesRequest request, const CallContext& context);
  void GetServerInfo(v1::GetServerInfoRequest request,
                     const CallContext& context, Done<v1::ServerInfo> done);

 private:
  const Parts parts_;
  v1::ServerInfo info_;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_HOUSEKEEPING_H_
