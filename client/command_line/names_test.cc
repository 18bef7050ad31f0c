// SPDX-License-Identifier: MIT
#include "client/command_line/names.h"

#include <gtest/gtest.h>

namespace microgpt::client {
namespace {

TEST(NamesTest, AJobIdIsAUlidInLowerCase) {
  EXPECT_TRUE(IsJobId("01jb3z5k9qv8xw2r7t6y4n0mca"));
  EXPECT_FALSE(IsJobId("01jb3z5k9qv8xw2r7t6y4n0mc")) << "25 characters";
  EXPECT_FALSE(IsJobId("01jb3z5k9qv8xw2r7t6y4n0mcaa")) << "27 characters";
  EXPECT_FALSE(IsJobId("01jb3z5k9qv8xw2r7t6y4n0mcu")) << "u is no digit";
  EXPECT_FALSE(IsJobId("81jb3z5k9qv8xw2r7t6y4n0mca")) << "above 128 bits";
  EXPECT_FALSE(IsJobId("01JB3Z5K9QV8XW2R7T6Y4N0MCA"));
  EXPECT_FALSE(IsJobId("names"));
  EXPECT_FALSE(IsJobId(""));
}

TEST(NamesTest, ModelNamesAreTheOnesTheServerTakes) {
  EXPECT_TRUE(IsModelName("names"));
  EXPECT_TRUE(IsModelName("0.a_b-c"));
  EXPECT_TRUE(IsModelName(std::string(63, 'a')));
  EXPECT_FALSE(IsModelName(std::string(64, 'a')));
  EXPECT_FALSE(IsModelName(""));
  EXPECT_FALSE(IsModelName("-a"));
  EXPECT_FALSE(IsModelName("Names"));
  EXPECT_FALSE(IsModelName("a b"));
}

TEST(NamesTest, AReferenceIsAModelAndPerhapsAVersion) {
  EXPECT_EQ(ModelOf("names"), "names");
  EXPECT_EQ(ModelOf("names@3"), "names");
  EXPECT_EQ(ModelOf("names@prod"), "names");
  EXPECT_FALSE(HasVersion("names"));
  EXPECT_TRUE(HasVersion("names@prod"));
}

TEST(NamesTest, AFilesStemNamesItsModel) {
  EXPECT_EQ(ModelNameFromFile("pets.txt"), "pets");
  EXPECT_EQ(ModelNameFromFile("/data/My Pets.txt"), "my-pets");
  EXPECT_EQ(ModelNameFromFile("./pets"), "pets");
  EXPECT_EQ(ModelNameFromFile("v1.2.txt"), "v1.2");
}

TEST(NamesTest, WhatCannotBeANameIsLeftToThePerson) {
  EXPECT_EQ(ModelNameFromFile("動物.txt"), std::nullopt);
  EXPECT_EQ(ModelNameFromFile("_pets.txt"), std::nullopt);
  EXPECT_EQ(ModelNameFromFile("pets(1).txt"), std::nullopt);
  EXPECT_EQ(ModelNameFromFile("/data/"), std::nullopt);
  EXPECT_EQ(ModelNameFromFile(std::string(64, 'a') + ".txt"), std::nullopt);
}

}  // namespace
}  // namespace microgpt::client
