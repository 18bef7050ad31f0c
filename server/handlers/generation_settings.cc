// SPDX-License-Identifier: MIT
#include "server/handlers/generation_settings.h"

#include <fmt/format.h>

#include <random>

#include "core/errors/errors.h"
#include "core/errors/ranges.h"
#include "core/generation/generator.h"
#include "server/handlers/convert.h"
#include "server/handlers/defaults.h"
#include "server/handlers/limits.h"

namespace microgpt::server {
namespace {

constexpr uint32_t kDefaultCount = 20;
constexpr uint32_t kDefaultAttempts = 1000;

// A device asks the processor what it can do before it is of use, which takes
// several times as long as a number where that is a virtual one.
uint32_t RandomSeed() {
  thread_local std::random_device device;
  return device();
}

ConditionSettings ParseCondition(const v1::Condition& condition) {
  ConditionSettings settings{.suffix = condition.suffix(),
                             .contains = condition.contains(),
                             .regex = condition.regex(),
                             .alphabet = condition.alphabet()};
  if (condition.has_min_length()) settings.min_length = condition.min_length();
  if (condition.has_max_length()) settings.max_length = condition.max_length();
  return settings;
}

}  // namespace

absl::StatusOr<GenerationSettings> ParseGeneration(
    const v1::GenerateRequest& request) {
  GenerationSettings settings;
  settings.model = NameOrDefault(request.model());
  settings.count = request.has_count() ? request.count() : kDefaultCount;
  MICROGPT_RETURN_IF_ERROR(CheckRange("count", settings.count, 1, kMaxSamples));
  MICROGPT_ASSIGN_OR_RETURN(settings.sampling, ParseSampling(request));
  settings.max_attempts =
      request.has_max_attempts() ? request.max_attempts() : kDefaultAttempts;
  MICROGPT_RETURN_IF_ERROR(CheckRange("max_attempts", settings.max_attempts, 1,
                                      Attempt::kMaxAttempts));
  if (!v1::GenerateRequest::Randomness_IsValid(request.randomness())) {
    return FieldError("randomness", fmt::format("{} is not a known value",
                                                request.randomness()));
  }
  settings.python =
      request.randomness() == v1::GenerateRequest::RANDOMNESS_PYTHON;
  if (request.has_seed()) {
    settings.seed = request.seed();
  } else if (!settings.python) {
    settings.seed = RandomSeed();
  }
  settings.prefix = request.prefix();
  settings.where = ParseCondition(request.where());
  settings.unique = request.unique();
  settings.novel = request.novel();
  settings.logprobs = request.logprobs();
  settings.stream_tokens = request.stream_tokens();
  return settings;
}

}  // namespace microgpt::server
