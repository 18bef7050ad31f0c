// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_TRAINING_TEAM_H_
#define MICROGPT_CORE_TRAINING_TEAM_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"

namespace microgpt {

// Some threads that do the same thing together, over and over: the one that
// calls Run and helpers that wait in between. They spin for a little while
// before they sleep, so that pieces of work of some ten microseconds pay.
//
// One thread at a time may call Run.
class Team {
 public:
  // threads: 1.. with the caller. There are fewer if the system has no more.
  explicit Team(size_t threads);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  size_t size() const { return helpers_.size() + 1; }

  // Calls work(i) on thread i, for every i < size(), and returns when all have
  // returned. What was written before Run is seen by all, and what they wrote
  // is seen after it. `work` must not throw.
  void Run(absl::FunctionRef<void(size_t)> work);

 private:
  void Help(size_t i);

  const absl::FunctionRef<void(size_t)>* work_ = nullptr;
  // Counts calls of Run; kEnd asks the helpers to end.
  std::atomic<uint32_t> call_ = 0;
  std::atomic<uint32_t> busy_ = 0;  // helpers that have not returned
  static constexpr uint32_t kEnd = ~uint32_t{0};
  std::vector<std::thread> helpers_;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_TRAINING_TEAM_H_
