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

TEST(ServerErrorsTest, EachKindOfSlipIsOneChange) {
  for (const char* slip : {"name", "namess", "nanes", "naems", "anmes"}) {
    EXPECT_EQ(Nearest(slip, kNames), "names") << slip;
  }
}

TEST(ServerErrorsTest, AThirdOfTheNameMayBeWrong) {
  EXPECT_EQ(Nearest("hiaku_2", kNames), "haiku-2");
  EXPECT_EQ(Nearest("hiako_2", kNames), "") << "three changes in seven";
  EXPECT_EQ(Nearest("pet", kNames), "pets") << "one is always allowed";
  EXPECT_EQ(Nearest("", kNames), "");
  const std::vector<std::string> letters = {"q", "yy"};
  EXPECT_EQ(Nearest("y", letters), "");
  EXPECT_EQ(Nearest("yx", letters), "yy");
}

TEST(ServerErrorsTest, OfSeveralTheNearestIsNamed) {
  const std::array<std::string, 3> names{"names-1", "names-22", "names-2"};
  EXPECT_EQ(Nearest("names_22", names), "names-22");
  EXPECT_EQ(Nearest("names_2", names), "names-2");
}

TEST(ServerErrorsTest, RetryDelayTravelsWithTheStatus) {
  const absl::Status status =
      ExhaustedError("queue full", std::chrono::milliseconds(250));
  EXPECT_EQ(RetryDelayOf(status), std::chrono::milliseconds(250));
  EXPECT_EQ(RetryDelayOf(absl::NotFoundError("x")), std::nullopt);
}

}  // namespace
}  // namespace microgpt::server
