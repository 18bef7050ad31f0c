// SPDX-License-Identifier: MIT
#include "server/threads/run_queue.h"

#include <fmt/format.h>

#include <utility>

#include "server/errors/errors.h"

namespace microgpt::server {

RunQueue::RunQueue(size_t threads, size_t max_calls, std::string calls)
    : max_calls_(max_calls), calls_name_(std::move(calls)) {
  threads_.reserve(threads);
  try {
    for (size_t i = 0; i < threads; ++i) {
      threads_.emplace_back([this] { Work(); });
    }
  } catch (...) {
    Close();
    throw;
  }
}

RunQueue::~RunQueue() { Close(); }

void RunQueue::Close() {
  {
    MutexLock lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

absl::StatusOr<RunQueue::Ticket> RunQueue::Admit() {
  MutexLock lock(mutex_);
  if (calls_ >= max_calls_) {
    return ExhaustedError(fmt::format("{} {} are under way, which is the limit",
                                      calls_, calls_name_),
                          std::chrono::milliseconds(200));
  }
  ++calls_;
  return Ticket(this, [](void* queue) {
    auto* self = static_cast<RunQueue*>(queue);
    MutexLock release(self->mutex_);
    --self->calls_;
  });
}

void RunQueue::Submit(Slice slice) {
  {
    MutexLock lock(mutex_);
    line_.push_back(std::move(slice));
  }
  changed_.notify_one();
}

size_t RunQueue::calls() const {
  MutexLock lock(mutex_);
  return calls_;
}

void RunQueue::Work() {
  while (true) {
    Slice slice;
    {
      MutexLock lock(mutex_);
      while (line_.empty() && !closing_) changed_.wait(mutex_);
      if (line_.empty()) return;
      slice = std::move(line_.front());
      line_.pop_front();
    }
    if (slice()) Submit(std::move(slice));
  }
}

}  // namespace microgpt::server
