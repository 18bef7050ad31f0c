// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_SERVER_H_
#define MICROGPT_SERVER_SERVER_H_

#include <grpcpp/server.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/model/model.h"
#include "server/cache/lru_cache.h"
#include "server/calls/call_tracker.h"
#include "server/datasets/datasets.h"
#include "server/handlers/datasets.h"
#include "server/handlers/evaluation.h"
#include "server/handlers/generation.h"
#include "server/handlers/generator_pool.h"
#include "server/handlers/housekeeping.h"
#include "server/handlers/inspection/inspection.h"
#include "server/handlers/metrics.h"
#include "server/handlers/models.h"
#include "server/handlers/training.h"
#include "server/http/http_server.h"
#include "server/jobs/checkpoints.h"
#include "server/jobs/job_board.h"
#include "server/jobs/jobs.h"
#include "server/jobs/worker_pool.h"
#include "server/options.h"
#include "server/registry/registry.h"
#include "server/rpc/services.h"
#include "server/store/store.h"
#include "server/threads/run_queue.h"

namespace microgpt::server {

// All parts of a running server, in the order in which they are built and,
// backwards, taken down.
class Server {
 public:
  // Opens the store, goes on with the jobs that were unfinished, on the first
  // start trains the built-in model, then listens: from its first moment the
  // server is ready, and its health is SERVING. An error is one sentence: the
  // data directory or the address cannot be had.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const Options& options);

  // Drains if nobody did.
  ~Server();

  // "127.0.0.1:50051", with the port that was taken for port 0.
  const std::string& address() const { return address_; }

  // The same of HTTP; empty without it.
  const std::string& http_address() const { return http_address_; }

  // Health becomes NOT_SERVING and no new job is accepted or begun; running
  // jobs and calls get options.drain_timeout to finish, then they are cut
  // short. The jobs that have not ended run after the next start. Blocks until
  // everything has stopped. Idempotent.
  void Drain();

 private:
  Server(const Options& options, std::unique_ptr<Store> store);

  absl::Status AwaitBuiltin();
  absl::Status Listen();
  absl::Status ListenForGrpc();

  const Options options_;
  const std::unique_ptr<Store> store_;
  LruCache<Model> models_;
  Datasets datasets_;
  Checkpoints checkpoints_;
  JobBoard board_;
  Jobs jobs_;
  Registry registry_;
  WorkerPool workers_;
  GeneratorPool generators_;
  RunQueue run_queue_;
  RunQueue transfers_;
  Admission changes_;
  CallTracker calls_;
  EvaluationHandlers evaluation_;
  InspectionHandlers inspection_;
  TrainingHandlers training_;
  GenerationHandlers generation_;
  ModelHandlers model_handlers_;
  DatasetHandlers dataset_handlers_;
  HousekeepingHandlers housekeeping_;
  MetricsHandlers metrics_;
  MicroGptService microgpt_service_;
  RegistryService registry_service_;
  InspectorService inspector_service_;
  std::unique_ptr<grpc::Server> grpc_server_;
  std::string address_;
  std::unique_ptr<HttpServer> http_server_;
  std::string http_address_;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_SERVER_H_
