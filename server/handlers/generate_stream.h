// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HANDLERS_GENERATE_STREAM_H_
#define MICROGPT_SERVER_HANDLERS_GENERATE_STREAM_H_

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <stop_token>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/generation/sample_sequence.h"
#include "core/generation/step_reader.h"
#include "microgpt/v1/microgpt.pb.h"
#include "server/handlers/call.h"
#include "server/handlers/generation_settings.h"
#include "server/handlers/model_source.h"
#include "server/threads/run_queue.h"

namespace microgpt::server {

// One Generate call: makes a message each time it is pulled, on a sampler
// thread, and takes no time of it between two pulls. What it holds is what is
// drawn at once, and the tokens of one sample.
class GenerateStream : public ResponseStream<v1::GenerateResponse>,
                       public std::enable_shared_from_this<GenerateStream> {
 public:
  // queue: the ticket's; must outlive this.
  GenerateStream(GenerationSettings settings,
                 std::unique_ptr<ModelSource> source, RunQueue& queue,
                 RunQueue::Ticket ticket, std::stop_token stop);

  void Pull(Next next) override;

 private:
  using Clock = std::chrono::steady_clock;

  absl::Status Start(ReadyModel ready);
  absl::StatusOr<Wanted> MakeWanted() const;
  absl::StatusOr<std::optional<v1::GenerateResponse>> MakeMessage();
  absl::Status AddSamples(Clock::time_point end, v1::GenerateResponse& message);
  absl::Status PutTokens(const Sample& sample);
  v1::Token MakeToken(const TokenStep& step) const;
  void Add(Sample sample, v1::GenerateResponse& message);
  void AddSummary(v1::GenerateResponse& message) const;

  const GenerationSettings settings_;
  const std::unique_ptr<ModelSource> source_;
  RunQueue& queue_;
  const RunQueue::Ticket ticket_;
  const std::stop_token stop_;
  const Clock::time_point start_ = Clock::now();

  ReadyModel ready_;
  std::unique_ptr<SampleSequence> sequence_;
  std::unique_ptr<StepReader> steps_;           // with stream_tokens
  std::deque<v1::GenerateResponse> of_sample_;  // its tokens, and itself
  uint32_t made_ = 0;
  bool ended_ = false;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_GENERATE_STREAM_H_
