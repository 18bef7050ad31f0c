// SPDX-License-Identifier: MIT
#include "client/command_line/values.h"

#include <gtest/gtest.h>

namespace microgpt::client {
namespace {

using std::chrono::milliseconds;

TEST(ValuesTest, WholeNumbersAreDecimalDigits) {
  EXPECT_EQ(ParseWhole("0"), 0u);
  EXPECT_EQ(ParseWhole("010"), 10u) << "not octal";
  EXPECT_EQ(ParseWhole("4294967295"), 4294967295u);
  for (const char* bad : {"", "-1", "+1", "1.0", "0x10", "4294967296", "1 "}) {
    EXPECT_EQ(ParseWhole(bad), std::nullopt) << bad;
  }
}

TEST(ValuesTest, RealNumbersAreReadExactly) {
  EXPECT_EQ(ParseReal("0.01"), 0.01);
  EXPECT_EQ(ParseReal("1e-8"), 1e-8);
  EXPECT_EQ(ParseReal("-0.5"), -0.5) << "the server names the range";
  for (const char* bad : {"", "abc", "0,5", "1x"}) {
    EXPECT_EQ(ParseReal(bad), std::nullopt) << bad;
  }
}

TEST(ValuesTest, DurationsNeedAUnit) {
  EXPECT_EQ(ParseDuration("500ms"), milliseconds(500));
  EXPECT_EQ(ParseDuration("30s"), milliseconds(30000));
  EXPECT_EQ(ParseDuration("1.5m"), milliseconds(90000));
  EXPECT_EQ(ParseDuration("2h"), milliseconds(7200000));
  for (const char* bad : {"", "s", "30", "0s", "-1s", "1d", "1e99h", "nans"}) {
    EXPECT_EQ(ParseDuration(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace microgpt::client
