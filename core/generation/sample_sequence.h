// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_GENERATION_SAMPLE_SEQUENCE_H_
#define MICROGPT_CORE_GENERATION_SAMPLE_SEQUENCE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>

#include "core/generation/condition.h"
#include "core/generation/generator.h"
#include "core/random/random_source.h"
#include "core/text/document_set.h"

namespace microgpt {

// Which of the strings that are drawn a caller wants. What is drawn again until
// it is wanted follows the model's own distribution under what is wanted.
struct Wanted {
  std::optional<Condition> condition = {};
  // Of the text that the model learned, to tell Sample::novel; null: not told.
  std::shared_ptr<const DocumentSet> documents = {};
  bool novel = false;   // none of `documents`, which are given then
  bool unique = false;  // none that an earlier sample of the sequence is

  // Whether there is anything that a string could fail to be.
  bool anything() const { return condition || novel || unique; }
};

// The samples of one call, in order: draws them ahead, as many at once as is
// good, and draws again what is not wanted. Not thread-safe.
class SampleSequence {
 public:
  struct Settings {
    uint32_t count;
    // Draws of a sample, on average. A sequence ends before its time once
    // max_attempts · (samples taken + kSamplesBehind) draws give no other: bad
    // luck with one sample does not end it, and a hopeless one ends soon,
    // however many are asked for. 1..Attempt::kMaxAttempts
    uint32_t max_attempts;
    bool token_logprobs = false;
    Wanted wanted = {};
  };

  static constexpr uint32_t kSamplesBehind = 20;

  // Sample i is the string of the first Attempt of index i that is wanted and
  // not empty: a function of (model, seed, i, settings but count) whatever is
  // drawn beside it.
  static std::unique_ptr<SampleSequence> Indexed(
      std::unique_ptr<Generator> generator, uint32_t seed, Settings settings);

  // The strings that one stream gives, one after the other, with
  // token_logprobs: all of them, empty ones too, if nothing is asked of them;
  // else those that are wanted and not empty.
  static std::unique_ptr<SampleSequence> InOneStream(
      std::unique_ptr<Generator> generator,
      std::unique_ptr<RandomSource> random, Settings settings);

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
  // Those made ahead and not needed do not count.
  virtual uint64_t attempts() const = 0;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_GENERATION_SAMPLE_SEQUENCE_H_
