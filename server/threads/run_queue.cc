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

void RunQueue::SubmitFirst(Slice slice) {
  {
    MutexLock lock(mutex_);
    firsts_.push_back(std::move(slice));
  }
  changed_.notify_one();
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
      while (firsts_.empty() && line_.empty() && !closing_) {
        changed_.wait(mutex_);
      }
      if (firsts_.empty() && line_.empty()) return;
      slice = TakeNext();
    }
    if (slice()) Submit(std::move(slice));
  }
}

// Of the two lines by turns. Precondition: one of them is not empty.
RunQueue::Slice RunQueue::TakeNext() {
  took_first_ = line_.empty() || (!firsts_.empty() && !took_first_);
  std::deque<Slice>& from = took_first_ ? firsts_ : line_;
  Slice slice = std::move(from.front());
  from.pop_front();
  return slice;
}

}  // namespace microgpt::server
