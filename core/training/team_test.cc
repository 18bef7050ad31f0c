// SPDX-License-Identifier: MIT
#include "core/training/team.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <thread>
#include <vector>

namespace microgpt {
namespace {

TEST(TeamTest, EveryThreadDoesEachPieceOfWorkOnce) {
  for (const size_t threads : {1, 2, 5}) {
    Team team(threads);
    ASSERT_EQ(team.size(), threads);
    std::vector<size_t> calls(threads);
    for (size_t run = 1; run <= 1000; ++run) {
      team.Run([&](size_t i) { ++calls[i]; });
      // What the others wrote is seen as soon as Run returns.
      for (const size_t count : calls) ASSERT_EQ(count, run);
    }
  }
}

TEST(TeamTest, WorkRunsOnDifferentThreadsTheFirstOnTheCallers) {
  Team team(3);
  std::vector<std::thread::id> threads(3);
  team.Run([&](size_t i) { threads[i] = std::this_thread::get_id(); });
  EXPECT_EQ(threads[0], std::this_thread::get_id());
  EXPECT_NE(threads[1], threads[0]);
  EXPECT_NE(threads[2], threads[0]);
  EXPECT_NE(threads[1], threads[2]);
}

TEST(TeamTest, EndsWithoutHavingWorked) { Team team(4); }

}  // namespace
}  // namespace microgpt
