// SPDX-License-Identifier: MIT
#include "core/training/team.h"

#include <cassert>
#include <exception>

#include "core/kernels/denormals.h"
#include "hwy/cache_control.h"

namespace microgpt {
namespace {

// Until `value` is no longer `old`.
void AwaitChange(const std::atomic<uint32_t>& value, uint32_t old) {
  constexpr int kSpins = 4'000;  // some ten microseconds
  for (int i = 0; i < kSpins; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
    hwy::Pause();
  }
  value.wait(old, std::memory_order_acquire);
}

// Of a value of open_.
constexpr uint32_t kCallUnit = 1 << 8;
size_t PiecesLeft(uint32_t open) { return open % kCallUnit; }

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
  open_.store(kEnd, std::memory_order_release);
  open_.notify_all();
  for (std::thread& helper : helpers_) helper.join();
}

void Team::Run(size_t pieces, absl::FunctionRef<void(size_t, size_t)> work) {
  assert(pieces <= kMostPieces);
  if (helpers_.empty() || pieces <= 1) {
    for (size_t i = 0; i < pieces; ++i) work(i, 0);
    return;
  }
  work_ = &work;
  pieces_ = pieces;
  done_.store(0, std::memory_order_relaxed);
  const uint32_t last = open_.load(std::memory_order_relaxed);
  open_.store(last + kCallUnit + static_cast<uint32_t>(pieces),
              std::memory_order_release);
  open_.notify_all();
  TakePieces(0);
  for (uint32_t done;
       (done = done_.load(std::memory_order_acquire)) < pieces;) {
    AwaitChange(done_, done);
  }
}

// Until none is left. Who has a piece in hand may read what belongs to the
// call, for that goes on until the piece is done.
void Team::TakePieces(size_t thread) {
  uint32_t open = open_.load(std::memory_order_acquire);
  while (open != kEnd && PiecesLeft(open) > 0) {
    if (!open_.compare_exchange_weak(open, open - 1,
                                     std::memory_order_acquire)) {
      continue;
    }
    const size_t pieces = pieces_;
    (*work_)(pieces - PiecesLeft(open), thread);
    if (done_.fetch_add(1, std::memory_order_release) + 1 == pieces) {
      done_.notify_one();
    }
    open = open_.load(std::memory_order_acquire);
  }
}

void Team::Help(size_t thread) {
  const FlushDenormals flush;
  while (true) {
    TakePieces(thread);
    const uint32_t open = open_.load(std::memory_order_acquire);
    if (open == kEnd) return;
    if (PiecesLeft(open) == 0) AwaitChange(open_, open);
  }
}

}  // namespace microgpt
