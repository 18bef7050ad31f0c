// SPDX-License-Identifier: MIT
#include "server/server.h"

#include <fmt/format.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/server_builder.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <system_error>
#include <utility>

#include "core/errors/errors.h"
#include "grpc/health/v1/health.pb.h"
#include "server/handlers/convert.h"
#include "server/handlers/defaults.h"
#include "server/handlers/limits.h"
#include "server/http/embedded_files.h"
#include "server/store/sqlite_store.h"
#include "server/version.h"

namespace microgpt::server {
namespace {

constexpr size_t kTransferThreads = 2;

v1::ServerInfo Describe(const Options& options) {
  v1::ServerInfo info;
  info.set_version(kVersion);
  v1::ServerInfo::Limits& limits = *info.mutable_limits();
  limits.set_message_bytes(kMaxMessageBytes);
  *limits.mutable_wait() = ToProto(kMaxWait);
  limits.set_samples(kMaxSamples);
  limits.set_texts(kMaxTexts);
  limits.set_queued_jobs(options.max_queued);
  limits.set_calls(options.max_calls);
  limits.set_memory_bytes(options.max_store_bytes);
  limits.set_chunk_bytes(kMaxChunkBytes);
  limits.set_dataset_bytes(kMaxDatasetBytes);
  limits.set_model_file_bytes(kMaxModelFileBytes);
  limits.set_model_memory_bytes(options.model_memory_bytes);
  info.set_workers(options.workers);
  info.set_samplers(options.samplers);
  *info.mutable_start_time() = ToProto(std::chrono::system_clock::now());
  return info;
}

void Configure(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  // Else a second server would share the port silently.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // Clients may ping every 10 s; who does not answer ours within 20 s is gone.
  builder.AddChannelArgument(
      GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const Options& options) {
  MICROGPT_ASSIGN_OR_RETURN(
      std::unique_ptr<Store> store,
      SqliteStore::Open(options.data_dir, options.max_store_bytes));
  std::unique_ptr<Server> server;
  try {
    server.reset(new Server(options, std::move(store)));
  } catch (const std::system_error& error) {
    return absl::ResourceExhaustedError(
        fmt::format("cannot start {} workers and {} samplers: {}",
                    options.workers, options.samplers, error.what()));
  }
  MICROGPT_RETURN_IF_ERROR(server->jobs_.Resume());
  MICROGPT_RETURN_IF_ERROR(server->AwaitBuiltin());
  MICROGPT_RETURN_IF_ERROR(server->Listen());
  return server;
}

Server::Server(const Options& options, std::unique_ptr<Store> store)
    : options_(options),
      store_(std::move(store)),
      models_(options.model_memory_bytes),
      datasets_(*store_, kDatasetMemoryBytes),
      checkpoints_(kCheckpointMemoryBytes),
      board_(options.max_queued, options.workers),
      jobs_(*store_, board_, datasets_),
      registry_(*store_, jobs_, models_, checkpoints_),
      workers_(options.workers,
               {board_, jobs_, datasets_, models_, checkpoints_}),
      generators_(options.samplers),
      run_queue_(options.samplers, options.max_calls,
                 "Generate and Score calls (--max-calls)"),
      transfers_(kTransferThreads, kMaxTransfers, "uploads and exports"),
      changes_(kMaxChanges, "changes of models and datasets"),
      evaluation_(registry_, datasets_),
      inspection_({registry_, jobs_, checkpoints_}, datasets_),
      training_(jobs_, datasets_, evaluation_, options.workers),
      generation_({registry_, datasets_, generators_, run_queue_}),
      model_handlers_({registry_, datasets_, transfers_, changes_}),
      dataset_handlers_({datasets_, transfers_, changes_}),
      housekeeping_({jobs_, board_, *store_, models_, run_queue_},
                    Describe(options)),
      metrics_(jobs_, checkpoints_),
      microgpt_service_(training_, generation_, evaluation_, calls_),
      registry_service_(model_handlers_, dataset_handlers_, housekeeping_,
                        calls_),
      inspector_service_(inspection_, metrics_, calls_) {}

Server::~Server() { Drain(); }

// On the first start trains the built-in model; if that was cut short, gives it
// a moment to be made up for.
absl::Status Server::AwaitBuiltin() {
  constexpr std::chrono::seconds kMoment{5};
  MICROGPT_ASSIGN_OR_RETURN(const bool is_new, store_->IsNew());
  const auto promise =
      std::make_shared<std::promise<absl::StatusOr<v1::Job>>>();
  const auto done = [promise](absl::StatusOr<v1::Job> job) {
    promise->set_value(std::move(job));
  };
  if (is_new) {
    v1::TrainRequest request;  // an empty one trains "names"
    *request.mutable_wait() = ToProto(kMaxWait);
    training_.Train(request, CallContext(), done);
  } else if (absl::IsFailedPrecondition(
                 registry_.Find(kDefaultName).status())) {
    v1::GetStatusRequest request;
    request.set_model(kDefaultName);
    *request.mutable_wait() = ToProto(kMoment);
    training_.GetStatus(request, CallContext(), done);
  } else {
    return absl::OkStatus();
  }
  MICROGPT_ASSIGN_OR_RETURN(const v1::Job job, promise->get_future().get());
  if (!is_new || job.state() == v1::Job::STATE_SUCCEEDED) {
    return absl::OkStatus();
  }
  return absl::InternalError(fmt::format(
      "the built-in model could not be trained: {}", job.error().message()));
}

// Both addresses are taken before anything is answered at one of them.
absl::Status Server::Listen() {
  if (!options_.http_address.empty()) {
    MICROGPT_ASSIGN_OR_RETURN(
        http_server_, HttpServer::Listen({.address = options_.http_address,
                                          .hosts = options_.http_hosts}));
    http_address_ = http_server_->address();
    housekeeping_.SetHttpAddress(http_address_);
  }
  MICROGPT_RETURN_IF_ERROR(ListenForGrpc());
  if (http_server_ == nullptr) return absl::OkStatus();
  http_server_->Serve(
      {.methods = AllMethods({training_, generation_, evaluation_,
                              model_handlers_, dataset_handlers_, housekeeping_,
                              metrics_, inspection_}),
       .files = StaticFiles(DashboardFiles()),
       .tracker = calls_});
  return absl::OkStatus();
}

absl::Status Server::ListenForGrpc() {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  // gRPC's health service does not bring its description; reflection wants one.
  grpc::health::v1::HealthCheckRequest::descriptor();
  grpc::ServerBuilder builder;
  Configure(builder);
  int port = 0;
  builder.AddListeningPort(options_.grpc_address,
                           grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&microgpt_service_);
  builder.RegisterService(&registry_service_);
  builder.RegisterService(&inspector_service_);
  grpc_server_ = builder.BuildAndStart();
  if (grpc_server_ == nullptr || port == 0) {
    grpc_server_ = nullptr;
    return absl::UnavailableError(
        fmt::format("cannot listen on {}: the address is not this machine's, "
                    "or its port is taken by another server or not allowed",
                    options_.grpc_address));
  }
  const size_t colon = options_.grpc_address.rfind(':');
  address_ = fmt::format("{}:{}", options_.grpc_address.substr(0, colon), port);
  auto& health = *grpc_server_->GetHealthCheckService();
  health.SetServingStatus(v1::MicroGpt::service_full_name(), true);
  health.SetServingStatus(v1::Registry::service_full_name(), true);
  health.SetServingStatus(v1::Inspector::service_full_name(), true);
  return absl::OkStatus();
}

void Server::Drain() {
  const bool listened = grpc_server_ != nullptr;
  const auto deadline =
      JobBoard::Clock::now() +
      (listened ? options_.drain_timeout : std::chrono::seconds(0));
  board_.Close();
  if (grpc_server_ != nullptr) {
    grpc_server_->GetHealthCheckService()->SetServingStatus(false);
  }
  if (http_server_ != nullptr) http_server_->StartDraining();
  board_.AwaitIdle(deadline);
  const size_t unfinished = board_.queued() + board_.running();
  if (unfinished > 0) {
    spdlog::info("unfinished jobs: {}", unfinished);
  }
  // Those who wait for one of them hear that it goes on.
  board_.Interrupt();
  board_.AwaitIdle(JobBoard::Clock::time_point::max());
  if (grpc_server_ == nullptr) return;
  constexpr std::chrono::milliseconds kLastWord{500};
  calls_.AwaitNone(std::max(deadline, JobBoard::Clock::now() + kLastWord));
  calls_.StopAll();
  http_server_ = nullptr;
  // What is not ours to stop (health watchers, reflection) gets a moment.
  grpc_server_->Shutdown(std::chrono::system_clock::now() +
                         std::chrono::seconds(1));
  grpc_server_->Wait();
  grpc_server_ = nullptr;
}

}  // namespace microgpt::server
