// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HANDLERS_METRICS_H_
#define MICROGPT_SERVER_HANDLERS_METRICS_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "microgpt/v1/inspector.pb.h"
#include "server/handlers/call.h"
#include "server/handlers/limits.h"
#include "server/jobs/checkpoints.h"
#include "server/jobs/jobs.h"
#include "server/threads/run_queue.h"

namespace microgpt::server {

// GetMetrics, as inspector.proto promises it. Thread-safe.
class MetricsHandlers {
 public:
  // Both must outlive this, and every call under way.
  MetricsHandlers(Jobs& jobs, const Checkpoints& checkpoints)
      : jobs_(jobs), checkpoints_(checkpoints) {}

  absl::StatusOr<ResponseStreamPtr<v1::GetMetricsResponse>> GetMetrics(
      v1::GetMetricsRequest request, const CallContext& context);

 private:
  Jobs& jobs_;
  const Checkpoints& checkpoints_;
  // A message may have a hundred thousand losses read for it.
  RunQueue queue_{1, kMaxMetricsCalls, "GetMetrics calls"};
};

// The losses of a job's steps, made into points: each the mean over the steps
// after the point before it. Points end at multiples of `every` and at step
// `steps`, whatever step they are read from.
class LossPoints {
 public:
  // from: the first step wanted, 1..steps + 1. Points that end before it are
  // not told.
  LossPoints(uint32_t from, uint32_t every, uint32_t steps)
      : from_(from),
        every_(every),
        steps_(steps),
        step_(BeginOf(from, every)) {}

  // Steps whose losses were taken in, or are not needed.
  uint32_t step() const { return step_; }

  // Takes in the loss of the step after step(); answers with the mean if a
  // point ends there.
  std::optional<double> Add(double loss);

  // The point of a job that has ended after step(), if one has begun.
  std::optional<double> End();

 private:
  static uint32_t BeginOf(uint32_t from, uint32_t every) {
    return (from - 1) / every * every;
  }

  const uint32_t from_, every_, steps_;
  uint32_t step_;
  double sum_ = 0;      // of the losses in the point that has begun
  uint32_t count_ = 0;  // of them
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_METRICS_H_
