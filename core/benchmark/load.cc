// SPDX-License-Identifier: MIT
#include "core/benchmark/load.h"

#include <functional>
#include <numeric>
#include <span>
#include <vector>

#include "core/benchmark/documents.h"
#include "core/random/python_random.h"
#include "core/text/corpus.h"
#include "core/text/tokenizer.h"
#include "core/training/trainer.h"

namespace microgpt::benchmark {
namespace {

std::vector<double> Milliseconds(const Effort& effort,
                                 const std::function<void()>& function) {
  std::vector<double> values = Repeat(effort, [&](uint64_t times) -> Timed {
    const double seconds = SecondsOf([&] {
      for (uint64_t i = 0; i < times; ++i) function();
    });
    return {.seconds = seconds, .units = static_cast<double>(times)};
  });
  for (double& value : values) value *= 1000;
  return values;
}

void Tokenise(const Corpus& corpus) {
  Tokenizer::ForCorpus(TokenizerKind::kCodePoint, corpus)
      .value()
      .Encode(corpus);
}

void Shuffle(size_t documents) {
  std::vector<uint32_t> order(documents);
  std::iota(order.begin(), order.end(), 0);
  PythonRandom(42).Shuffle(std::span(order));
}

}  // namespace

JsonLine MeasureLoading(const Case& c, std::string_view text,
                        const Effort& effort) {
  const ModelConfig model = ModelConfig::Create(c->model).value();
  const TrainingConfig training = TrainingConfig::Create(c->training).value();
  const Corpus corpus = Corpus::FromText(text).value();
  const auto median = [&](const std::function<void()>& function) {
    return Summarize(Milliseconds(effort, function)).median;
  };
  CaseSettings settings = *c;
  settings.documents = Documents::kLines;
  JsonLine line =
      CaseLine("load", Case::Create(settings).value(), VocabSize(corpus));
  line.Add("lines", corpus.size()).Add("bytes", text.size());
  const auto load = [&] {
    Trainer::Create(model, training, Corpus::FromText(text).value());
  };
  AddTimes("ms", Milliseconds(effort, load), line);
  line.Add("parse_ms", median([&] { Corpus::FromText(text).IgnoreError(); }))
      .Add("tokenise_ms", median([&] { Tokenise(corpus); }))
      .Add("shuffle_ms", median([&] { Shuffle(corpus.size()); }));
  return line;
}

}  // namespace microgpt::benchmark
