// SPDX-License-Identifier: MIT
#include "server/jobs/checkpoints.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace microgpt::server {

std::vector<uint32_t> CheckpointSteps(uint32_t steps, uint64_t model_bytes) {
  constexpr uint64_t kMost = 33;
  const uint64_t room =
      kMaxJobCheckpointBytes / std::max<uint64_t>(model_bytes, 1);
  if (room < 3) return {};  // the first, the last, and the newest
  const uint64_t count = std::min({kMost, room - 1, uint64_t{steps} + 1});
  std::vector<uint32_t> chosen;
  for (uint64_t i = 0; i < count; ++i) {
    chosen.push_back(static_cast<uint32_t>(steps * i / (count - 1)));
  }
  return chosen;
}

void Checkpoints::Begin(std::string_view job, std::string_view model) {
  Forget(job);
  MutexLock lock(mutex_);
  jobs_.push_front(
      {.id = std::string(job), .model = std::string(model), .checkpoints = {}});
  places_[jobs_.front().id] = jobs_.begin();
}

void Checkpoints::Add(std::string_view id, uint32_t step, ModelPointer model,
                      Keep keep) {
  const uint64_t bytes = model->memory_bytes();
  std::vector<Checkpoint> leaving;  // destroyed after the lock is released
  MutexLock lock(mutex_);
  const auto place = places_.find(id);
  if (place == places_.end() || place->second->ended) return;
  Job& job = *place->second;
  if (job.last_passes) DropLast(job, leaving);
  job.checkpoints.push_back({step, std::move(model)});
  job.last_passes = keep == Keep::kNewest;
  job.bytes += bytes;
  bytes_ += bytes;
  jobs_.splice(jobs_.begin(), jobs_, place->second);
  MakeRoom(leaving);
}

void Checkpoints::End(std::string_view job) {
  JobList leaving;
  MutexLock lock(mutex_);
  const auto place = places_.find(job);
  if (place == places_.end()) return;
  place->second->ended = true;
  if (place->second->checkpoints.empty()) Erase(place->second, leaving);
}

std::vector<uint32_t> Checkpoints::Steps(std::string_view id) const {
  MutexLock lock(mutex_);
  std::vector<uint32_t> steps;
  const Job* const job = Look(id);
  if (job == nullptr) return steps;
  for (const Checkpoint& checkpoint : job->checkpoints) {
    steps.push_back(checkpoint.step);
  }
  return steps;
}

std::optional<Checkpoints::Checkpoint> Checkpoints::Find(std::string_view id,
                                                         uint32_t up_to) const {
  MutexLock lock(mutex_);
  const Job* const job = Look(id);
  if (job == nullptr) return std::nullopt;
  const auto after =
      std::ranges::upper_bound(job->checkpoints, up_to, {}, &Checkpoint::step);
  if (after == job->checkpoints.begin()) return std::nullopt;
  return *std::prev(after);
}

void Checkpoints::Forget(std::string_view job) {
  JobList leaving;
  MutexLock lock(mutex_);
  const auto place = places_.find(job);
  if (place != places_.end()) Erase(place->second, leaving);
}

void Checkpoints::ForgetModel(std::string_view model) {
  JobList leaving;
  MutexLock lock(mutex_);
  for (auto job = jobs_.begin(); job != jobs_.end();) {
    job = job->model == model ? Erase(job, leaving) : std::next(job);
  }
}

uint64_t Checkpoints::bytes() const {
  MutexLock lock(mutex_);
  return bytes_;
}

const Checkpoints::Job* Checkpoints::Look(std::string_view job) const {
  const auto place = places_.find(job);
  return place == places_.end() ? nullptr : &*place->second;
}

void Checkpoints::DropLast(Job& job, std::vector<Checkpoint>& leaving) {
  leaving.push_back(std::move(job.checkpoints.back()));
  job.checkpoints.pop_back();
  const uint64_t bytes = leaving.back().model->memory_bytes();
  job.bytes -= bytes;
  bytes_ -= bytes;
}

// A job that goes on stays known, for its next checkpoints.
void Checkpoints::MakeRoom(std::vector<Checkpoint>& leaving) {
  for (auto job = jobs_.end(); bytes_ > max_bytes_ && job != jobs_.begin();) {
    --job;
    bytes_ -= std::exchange(job->bytes, 0);
    job->last_passes = false;
    std::ranges::move(job->checkpoints, std::back_inserter(leaving));
    job->checkpoints.clear();
    if (!job->ended) continue;
    places_.erase(job->id);
    job = jobs_.erase(job);
  }
}

Checkpoints::JobList::iterator Checkpoints::Erase(JobList::iterator job,
                                                  JobList& leaving) {
  const auto next = std::next(job);
  bytes_ -= job->bytes;
  places_.erase(job->id);
  leaving.splice(leaving.end(), jobs_, job);
  return next;
}

}  // namespace microgpt::server
