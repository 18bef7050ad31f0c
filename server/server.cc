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
#include <system_error>
#include <utility>

#include "core/errors/errors.h"
#include "grpc/health/v1/health.pb.h"
#include "server/handlers/convert.h"
#include "server/handlers/limits.h"
#include "server/store/memory_store.h"
#include "server/version.h"

namespace microgpt::server {
namespace {

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
  limits.set_memory_bytes(options.store_memory_bytes);
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
  std::unique_ptr<Server> server;
  try {
    server.reset(new Server(options));
  } catch (const std::system_error& error) {
    return absl::ResourceExhaustedError(
        fmt::format("cannot start {} workers and {} samplers: {}",
                    options.workers, options.samplers, error.what()));
  }
  MICROGPT_RETURN_IF_ERROR(server->TrainBuiltin());
  MICROGPT_RETURN_IF_ERROR(server->Listen());
  return server;
}

Server::Server(const Options& options)
    : options_(options),
      store_(std::make_unique<MemoryStore>(options.store_memory_bytes)),
      board_(options.max_queued),
      jobs_(*store_, board_),
      registry_(*store_, jobs_),
      workers_(options.workers, board_, *store_),
      run_queue_(options.samplers, options.max_calls,
                 "Generate and Score calls (--max-calls)"),
      training_(jobs_, *store_),
      generation_(registry_, run_queue_),
      housekeeping_({jobs_, board_, registry_, *store_, run_queue_},
                    Describe(options)),
      microgpt_service_(training_, generation_, calls_),
      registry_service_(housekeeping_, calls_) {}

Server::~Server() { Drain(); }

absl::Status Server::TrainBuiltin() {
  v1::TrainRequest request;  // an empty one trains "names"
  *request.mutable_wait() = ToProto(kMaxWait);
  std::promise<absl::StatusOr<v1::Job>> promise;
  training_.Train(request, CallContext(), [&](absl::StatusOr<v1::Job> job) {
    promise.set_value(std::move(job));
  });
  MICROGPT_ASSIGN_OR_RETURN(const v1::Job job, promise.get_future().get());
  if (job.state() == v1::Job::STATE_SUCCEEDED) return absl::OkStatus();
  return absl::InternalError(fmt::format(
      "the built-in model could not be trained: {}", job.error().message()));
}

absl::Status Server::Listen() {
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
  return absl::OkStatus();
}

void Server::Drain() {
  const auto deadline = JobBoard::Clock::now() + options_.drain_timeout;
  board_.Close();
  if (grpc_server_ != nullptr) {
    grpc_server_->GetHealthCheckService()->SetServingStatus(false);
  }
  if (!board_.AwaitEmpty(deadline)) {
    spdlog::warn("cancelling the jobs that have not ended");
    jobs_.CancelAll();
    board_.AwaitEmpty(JobBoard::Clock::time_point::max());
  }
  if (grpc_server_ == nullptr) return;
  // Those who waited for a job just cancelled hear of it first.
  constexpr std::chrono::milliseconds kLastWord{500};
  calls_.AwaitNone(std::max(deadline, JobBoard::Clock::now() + kLastWord));
  calls_.StopAll();
  // What is not ours to stop (health watchers, reflection) gets a moment.
  grpc_server_->Shutdown(std::chrono::system_clock::now() +
                         std::chrono::seconds(1));
  grpc_server_->Wait();
  grpc_server_ = nullptr;
}

}  // namespace microgpt::server
