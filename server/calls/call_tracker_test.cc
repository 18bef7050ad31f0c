// SPDX-License-Identifier: MIT
#include "server/calls/call_tracker.h"

#include <gtest/gtest.h>

#include <future>

namespace microgpt::server {
namespace {

using Clock = std::chrono::steady_clock;

TEST(CallTrackerTest, StopsTheCallsUnderWayAndThoseThatCome) {
  CallTracker tracker;
  std::stop_source ended, running, later;
  tracker.Add(&ended, ended);
  tracker.Add(&running, running);
  tracker.Remove(&ended);
  EXPECT_FALSE(tracker.stopped());
  tracker.StopAll();
  EXPECT_TRUE(tracker.stopped());
  EXPECT_FALSE(ended.stop_requested());
  EXPECT_TRUE(running.stop_requested());
  tracker.Add(&later, later);
  EXPECT_TRUE(later.stop_requested());
}

// A call ends from within its stop, on the thread that stops it.
TEST(CallTrackerTest, ACallMayEndWhileItIsStopped) {
  CallTracker tracker;
  std::stop_source stop;
  tracker.Add(&stop, stop);
  const std::stop_callback end(stop.get_token(),
                               [&] { tracker.Remove(&stop); });
  tracker.StopAll();
  tracker.AwaitNone(Clock::time_point::max());
}

TEST(CallTrackerTest, AwaitNoneWaitsForTheLastCallOrTheDeadline) {
  CallTracker tracker;
  tracker.AwaitNone(Clock::time_point::max());
  std::stop_source stop;
  tracker.Add(&stop, stop);
  tracker.AwaitNone(Clock::now());
  auto none = std::async(std::launch::async,
                         [&] { tracker.AwaitNone(Clock::time_point::max()); });
  tracker.Remove(&stop);
  none.get();
}

}  // namespace
}  // namespace microgpt::server
