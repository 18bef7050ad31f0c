// SPDX-License-Identifier: MIT
#include "server/threads/run_queue.h"

#include <utility>

namespace microgpt::server {

RunQueue::RunQueue(size_t threads, size_t max_calls, std::string calls)
    : admission_(max_calls, std::move(calls)) {
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

void RunQueue::Submit(Slice slice) {
  {
    MutexLock lock(mutex_);
    line_.push_back(std::move(slice));
  }
  changed_.notify_one();
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
