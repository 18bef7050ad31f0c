// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HANDLERS_GENERATION_H_
#define MICROGPT_SERVER_HANDLERS_GENERATION_H_

#include "absl/status/statusor.h"
#include "microgpt/v1/microgpt.pb.h"
#include "server/datasets/datasets.h"
#include "server/handlers/call.h"
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
  const Parts parts_;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_GENERATION_H_
