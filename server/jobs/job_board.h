// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_JOBS_JOB_BOARD_H_
#define MICROGPT_SERVER_JOBS_JOB_BOARD_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/text/corpus.h"
#include "server/store/records.h"
#include "server/threads/mutex.h"

namespace microgpt::server {

// The jobs that have not ended: the bounded queue that workers claim from, the
// progress they publish, and the callers who wait for news. What has ended is
// the Store's to tell. Thread-safe; no call blocks but Claim, Pause and
// AwaitIdle.
//
// A job holds as many of the workers as its config has threads, or all if there
// are not so many, from its Claim until it is removed. Those of all jobs
// together are never more than there are.
class JobBoard {
 public:
  using Clock = std::chrono::steady_clock;

  // A job that a worker has taken.
  struct Claimed {
    JobRecord job;
    std::shared_ptr<const Corpus> corpus;  // null: to be loaded
    std::stop_token stop;  // requested when the job is to end before its time
    uint32_t workers = 1;  // that it holds: the threads it may train on
  };

  // How long somebody wants to wait for news of a job.
  struct Wait {
    std::string job;
    // Done when the job has ended or, if given, when its revision is above
    // this (but not before `not_before`).
    std::optional<uint32_t> after_revision = std::nullopt;
    Clock::time_point not_before = Clock::time_point::min();
    Clock::time_point deadline;  // done at the latest then
    std::stop_token stop = {};   // or when this is requested
  };

  // max_queued: jobs in the queue, running ones not counted. workers: at
  // least 1.
  JobBoard(size_t max_queued, uint32_t workers);
  ~JobBoard();

  // Puts a new job at the end of the queue. A worker may take it at once, also
  // while the store still writes it down: to be Withdrawn if it refuses.
  // RESOURCE_EXHAUSTED, with a retry hint: the queue is full. UNAVAILABLE after
  // Close().
  absl::Status Enqueue(const JobRecord& job,
                       std::shared_ptr<const Corpus> corpus)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Puts a job of an earlier run of the server at the end of the queue, however
  // full that is. Its corpus is loaded when its turn comes.
  void Resume(const JobRecord& job) ABSL_LOCKS_EXCLUDED(mutex_);

  // The store has the job's text now: while it is queued, it need not be
  // kept in memory too.
  void ReleaseCorpus(std::string_view id) ABSL_LOCKS_EXCLUDED(mutex_);

  // Takes the first job of the queue; blocks until there is one and as many
  // workers are free as it takes. Until then it holds up those behind it: if
  // they overtook it, it might never find enough of them free. nullopt after
  // Close().
  std::optional<Claimed> Claim() ABSL_LOCKS_EXCLUDED(mutex_);

  // Takes over the progress of a running job (step, loss, elapsed, validation,
  // samples) and appends the losses of new steps, and their norms. Its state
  // stays.
  void Publish(const JobRecord& progress, const std::vector<double>& losses,
               const NormHistory& norms = {}) ABSL_LOCKS_EXCLUDED(mutex_);

  // The job's result is there and about to be stored: it can no longer be
  // cancelled. Answers the revision for its last record; nullopt if the result
  // is not to be stored, since Interrupt() cut the job short.
  std::optional<uint32_t> Seal(const JobRecord& result)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // The store would not have the result, which will be offered again: meanwhile
  // the job can be cancelled.
  void Unseal(std::string_view id) ABSL_LOCKS_EXCLUDED(mutex_);

  // A running job becomes CANCELLING and its stop is requested. A queued one
  // leaves the queue and is answered as CANCELLED, for the caller to end in the
  // store and then Remove (or Requeue, if the store would not have it).
  // nullopt: nothing to end.
  std::optional<JobRecord> Cancel(std::string_view id)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void Requeue(std::string_view id) ABSL_LOCKS_EXCLUDED(mutex_);

  // The store does not have the job, or has ended it: a queued one is
  // forgotten, a running one is asked to stop.
  void Withdraw(std::string_view id) ABSL_LOCKS_EXCLUDED(mutex_);

  // Forgets a job that the store knows to have ended.
  void Remove(std::string_view id) ABSL_LOCKS_EXCLUDED(mutex_);

  // The job as it stands; nullopt if it is not on the board.
  std::optional<JobRecord> Find(std::string_view id) const
      ABSL_LOCKS_EXCLUDED(mutex_);

  // The newest job of a model, or of all if `model` is empty; nullopt if none
  // is on the board.
  std::optional<JobRecord> FindNewest(std::string_view model) const
      ABSL_LOCKS_EXCLUDED(mutex_);

  // The losses of these steps (counted from 1, all done); nullopt if not on the
  // board.
  std::optional<std::vector<double>> FindLossesAt(
      std::string_view id, std::span<const uint32_t> steps) const
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Losses from step `from` (counted from 0) on; nullopt if not on the board.
  std::optional<std::vector<double>> FindLosses(std::string_view id,
                                                size_t from, size_t limit) const
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Norms at steps from..to (counted from 1); nullopt if not on the board.
  std::optional<NormHistory> FindNorms(std::string_view id, uint32_t from,
                                       uint32_t to) const
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Calls `done` exactly once, on the board's own thread and without a lock, as
  // soon as the wait is over. `done` must not block. At once if the job is
  // not on the board.
  void Await(Wait wait, std::function<void()> done) ABSL_LOCKS_EXCLUDED(mutex_);

  // No more jobs are taken in, and none is handed out.
  void Close() ABSL_LOCKS_EXCLUDED(mutex_);

  // After Close(): forgets the queued jobs and cuts the running ones short; the
  // store still has them, for the next start.
  void Interrupt() ABSL_LOCKS_EXCLUDED(mutex_);

  // Blocks for `duration` or until Interrupt(); answers whether to go on.
  bool Pause(std::chrono::milliseconds duration) ABSL_LOCKS_EXCLUDED(mutex_);

  // Blocks until no worker has a job and none is on its way to the store, or
  // `deadline`; answers whether it is so.
  bool AwaitIdle(Clock::time_point deadline) ABSL_LOCKS_EXCLUDED(mutex_);

  // Jobs in the queue, and jobs that have left it but not ended.
  size_t queued() const ABSL_LOCKS_EXCLUDED(mutex_);
  size_t running() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  enum class Stage { kQueued, kClaimed, kSealed };
  struct LiveJob {
    JobRecord record;  // its revision: see RevisionOf
    Stage stage = Stage::kQueued;
    uint32_t workers = 0;            // that it holds
    uint32_t departures_before = 0;  // departures_ when it was queued
    std::shared_ptr<const Corpus> corpus;
    std::vector<double> losses;
    NormHistory norms;
    std::stop_source stop;
  };
  struct Waiter;
  using Waiters = std::list<std::shared_ptr<Waiter>>;

  void Notify() ABSL_LOCKS_EXCLUDED(mutex_);
  Waiters TakeDue(Clock::time_point now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsDue(const Waiter& waiter, Clock::time_point now) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Clock::time_point NextTime(Clock::time_point now) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // A queued job's revision grows whenever one leaves the queue, since that may
  // move it up; counting departures saves touching every job behind.
  uint32_t RevisionOf(const LiveJob& job) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  uint32_t WorkersFor(const JobRecord& job) const;
  bool IsFirstClaimable() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void WakeWorker() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Append(const JobRecord& job, std::shared_ptr<const Corpus> corpus)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Leave(LiveJob& job) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Changed(LiveJob& job) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void RequestStop(LiveJob& job) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::optional<JobRecord> FindLocked(std::string_view id) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Forget(std::string_view id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t max_queued_;
  const uint32_t workers_;
  mutable Mutex mutex_;
  CondVar claimable_;  // for workers
  CondVar news_;       // for the notifier
  CondVar idle_;       // for AwaitIdle
  CondVar interrupt_;  // for Pause
  std::map<std::string, LiveJob, std::less<>> jobs_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::string> queue_ ABSL_GUARDED_BY(mutex_);
  uint32_t departures_ ABSL_GUARDED_BY(mutex_) = 0;  // from the queue, ever
  uint32_t free_workers_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  bool interrupted_ ABSL_GUARDED_BY(mutex_) = false;
  Waiters waiters_ ABSL_GUARDED_BY(mutex_);
  bool has_news_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread notifier_;
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_JOBS_JOB_BOARD_H_
