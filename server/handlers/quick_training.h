// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HANDLERS_QUICK_TRAINING_H_
#define MICROGPT_SERVER_HANDLERS_QUICK_TRAINING_H_

#include <memory>

#include "absl/status/statusor.h"
#include "microgpt/v1/microgpt.pb.h"
#include "server/handlers/generation_settings.h"
#include "server/handlers/model_source.h"

namespace microgpt::server {

// What a GenerateLikeRequest asks of its strings. Errors as ParseGeneration's.
absl::StatusOr<GenerationSettings> ParseGeneration(
    const v1::GenerateLikeRequest& request);

// A model that is trained on the request's documents, within its time from now
// on, slice by slice; Get says what is wrong with them.
//
// INVALID_ARGUMENT, fields "documents", "text" and "time_budget".
absl::StatusOr<std::unique_ptr<ModelSource>> FromDocuments(
    v1::GenerateLikeRequest request, uint32_t seed);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_QUICK_TRAINING_H_
