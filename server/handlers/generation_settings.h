// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HANDLERS_GENERATION_SETTINGS_H_
#define MICROGPT_SERVER_HANDLERS_GENERATION_SETTINGS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "core/generation/condition.h"
#include "core/generation/sampling.h"
#include "microgpt/v1/microgpt.pb.h"

namespace microgpt::server {

// A GenerateRequest, checked as far as it can be without the model.
struct GenerationSettings {
  std::string model;
  uint32_t count = 0;
  SamplingConfig sampling;
  std::optional<uint32_t> seed;  // unset: PYTHON goes on from training
  std::string prefix;
  ConditionSettings where;
  bool unique = false;
  bool novel = false;
  bool logprobs = false;
  bool stream_tokens = false;
  uint32_t max_attempts = 0;
  bool python = false;
};

// Unset fields become their defaults; an unset seed is drawn.
absl::StatusOr<GenerationSettings> ParseGeneration(
    const v1::GenerateRequest& request);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_GENERATION_SETTINGS_H_
