// SPDX-License-Identifier: MIT
#include "core/training/team.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace microgpt {
namespace {

TEST(TeamTest, EveryPieceIsDoneOnceInEveryRun) {
  for (const size_t threads : {1, 2, 5}) {
    Team team(threads);
    ASSERT_EQ(team.size(), threads);
    for (const size_t pieces :
         {size_t{0}, size_t{1}, size_t{2}, size_t{7}, Team::kMostPieces}) {
      std::vector<size_t> done(pieces);
      for (size_t run = 1; run <= 1000; ++run) {
        team.Run(pieces, [&](size_t piece, size_t) { ++done[piece]; });
        // What the others wrote is seen as soon as Run returns.
        for (const size_t count : done) ASSERT_EQ(count, run);
      }
    }
  }
}

TEST(TeamTest, AThreadHasOnePieceAtATime) {
  Team team(3);
  std::vector<std::atomic<int>> busy(team.size());
  std::vector<std::thread::id> ids(team.size());
  for (int run = 0; run < 1000; ++run) {
    team.Run(8, [&](size_t, size_t thread) {
      EXPECT_EQ(++busy[thread], 1);
      if (thread == 0) ids[0] = std::this_thread::get_id();
      --busy[thread];
    });
  }
  EXPECT_TRUE(ids[0] == std::thread::id() ||
              ids[0] == std::this_thread::get_id());
}

// Each waits for all others to have begun, which one thread alone never sees.
TEST(TeamTest, AsManyPiecesAsThreadsAreDoneAtOnce) {
  constexpr size_t kThreads = 4;
  Team team(kThreads);
  for (int run = 0; run < 100; ++run) {
    std::atomic<size_t> begun = 0;
    std::vector<std::thread::id> ids(kThreads);
    team.Run(kThreads, [&](size_t, size_t thread) {
      ++begun;
      while (begun < kThreads) std::this_thread::yield();
      ids[thread] = std::this_thread::get_id();
    });
    EXPECT_EQ(ids[0], std::this_thread::get_id());
    for (size_t i = 1; i < kThreads; ++i) EXPECT_NE(ids[i], ids[0]);
  }
}

TEST(TeamTest, EndsWithoutHavingWorked) { Team team(4); }

}  // namespace
}  // namespace microgpt
