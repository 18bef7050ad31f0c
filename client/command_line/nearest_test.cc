// SPDX-License-Identifier: MIT
#include "client/command_line/nearest.h"

#include <gtest/gtest.h>

namespace microgpt::client {
namespace {

const std::vector<std::string> kCommands = {"train", "generate", "status",
                                            "stop", "ls"};

TEST(NearestTest, ASlipOfTheFingerIsUnderstood) {
  EXPECT_EQ(Nearest("trian", kCommands), "train");
  EXPECT_EQ(Nearest("generat", kCommands), "generate");
  EXPECT_EQ(Nearest("satus", kCommands), "status");
  EXPECT_EQ(Nearest("l", kCommands), "ls");
}

TEST(NearestTest, ADifferentWordIsNot) {
  EXPECT_EQ(Nearest("deploy", kCommands), std::nullopt);
  EXPECT_EQ(Nearest("", kCommands), std::nullopt);
  EXPECT_EQ(Nearest("train", {}), std::nullopt);
}

}  // namespace
}  // namespace microgpt::client
