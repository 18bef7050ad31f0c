// SPDX-License-Identifier: MIT
#include "server/jobs/job_board.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "server/errors/errors.h"

namespace microgpt::server {

namespace {

template <typename T>
void AppendTo(std::vector<T>& to, const std::vector<T>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

}  // namespace

struct JobBoard::Waiter {
  Waiter(Wait w, std::function<void()> d)
      : wait(std::move(w)), done(std::move(d)) {}

  Wait wait;
  std::function<void()> done;
  // Wakes the notifier when the caller goes away. Set without the board's lock:
  // a stop that was requested already calls back at once.
  std::optional<std::stop_callback<std::function<void()>>> on_stop;
};

JobBoard::JobBoard(size_t max_queued, uint32_t workers)
    : max_queued_(max_queued),
      workers_(workers),
      free_workers_(workers),
      notifier_([this] { Notify(); }) {}

JobBoard::~JobBoard() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  news_.notify_all();
  notifier_.join();
}

absl::Status JobBoard::Enqueue(const JobRecord& job,
                               std::shared_ptr<const Corpus> corpus) {
  MutexLock lock(mutex_);
  if (closed_) return absl::UnavailableError("the server is shutting down");
  if (queue_.size() >= max_queued_) {
    return ExhaustedError(
        fmt::format("{} jobs are queued, which is the limit (--max-queued)",
                    max_queued_),
        std::chrono::seconds(1));
  }
  Append(job, std::move(corpus));
  return absl::OkStatus();
}

void JobBoard::Resume(const JobRecord& job) {
  MutexLock lock(mutex_);
  Append(job, nullptr);
}

void JobBoard::Append(const JobRecord& job,
                      std::shared_ptr<const Corpus> corpus) {
  LiveJob& live = jobs_[job.id];
  live.record = job;
  live.corpus = std::move(corpus);
  live.departures_before = departures_;
  queue_.push_back(job.id);
  WakeWorker();
}

// A job of an earlier run may ask for more than this run has.
uint32_t JobBoard::WorkersFor(const JobRecord& job) const {
  return std::min(job.training_config->threads, workers_);
}

bool JobBoard::IsFirstClaimable() const {
  if (queue_.empty()) return false;
  return WorkersFor(jobs_.find(queue_.front())->second.record) <= free_workers_;
}

// To be called when another job is first, or more workers are free. One awake
// suffices: if it takes the job, Leave wakes the next.
void JobBoard::WakeWorker() {
  if (!queue_.empty()) claimable_.notify_one();
}

void JobBoard::ReleaseCorpus(std::string_view id) {
  std::shared_ptr<const Corpus> released;  // freed without the lock
  MutexLock lock(mutex_);
  const auto job = jobs_.find(id);
  if (job != jobs_.end()) released = std::move(job->second.corpus);
}

std::optional<JobBoard::Claimed> JobBoard::Claim() {
  MutexLock lock(mutex_);
  while (!IsFirstClaimable() && !closed_) claimable_.wait(mutex_);
  if (closed_) return std::nullopt;
  LiveJob& job = jobs_.find(queue_.front())->second;
  queue_.pop_front();
  Leave(job);
  job.workers = WorkersFor(job.record);
  free_workers_ -= job.workers;
  job.stage = Stage::kClaimed;
  job.record.state = JobState::kRunning;
  Changed(job);
  return Claimed{job.record, std::move(job.corpus), job.stop.get_token(),
                 job.workers};
}

uint32_t JobBoard::RevisionOf(const LiveJob& job) const {
  if (job.stage != Stage::kQueued) return job.record.revision;
  return job.record.revision + (departures_ - job.departures_before);
}

// For a job just taken out of queue_: what its revision has grown to stays, and
// another is first now.
void JobBoard::Leave(LiveJob& job) {
  job.record.revision = RevisionOf(job);
  job.departures_before = ++departures_;
  WakeWorker();
}

void JobBoard::Changed(LiveJob& job) {
  ++job.record.revision;
  has_news_ = true;
  news_.notify_one();
}

void JobBoard::Publish(const JobRecord& progress,
                       const std::vector<double>& losses,
                       const NormHistory& norms) {
  MutexLock lock(mutex_);
  const auto found = jobs_.find(progress.id);
  if (found == jobs_.end()) return;
  LiveJob& job = found->second;
  job.record.step = progress.step;
  job.record.loss = progress.loss;
  job.record.elapsed = progress.elapsed;
  job.record.validation = progress.validation;
  job.record.samples = progress.samples;
  AppendTo(job.losses, losses);
  AppendTo(job.norms.steps, norms.steps);
  AppendTo(job.norms.values, norms.values);
  Changed(job);
}

std::optional<uint32_t> JobBoard::Seal(const JobRecord& result) {
  MutexLock lock(mutex_);
  LiveJob& job = jobs_.find(result.id)->second;
  // Who was cancelled before the interruption is CANCELLED.
  const bool cut_short = result.state == JobState::kCancelled &&
                         job.record.state == JobState::kRunning;
  if (interrupted_ && cut_short) return std::nullopt;
  job.stage = Stage::kSealed;
  return job.record.revision + 1;
}

std::optional<JobRecord> JobBoard::Cancel(std::string_view id) {
  MutexLock lock(mutex_);
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return std::nullopt;
  LiveJob& job = found->second;
  if (job.stage != Stage::kQueued) {
    RequestStop(job);
    return std::nullopt;
  }
  std::erase(queue_, job.record.id);
  Leave(job);
  // No worker has it: the board shows it on its way to its end, until the store
  // knows of that.
  job.stage = Stage::kSealed;
  job.record.state = JobState::kCancelling;
  Changed(job);
  JobRecord ended = job.record;
  ended.state = JobState::kCancelled;
  ended.end_time = std::chrono::system_clock::now();
  ++ended.revision;
  return ended;
}

void JobBoard::Requeue(std::string_view id) {
  MutexLock lock(mutex_);
  if (interrupted_) return Forget(id);
  LiveJob& job = jobs_.find(id)->second;
  job.stage = Stage::kQueued;
  job.record.state = JobState::kQueued;
  job.departures_before = departures_;
  queue_.push_front(job.record.id);
  Changed(job);
  WakeWorker();
  if (jobs_.size() == queue_.size()) idle_.notify_all();
}

void JobBoard::Unseal(std::string_view id) {
  MutexLock lock(mutex_);
  jobs_.find(id)->second.stage = Stage::kClaimed;
}

void JobBoard::Withdraw(std::string_view id) {
  MutexLock lock(mutex_);
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return;
  LiveJob& job = found->second;
  if (job.stage != Stage::kQueued) return RequestStop(job);
  std::erase(queue_, job.record.id);
  Leave(job);
  Forget(id);
}

void JobBoard::RequestStop(LiveJob& job) {
  if (job.stage != Stage::kClaimed || job.record.state != JobState::kRunning) {
    return;
  }
  job.record.state = JobState::kCancelling;
  job.stop.request_stop();
  Changed(job);
}

void JobBoard::Remove(std::string_view id) {
  MutexLock lock(mutex_);
  Forget(id);
}

void JobBoard::Forget(std::string_view id) {
  const auto job = jobs_.find(id);
  if (job == jobs_.end()) return;
  free_workers_ += job->second.workers;
  jobs_.erase(job);
  WakeWorker();
  has_news_ = true;
  news_.notify_one();
  if (jobs_.size() == queue_.size()) idle_.notify_all();
}

std::optional<JobRecord> JobBoard::Find(std::string_view id) const {
  MutexLock lock(mutex_);
  return FindLocked(id);
}

std::optional<JobRecord> JobBoard::FindNewest(std::string_view model) const {
  MutexLock lock(mutex_);
  for (auto job = jobs_.rbegin(); job != jobs_.rend(); ++job) {
    if (model.empty() || job->second.record.model == model) {
      return FindLocked(job->first);
    }
  }
  return std::nullopt;
}

std::optional<JobRecord> JobBoard::FindLocked(std::string_view id) const {
  const auto job = jobs_.find(id);
  if (job == jobs_.end()) return std::nullopt;
  JobRecord record = job->second.record;
  record.revision = RevisionOf(job->second);
  if (job->second.stage == Stage::kQueued) {
    const auto place = std::find(queue_.begin(), queue_.end(), record.id);
    record.queue_position = static_cast<uint32_t>(place - queue_.begin()) + 1;
  }
  return record;
}

std::optional<std::vector<double>> JobBoard::FindLossesAt(
    std::string_view id, std::span<const uint32_t> steps) const {
  MutexLock lock(mutex_);
  const auto job = jobs_.find(id);
  if (job == jobs_.end()) return std::nullopt;
  std::vector<double> losses;
  for (const uint32_t step : steps) {
    losses.push_back(job->second.losses[step - 1]);
  }
  return losses;
}

std::optional<std::vector<double>> JobBoard::FindLosses(std::string_view id,
                                                        size_t from,
                                                        size_t limit) const {
  MutexLock lock(mutex_);
  const auto job = jobs_.find(id);
  if (job == jobs_.end()) return std::nullopt;
  const std::vector<double>& all = job->second.losses;
  const size_t begin = std::min(from, all.size());
  const size_t end = begin + std::min(limit, all.size() - begin);
  return std::vector<double>(all.begin() + static_cast<ptrdiff_t>(begin),
                             all.begin() + static_cast<ptrdiff_t>(end));
}

std::optional<NormHistory> JobBoard::FindNorms(std::string_view id,
                                               uint32_t from,
                                               uint32_t to) const {
  MutexLock lock(mutex_);
  const auto job = jobs_.find(id);
  if (job == jobs_.end()) return std::nullopt;
  const NormHistory& all = job->second.norms;
  if (all.steps.empty()) return NormHistory();
  const auto values =
      static_cast<ptrdiff_t>(all.values.size() / all.steps.size());
  const auto begin = std::ranges::lower_bound(all.steps, from);
  const auto end = std::ranges::upper_bound(begin, all.steps.end(), to);
  const auto value = [&](auto step) {
    return all.values.begin() + (step - all.steps.begin()) * values;
  };
  return NormHistory{{begin, end}, {value(begin), value(end)}};
}

void JobBoard::Await(Wait wait, std::function<void()> done) {
  auto waiter = std::make_shared<Waiter>(std::move(wait), std::move(done));
  if (waiter->wait.stop.stop_possible()) {
    waiter->on_stop.emplace(waiter->wait.stop, [this] {
      MutexLock lock(mutex_);
      has_news_ = true;
      news_.notify_one();
    });
  }
  MutexLock lock(mutex_);
  waiters_.push_back(std::move(waiter));
  has_news_ = true;
  news_.notify_one();
}

void JobBoard::Close() {
  {
    MutexLock lock(mutex_);
    closed_ = true;
  }
  claimable_.notify_all();
}

void JobBoard::Interrupt() {
  MutexLock lock(mutex_);
  interrupted_ = true;
  interrupt_.notify_all();
  for (const std::string& id : std::exchange(queue_, {})) Forget(id);
  // Their state stays: they are not cancelled.
  for (auto& [id, job] : jobs_) job.stop.request_stop();
}

bool JobBoard::Pause(std::chrono::milliseconds duration) {
  const Clock::time_point end = Clock::now() + duration;
  MutexLock lock(mutex_);
  while (!interrupted_) {
    if (interrupt_.wait_until(mutex_, end) == std::cv_status::timeout) {
      return !interrupted_;
    }
  }
  return false;
}

bool JobBoard::AwaitIdle(Clock::time_point deadline) {
  MutexLock lock(mutex_);
  while (jobs_.size() > queue_.size()) {
    if (idle_.wait_until(mutex_, deadline) == std::cv_status::timeout) {
      return jobs_.size() == queue_.size();
    }
  }
  return true;
}

size_t JobBoard::queued() const {
  MutexLock lock(mutex_);
  return queue_.size();
}

size_t JobBoard::running() const {
  MutexLock lock(mutex_);
  return jobs_.size() - queue_.size();
}

// The notifier: calls back those whose wait is over, then sleeps until there is
// news or the next of them is due. On destruction all waits are over.
void JobBoard::Notify() {
  while (true) {
    Waiters due;
    bool last = false;
    {
      MutexLock lock(mutex_);
      while (true) {
        const Clock::time_point now = Clock::now();
        due = TakeDue(now);
        last = stopping_;
        if (last || !due.empty()) break;
        has_news_ = false;
        const Clock::time_point next = NextTime(now);
        while (!has_news_ && !stopping_) {
          if (next == Clock::time_point::max()) {
            news_.wait(mutex_);
          } else if (news_.wait_until(mutex_, next) ==
                     std::cv_status::timeout) {
            break;
          }
        }
      }
    }
    for (const std::shared_ptr<Waiter>& waiter : due) {
      waiter->on_stop.reset();
      waiter->done();
    }
    if (last) return;
  }
}

JobBoard::Waiters JobBoard::TakeDue(Clock::time_point now) {
  Waiters due;
  for (auto next = waiters_.begin(); next != waiters_.end();) {
    const auto waiter = next++;
    if (stopping_ || IsDue(**waiter, now)) {
      due.splice(due.end(), waiters_, waiter);
    }
  }
  return due;
}

bool JobBoard::IsDue(const Waiter& waiter, Clock::time_point now) const {
  const Wait& wait = waiter.wait;
  if (wait.stop.stop_requested() || now >= wait.deadline) return true;
  const auto job = jobs_.find(wait.job);
  if (job == jobs_.end()) return true;
  return wait.after_revision && now >= wait.not_before &&
         RevisionOf(job->second) > *wait.after_revision;
}

JobBoard::Clock::time_point JobBoard::NextTime(Clock::time_point now) const {
  auto next = Clock::time_point::max();
  for (const std::shared_ptr<Waiter>& waiter : waiters_) {
    next = std::min(next, waiter->wait.deadline);
    const Clock::time_point not_before = waiter->wait.not_before;
    if (waiter->wait.after_revision && not_before > now) {
      next = std::min(next, not_before);
    }
  }
  return next;
}

}  // namespace microgpt::server
