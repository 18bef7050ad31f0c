// SPDX-License-Identifier: MIT
#include "core/benchmark/generate.h"

#include <memory>
#include <utility>
#include <vector>

#include "core/benchmark/documents.h"
#include "core/generation/generator.h"
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

// Draws strings without end, each from a stream of numbers of its own, as
// Generate does.
class EndlessDrawing {
 public:
  EndlessDrawing(const Case& c, std::shared_ptr<const Model> model)
      : generator_(
            Generator::Create(std::move(model),
                              SamplingConfig::Create(c->sampling).value(), "")
                .value()) {}

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
    for (Sample& sample : samples_) {
      IndexedRandom random(/*seed=*/1, index_++);
      sample = *generator_->Draw(random, {});
    }
  }

  const std::unique_ptr<Generator> generator_;
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
  line.Add("streams", c->streams)
      .Add("temperature", c->sampling.temperature)
      .Add("tokens_per_s", 1 / seconds.median)
      .Add("spread", {1 / seconds.p90, 1 / seconds.p10})
      .Add("best", 1 / seconds.min)
      .Add("repetitions", seconds_a_token.size())
      .Add("tokens_per_string", drawing.tokens_per_string());
  return line;
}

}  // namespace microgpt::benchmark
