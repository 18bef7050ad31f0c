// SPDX-License-Identifier: MIT
#include "core/benchmark/generate.h"

#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/benchmark/documents.h"
#include "core/generation/generator.h"
#include "core/generation/sample_sequence.h"
#include "core/model/model.h"
#include "core/random/indexed_random.h"
#include "core/text/characters.h"
#include "core/training/trainer.h"

namespace microgpt::benchmark {
namespace {

std::shared_ptr<const Model> Train(const Case& c, const Corpus& documents) {
  const std::unique_ptr<Trainer> trainer =
      Trainer::Create(ModelConfig::Create(c->model).value(),
                      TrainingConfig::Create(c->training).value(), documents);
  while (trainer->steps_done() < c->training.steps) trainer->Step({});
  return std::make_shared<Model>(trainer->Snapshot());
}

uint64_t CountTokens(const Sample& sample) {
  return CountCharacters(TokenizerKind::kCodePoint, sample.text) +
         (sample.truncated ? 0 : 1);
}

// Draws strings without end, each from a stream of numbers of its own: one call
// of Generate that never ends, or one string after the other.
class EndlessDrawing {
 public:
  EndlessDrawing(const Case& c, std::shared_ptr<const Model> model)
      : single_(c->streams == 1),
        generator_(
            Generator::Create(std::move(model),
                              SamplingConfig::Create(c->sampling).value(), "")
                .value()),
        streams_(single_ ? 1 : generator_->StringsAtOnce()) {
    if (single_) return;
    sequence_ =
        SampleSequence::Indexed(std::move(generator_), /*seed=*/1,
                                {.count = std::numeric_limits<uint32_t>::max(),
                                 .max_attempts = 1000,
                                 .token_logprobs = false});
  }

  size_t streams() const { return streams_; }

  // units: tokens. Counts them when the clock stands.
  Timed Run(uint64_t strings) {
    samples_.resize(strings);
    Timed timed{.seconds = SecondsOf([&] { Draw(); }), .units = 0};
    for (const Sample& sample : samples_) {
      timed.units += static_cast<double>(CountTokens(sample));
    }
    strings_ += strings;
    tokens_ += timed.units;
    return timed;
  }

  double tokens_per_string() const {
    return tokens_ / static_cast<double>(strings_);
  }

 private:
  void Draw() {
    for (Sample& sample : samples_) sample = single_ ? DrawOne() : TakeNext();
  }

  Sample DrawOne() {
    IndexedRandom random(/*seed=*/1, index_++);
    return *generator_->Draw(random, {});
  }

  // An empty one if the model draws nothing else.
  Sample TakeNext() {
    while (true) {
      if (std::optional<Sample> sample = sequence_->Take()) return *sample;
      if (sequence_->exhausted()) return {};
      sequence_->Draw({});
    }
  }

  const bool single_;
  std::unique_ptr<Generator> generator_;  // of single strings
  const size_t streams_;
  std::unique_ptr<SampleSequence> sequence_;
  std::vector<Sample> samples_;
  uint32_t index_ = 0;
  uint64_t strings_ = 0;
  double tokens_ = 0;
};

}  // namespace

JsonLine MeasureGeneration(const Case& c, const Corpus& lines,
                           const Effort& effort) {
  const Corpus documents = MakeDocuments(c, lines);
  EndlessDrawing drawing(c, Train(c, documents));
  const std::vector<double> seconds_a_token =
      Repeat(effort, [&](uint64_t strings) { return drawing.Run(strings); });
  const Summary seconds = Summarize(seconds_a_token);
  JsonLine line = CaseLine("generate", c, VocabSize(documents));
  line.Add("streams", drawing.streams())
      .Add("temperature", c->sampling.temperature)
      .Add("tokens_per_s", 1 / seconds.median)
      .Add("spread", {1 / seconds.p90, 1 / seconds.p10})
      .Add("best", 1 / seconds.min)
      .Add("repetitions", seconds_a_token.size())
      .Add("tokens_per_string", drawing.tokens_per_string());
  return line;
}

}  // namespace microgpt::benchmark
