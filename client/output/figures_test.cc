// SPDX-License-Identifier: MIT
#include "client/output/figures.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>

namespace microgpt::client {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

TEST(FiguresTest, CountsAreGroupedInThrees) {
  EXPECT_EQ(Grouped(0), "0");
  EXPECT_EQ(Grouped(999), "999");
  EXPECT_EQ(Grouped(2104), "2,104");
  EXPECT_EQ(Grouped(1234567), "1,234,567");
}

TEST(FiguresTest, CompactCountsRoundToTheNextUnit) {
  EXPECT_EQ(Compact(27), "27");
  EXPECT_EQ(Compact(999), "999");
  EXPECT_EQ(Compact(1000), "1K");
  EXPECT_EQ(Compact(4192), "4.2K");
  EXPECT_EQ(Compact(210400), "210.4K");
  EXPECT_EQ(Compact(999990), "1M");
  EXPECT_EQ(Compact(1.25e9), "1.2G");
}

TEST(FiguresTest, BytesHaveBinaryUnits) {
  EXPECT_EQ(Bytes(512), "512 B");
  EXPECT_EQ(Bytes(16 << 20), "16.0 MiB");
}

TEST(FiguresTest, ExactDigitsBringBackTheSameDouble) {
  EXPECT_EQ(Exact(3.4), "3.3999999999999999");
  for (const double value : {2.3165432109876543, 1e-17, 0.1 + 0.2}) {
    EXPECT_EQ(std::strtod(Exact(value).c_str(), nullptr), value);
  }
}

TEST(FiguresTest, WhatIsNoNumberHasNoSign) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double value : {nan, std::copysign(nan, -1.0)}) {
    EXPECT_EQ(Loss(value), "nan");
    EXPECT_EQ(Loss(value, 6), "nan");
    EXPECT_EQ(Exact(value), "nan");
  }
  EXPECT_EQ(Loss(-std::numeric_limits<double>::infinity()), "-inf");
}

TEST(FiguresTest, LossesAreRounded) {
  EXPECT_EQ(Loss(2.3165432), "2.32");
  EXPECT_EQ(Loss(2.3165432, 6), "2.316543");
  EXPECT_EQ(Loss(-0.001), "0.00") << "nothing has no sign";
  EXPECT_EQ(Loss(-0.006), "-0.01");
}

TEST(FiguresTest, DurationsKeepTwoUnits) {
  EXPECT_EQ(HumanDuration(microseconds(300)), "under 1 ms");
  EXPECT_EQ(HumanDuration(milliseconds(5)), "5 ms");
  EXPECT_EQ(HumanDuration(microseconds(999900)), "1.0 s");
  EXPECT_EQ(HumanDuration(milliseconds(2440)), "2.4 s");
  EXPECT_EQ(HumanDuration(milliseconds(59990)), "1 min 0 s");
  EXPECT_EQ(HumanDuration(seconds(200)), "3 min 20 s");
  EXPECT_EQ(HumanDuration(seconds(7500)), "2 h 5 min");
}

TEST(FiguresTest, AgesAreInTheLargestWholeUnit) {
  EXPECT_EQ(HumanAge(seconds(-3)), "just now");
  EXPECT_EQ(HumanAge(milliseconds(900)), "just now");
  EXPECT_EQ(HumanAge(seconds(1)), "1 second ago");
  EXPECT_EQ(HumanAge(seconds(5)), "5 seconds ago");
  EXPECT_EQ(HumanAge(seconds(60)), "1 minute ago");
  EXPECT_EQ(HumanAge(seconds(7199)), "1 hour ago");
  EXPECT_EQ(HumanAge(seconds(86400 * 40)), "1 month ago");
  EXPECT_EQ(HumanAge(seconds(86400 * 800)), "2 years ago");
}

TEST(FiguresTest, ProtoTimesGoBothWays) {
  EXPECT_EQ(ToChrono(ToProto(milliseconds(1500))), nanoseconds(1500000000));
  EXPECT_EQ(Seconds(ToProto(milliseconds(5))), "0.005");
  google::protobuf::Timestamp time;
  EXPECT_EQ(Rfc3339(time), "");
  time.set_seconds(1700000000);
  EXPECT_EQ(Rfc3339(time), "2023-11-14T22:13:20Z");
}

}  // namespace
}  // namespace microgpt::client
