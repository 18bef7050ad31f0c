// SPDX-License-Identifier: MIT
#include "server/jobs/training_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <new>
#include <optional>
#include <utility>

#include "core/generation/generator.h"
#include "core/training/trainer.h"

namespace microgpt::server {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPublishInterval{20};
constexpr std::chrono::seconds kSampleInterval{1};
constexpr int kSampleShare = 20;  // at most 1/20 of the time goes into samples
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
  if (!generator.ok()) return texts;
  std::vector<Attempt> attempts(kSamples);
  for (uint32_t i = 0; i < kSamples; ++i) attempts[i].index = i;
  auto samples = (*generator)->DrawMany(seed, attempts, false, stop);
  if (!samples) return texts;
  for (Sample& sample : *samples) texts.push_back(std::move(sample.text));
  return texts;
}

// As asked for, but on the threads that the job has; the bits are the same.
TrainingConfig OnThreads(const TrainingConfig& config, uint32_t threads) {
  TrainingSettings settings = *config;
  settings.threads = threads;
  return *TrainingConfig::Create(settings);
}

// One job on its way from the first step to the last.
class TrainingRun {
 public:
  TrainingRun(const JobBoard::Claimed& claimed, const PublishProgress& publish)
      : job_(claimed.job),
        stop_(claimed.stop),
        publish_(publish),
        start_(Clock::now()),
        trainer_(Trainer::Create(
            job_.model_config, OnThreads(job_.training_config, claimed.workers),
            *claimed.corpus)) {}

  FinishedJob Run() {
    const uint32_t steps = job_.training_config->steps;
    while (trainer_->steps_done() < steps) {
      const std::optional<double> loss = trainer_->Step(stop_);
      if (!loss) return End(JobState::kCancelled);
      Record(*loss);
      if (!std::isfinite(*loss)) return Fail(Diverged(*loss));
      if (!Validate()) return End(JobState::kCancelled);
      PublishIfDue();
    }
    return Succeed();
  }

  FinishedJob Fail(const absl::Status& error) {
    job_.error = error;
    return End(JobState::kFailed);
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
    if (now >= next_samples_) DrawProgressSamples(now);
    published_at_ = now;
    job_.elapsed = now - start_;
    publish_(job_, std::vector<double>(
                       losses_.begin() + static_cast<ptrdiff_t>(published_),
                       losses_.end()));
    published_ = losses_.size();
  }

  void DrawProgressSamples(Clock::time_point now) {
    auto model = std::make_shared<const Model>(trainer_->Snapshot());
    std::vector<std::string> samples =
        DrawSamples(std::move(model), job_.training_config->seed, stop_);
    if (!stop_.stop_requested()) job_.samples = std::move(samples);
    const Clock::duration taken = Clock::now() - now;
    next_samples_ =
        now + std::max<Clock::duration>(kSampleInterval, kSampleShare * taken);
  }

  FinishedJob End(JobState state) {
    job_.state = state;
    job_.elapsed = Clock::now() - start_;
    job_.end_time = std::chrono::system_clock::now();
    return {job_, std::move(losses_), nullptr};
  }

  absl::Status Diverged(double loss) const {
    return absl::FailedPreconditionError(fmt::format(
        "the loss became {} at step {}: config.learning_rate {} is too high "
        "for this config and data",
        std::abs(loss), job_.step, job_.training_config->learning_rate));
  }

  FinishedJob Succeed() {
    auto model = std::make_shared<const Model>(trainer_->Snapshot());
    // The last update may be the one too many; no loss tells.
    if (!model->is_finite()) return Fail(Diverged(HUGE_VAL));
    // The model is made: a cancel now only spares drawing the samples.
    job_.samples = DrawSamples(model, job_.training_config->seed, stop_);
    FinishedJob result = End(JobState::kSucceeded);
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
  Clock::time_point next_samples_ = start_ + kSampleInterval;
};

}  // namespace

FinishedJob RunTraining(const JobBoard::Claimed& claimed,
                        const PublishProgress& publish) {
  std::optional<TrainingRun> run;
  try {
    run.emplace(claimed, publish);
    return run->Run();
  } catch (const std::bad_alloc&) {
    const absl::Status error =
        absl::ResourceExhaustedError("the server ran out of memory");
    if (run) return run->Fail(error);
    return FailUnstarted(claimed.job, error);
  }
}

FinishedJob FailUnstarted(JobRecord job, const absl::Status& error) {
  job.state = JobState::kFailed;
  job.error = error;
  job.end_time = std::chrono::system_clock::now();
  return {std::move(job), {}, nullptr};
}

}  // namespace microgpt::server
