// SPDX-License-Identifier: MIT
#include "server/errors/errors.h"

#include <gtest/gtest.h>

#include <array>

namespace microgpt::server {
namespace {

const std::array<std::string, 3> kNames{"names", "pets", "haiku-2"};

TEST(ServerErrorsTest, UnknownNameNamesTheNearest) {
  EXPECT_EQ(std::string(UnknownNameError("model", "nmaes", kNames).message()),
            "model \"nmaes\" not found: did you mean \"names\"?");
}

TEST(ServerErrorsTest, UnknownNameWithoutANeighbourNamesNone) {
  EXPECT_EQ(std::string(UnknownNameError("model", "cities", kNames).message()),
            "model \"cities\" not found");
  EXPECT_EQ(std::string(UnknownNameError("model", "x", {}).message()),
            "model \"x\" not found");
}

TEST(ServerErrorsTest, RetryDelayTravelsWithTheStatus) {
  const absl::Status status =
      ExhaustedError("queue full", std::chrono::milliseconds(250));
  EXPECT_EQ(RetryDelayOf(status), std::chrono::milliseconds(250));
  EXPECT_EQ(RetryDelayOf(absl::NotFoundError("x")), std::nullopt);
}

}  // namespace
}  // namespace microgpt::server
