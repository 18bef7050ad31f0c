// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_SERVER_H_
#define MICROGPT_SERVER_SERVER_H_

#include <grpcpp/server.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/handlers/generation.h"
#include "server/handlers/housekeeping.h"
#include "server/handlers/training.h"
#include "server/jobs/job_board.h"
#include "server/jobs/jobs.h"
#include "server/jobs/worker_pool.h"
#include "server/options.h"
#include "server/registry/registry.h"
#include "server/rpc/call_tracker.h"
#include "server/rpc/services.h"
#include "server/store/store.h"
#include "server/threads/run_queue.h"

namespace microgpt::server {

// All parts of a running server, in the order in which they are built and,
// backwards, taken down.
class Server {
 public:
  // Trains the built-in model, then listens: from its first moment the server
  // is ready, and its health is SERVING. UNAVAILABLE, in one sentence: the
  // address cannot be had.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const Options& options);

  // Drains if nobody did.
  ~Server();

  // "127.0.0.1:50051", with the port that was taken for port 0.
  const std::string& address() const { return address_; }

  // Health becomes NOT_SERVING and no new job is accepted; jobs and calls get
  // options.drain_timeout to finish, then they are cancelled. Blocks until
  // everything has ended. Idempotent.
  void Drain();

 private:
  explicit Server(const Options& options);

  absl::Status TrainBuiltin();
  absl::Status Listen();

  const Options options_;
  const std::unique_ptr<Store> store_;
  JobBoard board_;
  Jobs jobs_;
  const Registry registry_;
  WorkerPool workers_;
  RunQueue run_queue_;
  CallTracker calls_;
  TrainingHandlers training_;
  GenerationHandlers generation_;
  HousekeepingHandlers housekeeping_;
  MicroGptService microgpt_service_;
  RegistryService registry_service_;
  std::unique_ptr<grpc::Server> grpc_server_;
  std::string address_;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_SERVER_H_
