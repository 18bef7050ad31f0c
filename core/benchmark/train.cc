// SPDX-License-Identifier: MIT
#include "core/benchmark/train.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include "core/benchmark/documents.h"
#include "core/benchmark/peak.h"
#include "core/benchmark/work.h"
#include "core/random/python_random.h"
#include "core/training/trainer.h"

namespace microgpt::benchmark {
namespace {

// A training that goes on for as long as it is measured, at a learning rate
// that hardly falls.
class EndlessTraining {
 public:
  EndlessTraining(const Case& c, const Corpus& documents)
      : documents_(documents),
        model_(ModelConfig::Create(c->model).value()),
        training_(Endless(c->training)),
        tokens_(PredictedTokens(documents, c->model.block_size)) {
    PythonRandom(training_->seed).Shuffle(std::span(tokens_));
    Begin();
  }

  // units: predicted tokens.
  Timed Run(uint64_t steps) {
    if (trainer_->steps_done() + steps > training_->steps) Begin();
    const double tokens = TokensOfNext(steps);
    const double seconds = SecondsOf([&] {
      for (uint64_t i = 0; i < steps; ++i) trainer_->Step({});
    });
    return {.seconds = seconds, .units = tokens};
  }

 private:
  static TrainingConfig Endless(TrainingSettings settings) {
    settings.steps = 1'000'000;
    return TrainingConfig::Create(settings).value();
  }

  void Begin() { trainer_ = Trainer::Create(model_, training_, documents_); }

  // The trainer's order of documents is part of its contract.
  double TokensOfNext(uint64_t steps) const {
    const uint64_t batch = training_->batch_size;
    const uint64_t begin = trainer_->steps_done() * batch;
    double tokens = 0;
    for (uint64_t i = begin; i < begin + steps * batch; ++i) {
      tokens += tokens_[i % tokens_.size()];
    }
    return tokens;
  }

  const Corpus& documents_;
  const ModelConfig model_;
  const TrainingConfig training_;
  std::vector<uint32_t> tokens_;  // that each document is good for, shuffled
  std::unique_ptr<Trainer> trainer_;
};

// Means over all documents.
struct MeanDocument {
  double tokens = 0;
  double flops = 0;
};

MeanDocument Mean(const Case& c, const Corpus& documents) {
  MeanDocument sum;
  const uint32_t vocab = VocabSize(documents);
  for (const uint32_t tokens :
       PredictedTokens(documents, c->model.block_size)) {
    sum.tokens += tokens;
    sum.flops += TrainingFlops(c->model, vocab, tokens);
  }
  const auto n = static_cast<double>(documents.size());
  return {.tokens = sum.tokens / n, .flops = sum.flops / n};
}

struct Measured {
  std::vector<double> seconds_a_token;
  double peak_gflops = 0;
  std::vector<double> speedups;  // none with one thread
};

// The same training on one thread.
class AloneBeside {
 public:
  AloneBeside(const Case& c, const Corpus& documents) {
    CaseSettings settings = *c;
    settings.training.threads = 1;
    if (c->training.threads > 1) {
      training_.emplace(Case::Create(settings).value(), documents);
    }
  }

  // How many times as fast `timed` is as so many steps here; nothing if it was
  // on one thread too.
  std::optional<double> Speedup(const Timed& timed, uint64_t steps) {
    if (!training_) return std::nullopt;
    const Timed alone = training_->Run(steps);
    return timed.units / timed.seconds / (alone.units / alone.seconds);
  }

 private:
  std::optional<EndlessTraining> training_;
};

// The peak, and one thread's speed, are measured again and again in between:
// clocks change with heat and with neighbours, and a ratio compares what
// happened at the same time.
Measured Measure(const Case& c, const Corpus& documents, const Effort& effort) {
  EndlessTraining training(c, documents);
  AloneBeside alone(c, documents);
  Measured measured;
  constexpr int kRepetitionsAPeak = 4;
  std::vector<double> peaks;
  int repetitions = 0;
  const auto run = [&](uint64_t steps) {
    if (repetitions++ % kRepetitionsAPeak == 0) {
      peaks.push_back(PeakGflops(c->training.precision, c->training.threads,
                                 /*seconds=*/0.003));
    }
    const Timed timed = training.Run(steps);
    if (const std::optional<double> speedup = alone.Speedup(timed, steps)) {
      measured.speedups.push_back(*speedup);
    }
    return timed;
  };
  measured.seconds_a_token = Repeat(effort, run);
  measured.peak_gflops = Summarize(peaks).median;
  return measured;
}

}  // namespace

JsonLine MeasureTraining(const Case& c, const Corpus& lines,
                         const Effort& effort) {
  const Corpus documents = MakeDocuments(c, lines);
  const uint32_t vocab = VocabSize(documents);
  const MeanDocument mean = Mean(c, documents);
  const Measured measured = Measure(c, documents, effort);
  std::vector<double> us_per_document = measured.seconds_a_token;
  for (double& value : us_per_document) value *= 1e6 * mean.tokens;

  const double us = Summarize(us_per_document).median;
  const uint64_t parameters =
      CountParameters(ModelConfig::Create(c->model).value(), vocab);
  JsonLine line = CaseLine("train", c, vocab);
  line.Add("batch", c->training.batch_size);
  AddTimes("us_per_document", us_per_document, line);
  line.Add("peak_fraction", mean.flops / us / (1e3 * measured.peak_gflops))
      .Add("peak_gflops", measured.peak_gflops)
      .Add("flops_per_document", mean.flops)
      .Add("tokens_per_document", mean.tokens)
      .Add("parameters", parameters)
      .Add("ns_per_parameter_token",
           1e3 * us / (static_cast<double>(parameters) * mean.tokens));
  if (!measured.speedups.empty()) {
    line.Add("speedup", Summarize(measured.speedups).median);
  }
  return line;
}

}  // namespace microgpt::benchmark
