// SPDX-License-Identifier: MIT
#include "server/errors/names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/errors/errors.h"
#include "core/text/utf8.h"

namespace microgpt::server {
namespace {

using testing::HasSubstr;

TEST(NamesTest, NamesAreLowerCaseLettersDigitsAndAFewMore) {
  const std::vector<std::string> names = {
      "n",   "0",     "names", "haiku-2", "a.b",
      "a_b", "a--..", "7-",    "sha256",  std::string(63, 'a')};
  for (const std::string& name : names) {
    EXPECT_TRUE(ValidateName("model", "model", name).ok()) << name;
  }
}

TEST(NamesTest, OtherNamesAreRefused) {
  const std::vector<std::string> names = {"",
                                          "Names",
                                          "-names",
                                          ".names",
                                          "_names",
                                          "my names",
                                          "names ",
                                          "naïve",
                                          "a/b",
                                          "a@1",
                                          "a\n",
                                          "a:b",
                                          "../x",
                                          std::string("a\0b", 3),
                                          std::string(64, 'a')};
  for (const std::string& name : names) {
    const absl::Status status = ValidateName("model", "model", name);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << name;
    EXPECT_EQ(FieldOf(status), "model");
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("1 to 63 characters of a-z, 0-9"));
  }
}

TEST(NamesTest, ALongNameIsQuotedInPartCutBetweenCharacters) {
  for (const std::string character : {"x", "é", "…", "𝄞"}) {
    for (size_t offset = 0; offset < 4; ++offset) {
      std::string name(offset, 'X');
      while (name.size() < 10'000) name += character;
      const absl::Status status = ValidateName("model", "model", name);
      const std::string message(status.message());
      EXPECT_LT(message.size(), 300u);
      EXPECT_TRUE(ValidateUtf8("message", message).ok());
      EXPECT_THAT(message, HasSubstr("1 to 63 characters"));
    }
  }
}

TEST(NamesTest, TheErrorSaysWhatWasToBeNamed) {
  const absl::Status status = ValidateName("name", "dataset", "My Pets");
  EXPECT_EQ(FieldOf(status), "name");
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("\"My Pets\" is not a dataset name"));
}

TEST(NamesTest, AliasesAreNamesThatBeginWithALetter) {
  for (const std::string alias : {"prod", "a", "v1", "blue-green", "x.y_z"}) {
    EXPECT_TRUE(ValidateAlias("alias", alias).ok()) << alias;
  }
  for (const std::string alias :
       {"", "1", "1st", "-prod", "Prod", "a b", "a@b"}) {
    const absl::Status status = ValidateAlias("alias", alias);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << alias;
    EXPECT_EQ(FieldOf(status), "alias");
  }
}

TEST(NamesTest, LatestIsNoAlias) {
  EXPECT_EQ(ValidateAlias("alias", "latest").message(),
            "alias: \"latest\" is always the newest version, not an alias");
}

}  // namespace
}  // namespace microgpt::server
