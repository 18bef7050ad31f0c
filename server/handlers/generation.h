// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HANDLERS_GENERATION_H_
#define MICROGPT_SERVER_HANDLERS_GENERATION_H_

#include "absl/status/statusor.h"
#include "microgpt/v1/microgpt.pb.h"
#include "server/handlers/call.h"
#include "server/registry/registry.h"
#include "server/threads/run_queue.h"

namespace microgpt::server {

// Generate and Score, as microgpt.proto promises them. All computing happens
// in slices on the run queue. Thread-safe.
class GenerationHandlers {
 public:
  // Both must outlive this, and every call under way.
  GenerationHandlers(const Registry& registry, RunQueue& queue)
      : registry_(registry), queue_(queue) {}

  absl::StatusOr<ResponseStreamPtr<v1::GenerateResponse>> Generate(
      v1::GenerateRequest request, const CallContext& context);
  void Score(v1::ScoreRequest request, const CallContext& context,
             Done<v1::ScoreResponse> done);

 private:
  const Registry& registry_;
  RunQueue& queue_;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_GENERATION_H_
