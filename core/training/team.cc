// SPDX-License-Identifier: MIT
#include "core/training/team.h"

#include <exception>

#include "core/kernels/denormals.h"
#include "hwy/cache_control.h"

namespace microgpt {
namespace {

// Until `value` is no longer `old`; answers what it is then.
uint32_t AwaitChange(const std::atomic<uint32_t>& value, uint32_t old) {
  constexpr int kSpins = 20'000;  // some hundred microseconds
  for (int i = 0; i < kSpins; ++i) {
    const uint32_t now = value.load(std::memory_order_acquire);
    if (now != old) return now;
    hwy::Pause();
  }
  value.wait(old, std::memory_order_acquire);
  return value.load(std::memory_order_acquire);
}

}  // namespace

Team::Team(size_t threads) {
  helpers_.reserve(threads - 1);
  try {
    for (size_t i = 1; i < threads; ++i) {
      helpers_.emplace_back([this, i] { Help(i); });
    }
  } catch (const std::exception&) {
    // The system has no more, or no memory for them: those that there are do
    // the work.
  }
}

Team::~Team() {
  call_.store(kEnd, std::memory_order_release);
  call_.notify_all();
  for (std::thread& helper : helpers_) helper.join();
}

void Team::Run(absl::FunctionRef<void(size_t)> work) {
  if (helpers_.empty()) return work(0);
  work_ = &work;
  busy_.store(static_cast<uint32_t>(helpers_.size()),
              std::memory_order_relaxed);
  // Never kEnd.
  call_.store((call_.load(std::memory_order_relaxed) + 1) % kEnd,
              std::memory_order_release);
  call_.notify_all();
  work(0);
  while (const uint32_t busy = busy_.load(std::memory_order_acquire)) {
    AwaitChange(busy_, busy);
  }
}

void Team::Help(size_t i) {
  const FlushDenormals flush;
  uint32_t call = 0;
  while ((call = AwaitChange(call_, call)) != kEnd) {
    (*work_)(i);
    if (busy_.fetch_sub(1, std::memory_order_release) == 1) {
      busy_.notify_one();
    }
  }
}

}  // namespace microgpt
