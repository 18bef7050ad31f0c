// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HANDLERS_GENERATE_STREAM_H_
#define MICROGPT_SERVER_HANDLERS_GENERATE_STREAM_H_

#include <chrono>
#include <cstddef>
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
#include "server/handlers/generator_pool.h"
#include "server/handlers/model_source.h"
#include "server/threads/mutex.h"
#include "server/threads/run_queue.h"

namespace microgpt::server {

// One Generate call: makes messages on a sampler thread, one ahead of what is
// pulled, so that it draws while the transport writes; then it takes no time of
// the thread until it is pulled again. What it holds is that message, what is
// drawn at once, the tokens of one sample and, where they are to be unique, the
// texts that were sent.
class GenerateStream : public ResponseStream<v1::GenerateResponse>,
                       public std::enable_shared_from_this<GenerateStream> {
 public:
  // Both must outlive this.
  struct Parts {
    GeneratorPool& generators;  // of models that other calls have too
    RunQueue& queue;            // the ticket's
  };

  GenerateStream(GenerationSettings settings,
                 std::unique_ptr<ModelSource> source, const Parts& parts,
                 RunQueue::Ticket ticket, std::stop_token stop);

  void Pull(Next next) override ABSL_LOCKS_EXCLUDED(mutex_);
  bool ended() const override { return gave_last_; }
  void Recycle(v1::GenerateResponse used) override ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  using Clock = std::chrono::steady_clock;
  using Message = absl::StatusOr<std::optional<v1::GenerateResponse>>;
  struct Made {
    Message message;
    bool last;
  };

  bool RunSlice() ABSL_LOCKS_EXCLUDED(mutex_);
  void Give(Made made, const Next& next);
  absl::Status Start(ReadyModel ready);
  absl::StatusOr<std::unique_ptr<Generator>> TakeGenerator() const;
  absl::StatusOr<Wanted> MakeWanted();
  absl::Status CheckUnique() const;
  Message MakeMessage();
  v1::GenerateResponse TakeSpare() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status AddSamples(Clock::time_point end, v1::GenerateResponse& message);
  absl::Status PutTokens(const Sample& sample);
  v1::Token MakeToken(const TokenStep& step) const;
  void Add(const Sample& sample, v1::GenerateResponse& message);
  void AddSummary(v1::GenerateResponse& message) const;

  const GenerationSettings settings_;
  const Parts parts_;
  const RunQueue::Ticket ticket_;
  const std::stop_token stop_;
  const Clock::time_point start_ = Clock::now();

  Mutex mutex_;
  Next waiting_ ABSL_GUARDED_BY(mutex_);  // for the next message, or null
  std::optional<Made> ahead_ ABSL_GUARDED_BY(mutex_);   // nobody waits for it
  v1::GenerateResponse spare_ ABSL_GUARDED_BY(mutex_);  // to make the next in
  bool pulled_ ABSL_GUARDED_BY(mutex_) = false;
  bool working_ ABSL_GUARDED_BY(mutex_) = false;  // a slice is in line or runs
  bool gave_last_ = false;

  // Of the slices, which run one after the other:
  std::unique_ptr<ModelSource> source_;  // until there is a model
  ReadyModel ready_;
  std::unique_ptr<SampleSequence> sequence_;
  size_t prefix_tokens_ = 0;
  std::unique_ptr<StepReader> steps_;           // with stream_tokens
  std::deque<v1::GenerateResponse> of_sample_;  // its tokens, and itself
  uint32_t made_ = 0;
  bool made_last_ = false;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_GENERATE_STREAM_H_
