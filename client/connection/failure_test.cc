// SPDX-License-Identifier: MIT
#include "client/connection/failure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace microgpt::client {
namespace {

using testing::HasSubstr;

constexpr char kAddress[] = "127.0.0.1:50051";

ExitCode ExitCodeFor(grpc::StatusCode code) {
  return ExitCodeOf(FromGrpc(grpc::Status(code, "why"), kAddress));
}

TEST(FailureTest, EachCodeOfTheApiHasItsExitCode) {
  EXPECT_EQ(ExitCodeOf(absl::OkStatus()), ExitCode::kOk);
  EXPECT_EQ(ExitCodeFor(grpc::INVALID_ARGUMENT), ExitCode::kUsage);
  EXPECT_EQ(ExitCodeFor(grpc::NOT_FOUND), ExitCode::kNotFound);
  EXPECT_EQ(ExitCodeFor(grpc::ALREADY_EXISTS), ExitCode::kConflict);
  EXPECT_EQ(ExitCodeFor(grpc::FAILED_PRECONDITION), ExitCode::kConflict);
  EXPECT_EQ(ExitCodeFor(grpc::ABORTED), ExitCode::kConflict);
  EXPECT_EQ(ExitCodeFor(grpc::UNAVAILABLE), ExitCode::kUnavailable);
  EXPECT_EQ(ExitCodeFor(grpc::DEADLINE_EXCEEDED), ExitCode::kUnavailable);
  EXPECT_EQ(ExitCodeFor(grpc::RESOURCE_EXHAUSTED), ExitCode::kUnavailable);
  EXPECT_EQ(ExitCodeFor(grpc::INTERNAL), ExitCode::kFailed);
  EXPECT_EQ(ExitCodeFor(grpc::DATA_LOSS), ExitCode::kFailed);
}

TEST(FailureTest, OnlyTheUserInterrupts) {
  EXPECT_EQ(ExitCodeFor(grpc::CANCELLED), ExitCode::kFailed)
      << "a server's own CANCELLED is a failure";
  EXPECT_EQ(ExitCodeOf(absl::CancelledError("")), ExitCode::kInterrupted);
}

TEST(FailureTest, AServersSentenceStandsAsItIs) {
  const absl::Status status =
      FromGrpc(grpc::Status(grpc::INVALID_ARGUMENT,
                            "temperature: -0.5 is below the minimum 0"),
               kAddress);
  EXPECT_EQ(status.message(), "temperature: -0.5 is below the minimum 0");
}

TEST(FailureTest, ARefusedConnectionTellsAddressCauseAndCure) {
  const absl::Status status = FromGrpc(
      grpc::Status(grpc::UNAVAILABLE,
                   "failed to connect to all addresses; last error: UNKNOWN: "
                   "ipv4:127.0.0.1:50051: Failed to connect to remote host: "
                   "Connection refused"),
      kAddress);
  EXPECT_EQ(status.message(),
            "no server answers at 127.0.0.1:50051 (Connection refused). Start "
            "one with microgptd, or say where it is with --server HOST:PORT or "
            "MGPT_SERVER");
}

TEST(FailureTest, TheDashboardsPortIsToldFromNone) {
  const absl::Status status = FromGrpc(
      grpc::Status(grpc::UNAVAILABLE,
                   "failed to connect to all addresses; last error: UNKNOWN: "
                   "ipv4:127.0.0.1:8080: Trying to connect an http1.x server"),
      "127.0.0.1:8080");
  EXPECT_EQ(status.message(),
            "what answers at 127.0.0.1:8080 is HTTP/1.1, as on the dashboard's "
            "port. Say where gRPC is, as in --server 127.0.0.1:50051");
}

TEST(FailureTest, ADrainingServerIsNotAMissingOne) {
  const absl::Status status = FromGrpc(
      grpc::Status(grpc::UNAVAILABLE, "the server is shutting down"), kAddress);
  EXPECT_EQ(status.message(),
            "the server at 127.0.0.1:50051 went away: the server is shutting "
            "down. Try again");
}

TEST(FailureTest, AFullQueueTellsWhenToTryAgain) {
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(2);
  google::rpc::Status details;
  details.add_details()->PackFrom(retry);
  const absl::Status status =
      FromGrpc(grpc::Status(grpc::RESOURCE_EXHAUSTED, "the queue is full",
                            details.SerializeAsString()),
               kAddress);
  EXPECT_EQ(status.message(), "the queue is full. Try again in 2.0 s");
}

TEST(FailureTest, ASentenceEndsOnce) {
  EXPECT_EQ(Sentence("not found"), "not found.");
  EXPECT_EQ(Sentence("did you mean \"x\"?"), "did you mean \"x\"?");
  EXPECT_EQ(Sentence(""), "the server gave no reason.");
}

TEST(FailureTest, ANextStepIsSaidOnce) {
  const absl::Status status =
      absl::NotFoundError("model \"nmaes\" not found: did you mean \"names\"?");
  const absl::Status with = WithNextStep(status, "mgpt ls");
  EXPECT_EQ(with.message(),
            "model \"nmaes\" not found: did you mean \"names\"? See: mgpt ls");
  EXPECT_EQ(WithNextStep(with, "mgpt jobs").message(), with.message());
  EXPECT_TRUE(WithNextStep(absl::OkStatus(), "mgpt ls").ok());
}

}  // namespace
}  // namespace microgpt::client
