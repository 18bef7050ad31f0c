// SPDX-License-Identifier: MIT
#include <array>
#include <chrono>
#include <limits>
#include <memory>
#include <vector>

#include "core/benchmark/documents.h"
#include "core/benchmark/train.h"
#include "core/training/trainer.h"

namespace microgpt::benchmark {
namespace {

// The mean of the last 500 numbers.
class RunningMean {
 public:
  void Add(double value) {
    double& oldest = values_[count_++ % values_.size()];
    sum_ += value - oldest;
    oldest = value;
  }
  bool IsFull() const { return count_ >= values_.size(); }
  double Get() const { return sum_ / static_cast<double>(values_.size()); }

 private:
  std::array<double, 500> values_ = {};
  size_t count_ = 0;
  double sum_ = 0;
};

// When one training came below a loss. Not reached: step 0.
struct Reached {
  uint32_t step = 0;
  double seconds = std::numeric_limits<double>::quiet_NaN();
};

// One for each of `losses`, which fall.
std::vector<Reached> Train(const Case& c, const Corpus& documents,
                           const std::vector<double>& losses) {
  using Clock = std::chrono::steady_clock;
  const std::unique_ptr<Trainer> trainer =
      Trainer::Create(ModelConfig::Create(c->model).value(),
                      TrainingConfig::Create(c->training).value(), documents);
  std::vector<Reached> reached;
  RunningMean mean;
  const Clock::time_point begin = Clock::now();
  while (reached.size() < losses.size() &&
         trainer->steps_done() < c->training.steps) {
    mean.Add(*trainer->Step({}));
    while (mean.IsFull() && reached.size() < losses.size() &&
           mean.Get() < losses[reached.size()]) {
      const std::chrono::duration<double> seconds = Clock::now() - begin;
      reached.push_back(
          {.step = trainer->steps_done(), .seconds = seconds.count()});
    }
  }
  reached.resize(losses.size());
  return reached;
}

}  // namespace

std::vector<JsonLine> MeasureTimeToLoss(const Case& c, const Corpus& lines,
                                        const std::vector<double>& losses,
                                        int runs) {
  const Corpus documents = MakeDocuments(c, lines);
  std::vector<std::vector<Reached>> trainings;
  for (int i = 0; i < runs; ++i) {
    trainings.push_back(Train(c, documents, losses));
  }
  std::vector<JsonLine> rows;
  for (size_t i = 0; i < losses.size(); ++i) {
    std::vector<double> seconds;
    for (const auto& training : trainings) {
      seconds.push_back(training[i].seconds);
    }
    JsonLine& row =
        rows.emplace_back(CaseLine("time_to_loss", c, VocabSize(documents)));
    row.Add("batch", c->training.batch_size)
        .Add("steps", c->training.steps)
        .Add("learning_rate", c->training.learning_rate)
        .Add("init_std", c->training.init_std)
        .Add("loss", losses[i])
        .Add("step", trainings.front()[i].step);
    AddTimes("seconds", seconds, row);
  }
  return rows;
}

}  // namespace microgpt::benchmark
