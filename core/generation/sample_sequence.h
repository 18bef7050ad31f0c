// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_GENERATION_SAMPLE_SEQUENCE_H_
#define MICROGPT_CORE_GENERATION_SAMPLE_SEQUENCE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>

#include "core/generation/generator.h"
#include "core/random/random_source.h"

namespace microgpt {

// The samples of one call, in order: draws them ahead, as many at once as is
// good, and draws again what is not wanted. Not thread-safe.
class SampleSequence {
 public:
  struct IndexedSettings {
    uint32_t seed;
    uint32_t count;
    uint32_t max_attempts;  // draws of one sample, at least 1
    bool token_logprobs;
  };

  // Sample i is the first string in stream i of IndexedRandom that is not
  // empty. The sequence ends before its time where max_attempts draws give
  // none.
  static std::unique_ptr<SampleSequence> Indexed(
      std::unique_ptr<Generator> generator, const IndexedSettings& settings);

  // Every string that one stream gives, empty ones too, with token_logprobs.
  static std::unique_ptr<SampleSequence> InOneStream(
      std::unique_ptr<Generator> generator,
      std::unique_ptr<RandomSource> random, uint32_t count);

  virtual ~SampleSequence() = default;

  // Draws on: of the first sample one string, then up to
  // Generator::StringsAtOnce(). False, and nothing is drawn, if `stop` was
  // requested. Precondition: Take() just answered nullopt, and !exhausted().
  virtual bool Draw(const std::stop_token& stop) = 0;

  // The next sample, if it is drawn.
  virtual std::optional<Sample> Take() = 0;

  // All are taken, or there is none for the next.
  virtual bool exhausted() const = 0;

  // Draws of the samples taken, and of the one after them if there is none.
  virtual uint64_t attempts() const = 0;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_GENERATION_SAMPLE_SEQUENCE_H_
