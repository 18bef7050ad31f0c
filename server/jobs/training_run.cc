// SPDX-License-Identifier: MIT
#include "server/jobs/training_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <new>
#include <numeric>
#include <utility>

#include "core/generation/generator.h"
#include "core/random/indexed_random.h"
#include "core/training/trainer.h"

namespace microgpt::server {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPublishInterval{20};
constexpr std::chrono::seconds kSampleInterval{1};
constexpr int kSamples = 5;
constexpr size_t kAveragedSteps = 100;  // of Job.loss
constexpr uint32_t kValidations = 10;   // in the whole training

// Five strings of a model. Seeded, so that a job's samples can be had again.
std::vector<std::string> DrawSamples(std::shared_ptr<const Model> model,
                                     uint32_t seed,
                                     const std::stop_token& stop) {
  std::vector<std::string> texts;
  const auto generator =
      Generator::Create(std::move(model), SamplingConfig(), "");
  for (uint32_t i = 0; generator.ok() && i < kSamples; ++i) {
    IndexedRandom random(seed, i);
    auto sample = (*generator)->Draw(random, stop);
    if (sample) texts.push_back(std::move(sample->text));
  }
  return texts;
}

// One job on its way from the first step to the last.
class TrainingRun {
 public:
  TrainingRun(const JobBoard::Claimed& claimed, const PublishProgress& publish)
      : job_(claimed.job),
        stop_(claimed.stop),
        publish_(publish),
        start_(Clock::now()),
        trainer_(Trainer::Create(job_.model_config, job_.training_config,
                                 *claimed.corpus)) {}

  TrainingResult Run() {
    const uint32_t steps = job_.training_config->steps;
    while (trainer_->steps_done() < steps) {
      const std::optional<double> loss = trainer_->Step(stop_);
      if (!loss) return End(JobState::kCancelled);
      Record(*loss);
      if (!std::isfinite(*loss)) return Fail(*loss);
      if (!Validate()) return End(JobState::kCancelled);
      PublishIfDue();
    }
    return Succeed();
  }

 private:
  void Record(double loss) {
    losses_.push_back(loss);
    job_.step = trainer_->steps_done();
    const size_t count = std::min(losses_.size(), kAveragedSteps);
    recent_ += loss;
    if (losses_.size() > kAveragedSteps) {
      recent_ -= losses_[losses_.size() - 1 - kAveragedSteps];
    }
    job_.loss = recent_ / static_cast<double>(count);
  }

  // Takes the validation loss at each tenth of the training. False: cancelled.
  bool Validate() {
    const uint32_t steps = job_.training_config->steps;
    const auto tenths = [steps](uint64_t done) {
      return done * kValidations / steps;
    };
    const bool due = tenths(job_.step) > tenths(job_.step - 1);
    if (!due || job_.training_config->validation == 0) return true;
    const std::optional<double> loss = trainer_->ValidationLoss(stop_);
    if (loss) job_.validation.push_back({job_.step, *loss});
    return !stop_.stop_requested();
  }

  void PublishIfDue() {
    const Clock::time_point now = Clock::now();
    if (now - published_at_ < kPublishInterval) return;
    if (now - sampled_at_ >= kSampleInterval) {
      sampled_at_ = now;
      job_.samples =
          DrawSamples(std::make_shared<const Model>(trainer_->Snapshot()),
                      job_.training_config->seed, stop_);
    }
    published_at_ = now;
    job_.elapsed = now - start_;
    publish_(job_, std::vector<double>(
                       losses_.begin() + static_cast<ptrdiff_t>(published_),
                       losses_.end()));
    published_ = losses_.size();
  }

  TrainingResult End(JobState state) {
    job_.state = state;
    job_.elapsed = Clock::now() - start_;
    job_.end_time = std::chrono::system_clock::now();
    return {job_, std::move(losses_), nullptr};
  }

  TrainingResult Fail(double loss) {
    job_.error = absl::FailedPreconditionError(fmt::format(
        "the loss became {} at step {}: config.learning_rate {} is too high "
        "for this config and data",
        std::abs(loss), job_.step, job_.training_config->learning_rate));
    return End(JobState::kFailed);
  }

  TrainingResult Succeed() {
    auto model = std::make_shared<const Model>(trainer_->Snapshot());
    job_.samples = DrawSamples(model, job_.training_config->seed, {});
    TrainingResult result = End(JobState::kSucceeded);
    result.model = std::move(model);
    return result;
  }

  JobRecord job_;
  const std::stop_token stop_;
  const PublishProgress& publish_;
  const Clock::time_point start_;
  const std::unique_ptr<Trainer> trainer_;
  std::vector<double> losses_;
  double recent_ = 0;     // sum of the last kAveragedSteps losses
  size_t published_ = 0;  // losses that `publish` has seen
  Clock::time_point published_at_ = start_;
  Clock::time_point sampled_at_ = start_;
};

}  // namespace

TrainingResult RunTraining(const JobBoard::Claimed& claimed,
                           const PublishProgress& publish) {
  try {
    return TrainingRun(claimed, publish).Run();
  } catch (const std::bad_alloc&) {
    TrainingResult result{claimed.job, {}, nullptr};
    result.job.state = JobState::kFailed;
    result.job.error =
        absl::ResourceExhaustedError("the server ran out of memory");
    result.job.end_time = std::chrono::system_clock::now();
    return result;
  }
}

}  // namespace microgpt::server
