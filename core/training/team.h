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

// Some threads that share pieces of work out, over and over: the one that calls
// Run and helpers that wait in between. Who is free takes the next piece, so a
// helper that the system lets wait holds nobody up, unless it has a piece in
// hand. Helpers spin for a little while before they sleep, so that pieces of
// some ten microseconds pay.
//
// One thread at a time may call Run.
class Team {
 public:
  static constexpr size_t kMostPieces = 254;

  // threads: 1.. with the caller. There are fewer if the system has no more.
  explicit Team(size_t threads);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  size_t size() const { return helpers_.size() + 1; }

  // Calls work(piece, thread) once for every piece < pieces, on any of the
  // threads, of which 0 is the caller, and returns when all have returned. What
  // was written before Run is seen by all, and what they wrote is seen after
  // it. `work` must not throw.
  void Run(size_t pieces, absl::FunctionRef<void(size_t, size_t)> work);

 private:
  void Help(size_t thread);
  void TakePieces(size_t thread);

  const absl::FunctionRef<void(size_t, size_t)>* work_ = nullptr;
  size_t pieces_ = 0;
  // How many pieces nobody has taken, in the lowest 8 bits; above them a number
  // that changes with every call of Run. kEnd asks the helpers to end.
  std::atomic<uint32_t> open_ = 0;
  std::atomic<uint32_t> done_ = 0;  // pieces
  static constexpr uint32_t kEnd = ~uint32_t{0};
  std::vector<std::thread> helpers_;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_TRAINING_TEAM_H_
