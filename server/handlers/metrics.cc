// SPDX-License-Identifier: MIT
#include "server/handlers/metrics.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/errors/errors.h"
#include "core/errors/ranges.h"
#include "core/model/parameters.h"
#include "core/training/optimizer.h"
#include "server/handlers/training.h"

namespace microgpt::server {
namespace {

using Clock = JobBoard::Clock;

constexpr std::chrono::milliseconds kInterval{100};  // between two news
constexpr int kPointsAMessage = 8192;
constexpr uint32_t kLossesARead = 8192;
// Losses that are read for a message at most, as soon as it has a point.
constexpr uint32_t kLossesAMessage = 16 * kLossesARead;
constexpr uint32_t kMaxEvery = 1'000'000;

// A job's figures from one step on, each once.
class MetricsStream : public ResponseStream<v1::GetMetricsResponse>,
                      public std::enable_shared_from_this<MetricsStream> {
 public:
  MetricsStream(Jobs& jobs, const Checkpoints& checkpoints, RunQueue& queue,
                RunQueue::Ticket ticket, const JobRecord& job, uint32_t from,
                uint32_t every, bool follow, std::stop_token stop)
      : jobs_(jobs),
        checkpoints_(checkpoints),
        queue_(queue),
        ticket_(std::move(ticket)),
        job_(job.id),
        follow_(follow),
        stop_(std::move(stop)),
        points_(from, every, job.training_config->steps),
        told_(from - 1) {}

  void Pull(Next next) override {
    if (done_) return next(std::nullopt);
    if (!caught_up_) return Submit(next);
    JobBoard::Wait wait{.job = job_,
                        .after_revision = revision_,
                        .not_before = sent_at_ + kInterval,
                        .deadline = Clock::time_point::max(),
                        .stop = stop_};
    jobs_.Await(std::move(wait),
                [self = shared_from_this(), next] { self->Submit(next); });
  }

  bool ended() const override { return done_; }

 private:
  using Message = v1::GetMetricsResponse;

  void Submit(const Next& next) {
    queue_.Submit([self = shared_from_this(), next] {
      self->Send(next);
      return false;
    });
  }

  // Answers with what is there now; if that is nothing new, goes on waiting.
  void Send(const Next& next) {
    absl::StatusOr<std::optional<Message>> message = Read();
    if (message.ok() && !message->has_value()) return Pull(next);
    sent_at_ = Clock::now();
    next(std::move(message));
  }

  absl::StatusOr<std::optional<Message>> Read() {
    const bool live = jobs_.IsLive(job_);
    MICROGPT_ASSIGN_OR_RETURN(const JobRecord job, jobs_.Get(job_));
    const bool over = IsDone(job.state);
    // It left the board, and the store knows of no end.
    if (!live && !over) {
      return absl::UnavailableError(
          "the server is shutting down: the job runs after its next start");
    }
    // Also a call that is being stopped is told of the end.
    if (stop_.stop_requested() && !over) return absl::CancelledError();
    revision_ = job.revision;
    Message message;
    message.set_job(job_);
    MICROGPT_RETURN_IF_ERROR(AddPoints(job, message));
    MICROGPT_RETURN_IF_ERROR(AddUpToLastPoint(job, message));
    AddCheckpoints(message);
    done_ = caught_up_ && (over || !follow_);
    message.set_done(done_);
    const bool news = message.steps_size() > 0 ||
                      message.checkpoints_size() > 0 || done_ || first_;
    first_ = false;
    return news ? std::optional(std::move(message)) : std::nullopt;
  }

  // As many as a message may have, as far as the job was when it was read.
  absl::Status AddPoints(const JobRecord& job, Message& message) {
    caught_up_ = false;
    for (uint32_t read = 0;
         message.steps_size() < kPointsAMessage &&
         (read < kLossesAMessage || message.steps().empty());) {
      const uint32_t left =
          job.step > points_.step() ? job.step - points_.step() : 0;
      MICROGPT_ASSIGN_OR_RETURN(
          const std::vector<double> losses,
          jobs_.Losses(job_, points_.step(),
                       std::min({left, kLossesARead, Room(message)})));
      // All, or the job's model was deleted meanwhile.
      if (losses.empty()) {
        caught_up_ = true;
        break;
      }
      read += static_cast<uint32_t>(losses.size());
      for (const double loss : losses) {
        AddPoint(job, points_.Add(loss), message);
      }
    }
    if (caught_up_ && IsDone(job.state) && points_.step() == job.step) {
      AddPoint(job, points_.End(), message);
    }
    return absl::OkStatus();
  }

  // Points that have room in it: as many as the losses that are sure to.
  static uint32_t Room(const Message& message) {
    return static_cast<uint32_t>(kPointsAMessage - message.steps_size());
  }

  void AddPoint(const JobRecord& job, const std::optional<double>& loss,
                Message& message) {
    if (!loss) return;
    message.add_steps(points_.step());
    message.add_losses(*loss);
    message.add_learning_rates(
        LearningRate(job.training_config, points_.step() - 1));
  }

  // Validation and norms go no further than the points do, so that who goes on
  // after the last point misses none, and has none twice.
  absl::Status AddUpToLastPoint(const JobRecord& job, Message& message) {
    if (message.steps().empty()) return absl::OkStatus();
    const uint32_t last = message.steps(message.steps_size() - 1);
    for (const ValidationPoint& point : job.validation) {
      if (point.step <= told_ || point.step > last) continue;
      message.add_validation_steps(point.step);
      message.add_validation_losses(point.loss);
    }
    MICROGPT_ASSIGN_OR_RETURN(const NormHistory norms,
                              jobs_.Norms(job_, told_ + 1, last));
    AddNorms(job, norms, message);
    told_ = last;
    return absl::OkStatus();
  }

  static void AddNorms(const JobRecord& job, const NormHistory& norms,
                       Message& message) {
    if (norms.steps.empty()) return;
    message.mutable_norm_steps()->Assign(norms.steps.begin(),
                                         norms.steps.end());
    const std::vector<TensorSpec> tensors =
        TensorSpecs(job.model_config, job.vocab_size);
    for (const TensorSpec& tensor : tensors) {
      message.add_norms()->set_tensor(tensor.name);
    }
    const float* value = norms.values.data();
    for (size_t step = 0; step < norms.steps.size(); ++step) {
      for (v1::GetMetricsResponse::Norms& tensor : *message.mutable_norms()) {
        tensor.add_gradient(*value++);
        tensor.add_parameter(*value++);
        tensor.add_update(*value++);
      }
    }
  }

  void AddCheckpoints(Message& message) {
    std::vector<uint32_t> steps = checkpoints_.Steps(job_);
    if (steps == kept_) return;
    kept_ = std::move(steps);
    message.mutable_checkpoints()->Assign(kept_.begin(), kept_.end());
  }

  Jobs& jobs_;
  const Checkpoints& checkpoints_;
  RunQueue& queue_;
  const RunQueue::Ticket ticket_;
  const std::string job_;
  const bool follow_;
  const std::stop_token stop_;
  LossPoints points_;
  uint32_t told_;               // the last step that norms were told up to
  std::vector<uint32_t> kept_;  // checkpoints, as told
  bool first_ = true;           // nothing was told yet
  bool caught_up_ = false;      // all was told that there was
  bool done_ = false;
  uint32_t revision_ = 0;
  Clock::time_point sent_at_;
};

}  // namespace

std::optional<double> LossPoints::Add(double loss) {
  sum_ += loss;
  ++count_;
  ++step_;
  if (step_ % every_ != 0 && step_ != steps_) return std::nullopt;
  return End();
}

std::optional<double> LossPoints::End() {
  if (count_ == 0) return std::nullopt;
  const double mean = sum_ / count_;
  sum_ = 0;
  count_ = 0;
  if (step_ < from_) return std::nullopt;
  return mean;
}

absl::StatusOr<ResponseStreamPtr<v1::GetMetricsResponse>>
MetricsHandlers::GetMetrics(v1::GetMetricsRequest request,
                            const CallContext& context) {
  MICROGPT_ASSIGN_OR_RETURN(const JobRecord job,
                            FindJob(jobs_, request.job(), request.model()));
  // One past the last is where a follower asks when the job has ended.
  MICROGPT_RETURN_IF_ERROR(CheckRange("from_step", request.from_step(), 0,
                                      job.training_config->steps + 1));
  MICROGPT_RETURN_IF_ERROR(CheckRange("every", request.every(), 0, kMaxEvery));
  MICROGPT_ASSIGN_OR_RETURN(RunQueue::Ticket ticket, queue_.Admit());
  return std::make_shared<MetricsStream>(
      jobs_, checkpoints_, queue_, std::move(ticket), job,
      std::max(request.from_step(), 1u), std::max(request.every(), 1u),
      request.follow(), context.stop);
}

}  // namespace microgpt::server
