// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HANDLERS_GENERATE_STREAM_H_
#define MICROGPT_SERVER_HANDLERS_GENERATE_STREAM_H_

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/generation/sample_sequence.h"
#include "core/generation/step_reader.h"
#include "microgpt/v1/microgpt.pb.h"
#include "server/datasets/datasets.h"
#include "server/handlers/call.h"
#include "server/handlers/generation_settings.h"
#include "server/handlers/generator_pool.h"
#include "server/registry/registry.h"
#include "server/threads/mutex.h"
#include "server/threads/run_queue.h"

namespace microgpt::server {

// One Generate call: makes messages on a sampler thread, one ahead of what is
// pulled, so that it draws while the transport writes; then it takes no time of
// the thread until it is pulled again. What it holds is that message, what is
// drawn at once, and the tokens of one sample.
class GenerateStream : public ResponseStream<v1::GenerateResponse>,
                       public std::enable_shared_from_this<GenerateStream> {
 public:
  // All must outlive this.
  struct Parts {
    const Registry& registry;
    Datasets& datasets;
    GeneratorPool& generators;
    RunQueue& queue;
  };

  GenerateStream(GenerationSettings settings, const Parts& parts,
                 RunQueue::Ticket ticket, std::stop_token stop);

  void Pull(Next next) override ABSL_LOCKS_EXCLUDED(mutex_);
  bool ended() const override { return gave_last_; }

 private:
  using Clock = std::chrono::steady_clock;
  using Message = absl::StatusOr<std::optional<v1::GenerateResponse>>;
  struct Made {
    Message message;
    bool last;
  };

  bool RunSlice() ABSL_LOCKS_EXCLUDED(mutex_);
  void Give(Made made, const Next& next);
  absl::Status Start();
  absl::StatusOr<Wanted> MakeWanted(const Registry::Snapshot& snapshot) const;
  Message MakeMessage();
  absl::Status AddSamples(v1::GenerateResponse& message);
  absl::Status PutTokens(const Sample& sample);
  v1::Token MakeToken(const TokenStep& step) const;
  void Add(Sample sample, v1::GenerateResponse& message);
  void AddSummary(v1::GenerateResponse& message) const;

  const GenerationSettings settings_;
  const Parts parts_;
  const RunQueue::Ticket ticket_;
  const std::stop_token stop_;
  const Clock::time_point start_ = Clock::now();

  Mutex mutex_;
  Next waiting_ ABSL_GUARDED_BY(mutex_);  // for the next message, or null
  std::optional<Made> ready_ ABSL_GUARDED_BY(mutex_);  // which nobody waits for
  bool pulled_ ABSL_GUARDED_BY(mutex_) = false;
  bool working_ ABSL_GUARDED_BY(mutex_) = false;  // a slice is in line or runs
  bool gave_last_ = false;

  // Of the slices, which run one after the other:
  std::string reference_;  // "names@3"
  std::shared_ptr<const Model> model_;
  std::unique_ptr<SampleSequence> sequence_;
  std::unique_ptr<StepReader> steps_;           // with stream_tokens
  std::deque<v1::GenerateResponse> of_sample_;  // its tokens, and itself
  uint32_t made_ = 0;
  bool made_last_ = false;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_GENERATE_STREAM_H_
