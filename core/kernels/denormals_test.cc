// SPDX-License-Identifier: MIT
#include "core/kernels/denormals.h"

#include <gtest/gtest.h>

#include <limits>
#include <thread>

namespace microgpt {
namespace {

constexpr float kLeast = std::numeric_limits<float>::min();

// A quarter of the least normal number, computed at run time.
float MakeDenormal() {
  volatile float value = kLeast;
  return value * 0.25f;
}

// A denormal number times a large one, computed at run time.
float UseDenormal() {
  volatile float denormal = kLeast / 4;
  return denormal * 1e30f;
}

TEST(FlushDenormalsTest, DenormalsAreNeitherMadeNorReadWhileItLives) {
#if !defined(__x86_64__) && !defined(__aarch64__)
  GTEST_SKIP() << "this processor has no such switch";
#endif
  EXPECT_NE(MakeDenormal(), 0);
  {
    const FlushDenormals flush;
    EXPECT_EQ(MakeDenormal(), 0);
    EXPECT_EQ(UseDenormal(), 0);
  }
  EXPECT_NE(MakeDenormal(), 0);
  EXPECT_NE(UseDenormal(), 0);
}

TEST(FlushDenormalsTest, AnInnerOneLeavesTheOuterOneInForce) {
#if !defined(__x86_64__) && !defined(__aarch64__)
  GTEST_SKIP() << "this processor has no such switch";
#endif
  const FlushDenormals outer;
  { const FlushDenormals inner; }
  EXPECT_EQ(MakeDenormal(), 0);
}

TEST(FlushDenormalsTest, OtherThreadsKeepTheirDenormals) {
  float made = 0;
  // Made before, for a thread may begin with the state of the one that made it.
  std::jthread other([&](std::stop_token stop) {
    while (!stop.stop_requested()) std::this_thread::yield();
    made = MakeDenormal();
  });
  {
    const FlushDenormals flush;
    other.request_stop();
    other.join();
  }
  EXPECT_NE(made, 0);
}

}  // namespace
}  // namespace microgpt
