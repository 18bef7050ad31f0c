// SPDX-License-Identifier: MIT
#include "core/errors/ranges.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "core/errors/errors.h"

namespace microgpt {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::string MessageOf(const absl::Status& status) {
  return std::string(status.message());
}

TEST(RangesTest, TheLimitsThemselvesAreInside) {
  EXPECT_TRUE(CheckRange("steps", 1u, 1, 5).ok());
  EXPECT_TRUE(CheckRange("steps", 5u, 1, 5).ok());
  EXPECT_TRUE(CheckRange("share", 0.5, 0, 0.5).ok());
  EXPECT_TRUE(CheckPositive("rate", 1e-300, 10).ok());
  EXPECT_TRUE(CheckPositive("rate", 10, 10).ok());
}

TEST(RangesTest, ErrorsNameFieldValueAndLimit) {
  EXPECT_EQ(MessageOf(CheckRange("share", -0.5, 0, 1)),
            "share: -0.5 is below the minimum 0");
  EXPECT_EQ(MessageOf(CheckRange("share", 1.25, 0, 1)),
            "share: 1.25 is above the maximum 1");
  EXPECT_EQ(MessageOf(CheckPositive("rate", 0, 10)), "rate: 0 is not above 0");
  EXPECT_EQ(MessageOf(CheckPositive("rate", 11, 10)),
            "rate: 11 is above the maximum 10");
  EXPECT_EQ(FieldOf(CheckPositive("rate", 11, 10)), "rate");
}

TEST(RangesTest, LargeWholeNumbersKeepAllTheirDigits) {
  EXPECT_EQ(MessageOf(CheckRange("steps", uint32_t{4294967295}, 1, 1000000)),
            "steps: 4294967295 is above the maximum 1000000");
}

TEST(RangesTest, NotANumberIsOutOfEveryRange) {
  EXPECT_EQ(MessageOf(CheckRange("share", kNaN, 0, 1)),
            "share: nan is not a number");
  EXPECT_EQ(MessageOf(CheckPositive("rate", kNaN, 10)),
            "rate: nan is not a number");
}

}  // namespace
}  // namespace microgpt
