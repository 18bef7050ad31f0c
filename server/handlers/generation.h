// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HANDLERS_GENERATION_H_
#define MICROGPT_SERVER_HANDLERS_GENERATION_H_

#include "absl/status/statusor.h"
#include "microgpt/v1/microgpt.pb.h"
#include "server/handlers/call.h"
#include "server/handlers/generate_stream.h"

namespace microgpt::server {

// Generate and Score, as microgpt.proto promises them. All computing happens
// in slices on the run queue. Thread-safe.
class GenerationHandlers {
 public:
  // All must outlive this, and every call under way.
  using Parts = GenerateStream::Parts;

  explicit GenerationHandlers(const Parts& parts) : parts_(parts) {}

  absl::StatusOr<ResponseStreamPtr<v1::GenerateResponse>> Generate(
      v1::GenerateRequest request, const CallContext& context);
  void Score(v1::ScoreRequest request, const CallContext& context,
             Done<v1::ScoreResponse> done);

 private:
  const Parts parts_;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_GENERATION_H_
