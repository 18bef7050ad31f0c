// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HANDLERS_GENERATION_H_
#define MICROGPT_SERVER_HANDLERS_GENERATION_H_

#include <memory>
#include <stop_token>

#include "absl/status/statusor.h"
#include "microgpt/v1/microgpt.pb.h"
#include "server/datasets/datasets.h"
#include "server/handlers/call.h"
#include "server/handlers/generation_settings.h"
#include "server/handlers/generator_pool.h"
#include "server/handlers/model_source.h"
#include "server/registry/registry.h"
#include "server/threads/run_queue.h"

namespace microgpt::server {

// Generate, GenerateLike and Score, as microgpt.proto promises them. All
// computing happens in slices on the run queue. Thread-safe.
class GenerationHandlers {
 public:
  // All must outlive this, and every call under way.
  struct Parts {
    const Registry& registry;
    Datasets& datasets;
    GeneratorPool& generators;
    RunQueue& queue;
  };

  explicit GenerationHandlers(const Parts& parts) : parts_(parts) {}

  absl::StatusOr<ResponseStreamPtr<v1::GenerateResponse>> Generate(
      v1::GenerateRequest request, const CallContext& context);
  absl::StatusOr<ResponseStreamPtr<v1::GenerateResponse>> GenerateLike(
      v1::GenerateLikeRequest request, const CallContext& context);
  void Score(v1::ScoreRequest request, const CallContext& context,
             Done<v1::ScoreResponse> done);

 private:
  ResponseStreamPtr<v1::GenerateResponse> Stream(
      GenerationSettings settings, std::unique_ptr<ModelSource> source,
      RunQueue::Ticket ticket, std::stop_token stop) const;

  const Parts parts_;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_GENERATION_H_
