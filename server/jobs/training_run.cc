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
#include "core/model/parameters.h"
#include "core/training/norms.h"
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
constexpr std::chrono::milliseconds kCheckpointInterval{250};  // of the newest

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

uint64_t WeightBytes(const JobRecord& job) {
  const bool doubles = job.training_config->precision == Precision::kFloat64;
  return job.num_parameters * (doubles ? sizeof(double) : sizeof(float));
}

// One job on its way from the first step to the last.
class TrainingRun {
 public:
  TrainingRun(const JobBoard::Claimed& claimed, Checkpoints& checkpoints,
              const PublishProgress& publish)
      : job_(claimed.job),
        stop_(claimed.stop),
        checkpoints_(checkpoints),
        publish_(publish),
        start_(Clock::now()),
        trainer_(Trainer::Create(
            job_.model_config, OnThreads(job_.training_config, claimed.workers),
            *claimed.corpus)),
        norm_steps_(NormSteps(job_.training_config->steps)),
        step_norms_(CountTensors(job_.model_config)),
        checkpoint_steps_(
            CheckpointSteps(job_.training_config->steps, WeightBytes(job_))) {}

  FinishedJob Run() {
    const uint32_t steps = job_.training_config->steps;
    KeepCheckpointIfDue();
    while (trainer_->steps_done() < steps) {
      const std::optional<double> loss = Step();
      if (!loss) return End(JobState::kCancelled);
      Record(*loss);
      if (!std::isfinite(*loss)) return Fail(Diverged(*loss));
      if (!Validate()) return End(JobState::kCancelled);
      KeepCheckpointIfDue();
      PublishIfDue();
    }
    return Succeed();
  }

  FinishedJob Fail(const absl::Status& error) {
    job_.error = error;
    return End(JobState::kFailed);
  }

 private:
  // The next step, with its norms where they are to be taken.
  std::optional<double> Step() {
    const uint32_t step = trainer_->steps_done() + 1;
    if (norms_taken_ == norm_steps_.size() ||
        norm_steps_[norms_taken_] != step) {
      return trainer_->Step(stop_);
    }
    const std::optional<double> loss =
        trainer_->MeasuredStep(stop_, step_norms_);
    if (!loss) return loss;
    ++norms_taken_;
    norms_.steps.push_back(step);
    for (const TensorNorms& tensor : step_norms_) {
      for (const double norm :
           {tensor.gradient, tensor.parameter, tensor.update}) {
        norms_.values.push_back(static_cast<float>(norm));
      }
    }
    return loss;
  }

  // The last step's is the model that is made, which Succeed keeps.
  void KeepCheckpointIfDue() {
    const uint32_t step = trainer_->steps_done();
    if (checkpoint_steps_.empty() || step == checkpoint_steps_.back()) return;
    if (stop_.stop_requested()) return;  // its model may be being deleted
    const Clock::time_point now = Clock::now();
    const bool planned = step == checkpoint_steps_[checkpoints_kept_];
    const bool overdue = now - checkpoint_at_ >= kCheckpointInterval;
    if (!planned && !overdue) return;
    checkpoint_at_ = now;
    checkpoints_kept_ += planned;
    auto model = std::make_shared<const Model>(trainer_->Snapshot());
    if (!model->is_finite()) return;
    checkpoints_.Add(
        job_.id, step, std::move(model),
        planned ? Checkpoints::Keep::kLasting : Checkpoints::Keep::kNewest);
  }

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
    publish_(
        job_,
        {losses_.begin() + static_cast<ptrdiff_t>(published_), losses_.end()},
        NewNorms());
    published_ = losses_.size();
  }

  // Those that `publish` has not seen.
  NormHistory NewNorms() {
    const auto begin = static_cast<ptrdiff_t>(norms_published_);
    const auto values =
        static_cast<ptrdiff_t>(NormHistory::kNorms * step_norms_.size());
    norms_published_ = norms_.steps.size();
    return {{norms_.steps.begin() + begin, norms_.steps.end()},
            {norms_.values.begin() + begin * values, norms_.values.end()}};
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
    return {job_, std::move(losses_), nullptr, std::move(norms_)};
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
    if (!checkpoint_steps_.empty()) {
      checkpoints_.Add(job_.id, job_.step, model, Checkpoints::Keep::kLasting);
    }
    // The model is made: a cancel now only spares drawing the samples.
    job_.samples = DrawSamples(model, job_.training_config->seed, stop_);
    FinishedJob result = End(JobState::kSucceeded);
    result.model = std::move(model);
    return result;
  }

  JobRecord job_;
  const std::stop_token stop_;
  Checkpoints& checkpoints_;
  const PublishProgress& publish_;
  const Clock::time_point start_;
  const std::unique_ptr<Trainer> trainer_;
  std::vector<double> losses_;
  const std::vector<uint32_t> norm_steps_;
  std::vector<TensorNorms> step_norms_;  // of the last one of these
  NormHistory norms_;
  size_t norms_taken_ = 0;      // of norm_steps_
  size_t norms_published_ = 0;  // that `publish` has seen
  const std::vector<uint32_t> checkpoint_steps_;
  size_t checkpoints_kept_ = 0;  // of these
  Clock::time_point checkpoint_at_ = start_;
  double recent_ = 0;     // sum of the last kAveragedSteps losses
  size_t published_ = 0;  // losses that `publish` has seen
  Clock::time_point published_at_ = start_;
  Clock::time_point next_samples_ = start_ + kSampleInterval;
};

}  // namespace

FinishedJob RunTraining(const JobBoard::Claimed& claimed,
                        Checkpoints& checkpoints,
                        const PublishProgress& publish) {
  std::optional<TrainingRun> run;
  try {
    run.emplace(claimed, checkpoints, publish);
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
