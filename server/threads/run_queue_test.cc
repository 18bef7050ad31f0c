// SPDX-License-Identifier: MIT
#include "server/threads/run_queue.h"

#include <gtest/gtest.h>

#include <future>
#include <string>

namespace microgpt::server {
namespace {

TEST(RunQueueTest, RunsSlicesUntilTheyHaveNoMore) {
  std::promise<int> result;
  RunQueue queue(2, 1, "test calls");
  queue.Submit([&result, runs = 0]() mutable {
    if (++runs < 5) return true;
    result.set_value(runs);
    return false;
  });
  EXPECT_EQ(result.get_future().get(), 5);
}

TEST(RunQueueTest, LongWorkTakesTurnsWithShortWork) {
  std::string order;
  std::promise<void> done;
  {
    RunQueue queue(1, 1, "test calls");
    // The first slice submits both, so that they stand in line together.
    queue.Submit([&] {
      queue.Submit([&, runs = 0]() mutable {
        order += 'L';
        return ++runs < 3;
      });
      queue.Submit([&] {
        order += 's';
        return false;
      });
      return false;
    });
  }
  EXPECT_EQ(order, "LsLL");
}

TEST(RunQueueTest, FirstSlicesOfCallsTakeTurnsWithAllOthers) {
  std::string order;
  {
    RunQueue queue(1, 1, "test calls");
    const auto append = [&order](char letter) {
      return [&order, letter] {
        order += letter;
        return false;
      };
    };
    // Submits all of them, so that they stand in line together.
    queue.Submit([&] {
      for (const char letter : {'a', 'b', 'c'}) queue.Submit(append(letter));
      for (const char letter : {'1', '2', '3', '4', '5'}) {
        queue.SubmitFirst(append(letter));
      }
      return false;
    });
  }
  EXPECT_EQ(order, "1a2b3c45");
}

TEST(RunQueueTest, DestructionRunsWhatIsInLine) {
  int runs = 0;
  {
    RunQueue queue(1, 1, "test calls");
    for (int i = 0; i < 100; ++i) {
      queue.Submit([&runs] {
        ++runs;
        return false;
      });
    }
  }
  EXPECT_EQ(runs, 100);
}

}  // namespace
}  // namespace microgpt::server
