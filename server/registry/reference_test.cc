// SPDX-License-Identifier: MIT
#include "server/registry/reference.h"

#include <gtest/gtest.h>

#include <string>

#include "core/errors/errors.h"

namespace microgpt::server {
namespace {

TEST(ReferenceTest, ANameAloneAndLatestAreTheNewestVersion) {
  for (const char* text : {"names", "names@latest"}) {
    const auto reference = ParseReference(text);
    ASSERT_TRUE(reference.ok()) << reference.status();
    EXPECT_EQ(reference->name, "names");
    EXPECT_EQ(reference->version, 0u);
    EXPECT_EQ(reference->alias, "");
  }
}

TEST(ReferenceTest, ANumberIsAVersion) {
  EXPECT_EQ(ParseReference("names@1")->version, 1u);
  EXPECT_EQ(ParseReference("names@4294967295")->version, 4294967295u);
  EXPECT_EQ(ParseReference("names@1")->alias, "");
}

TEST(ReferenceTest, AnythingElseIsAnAlias) {
  const auto reference = ParseReference("names@v1.blue");
  ASSERT_TRUE(reference.ok()) << reference.status();
  EXPECT_EQ(reference->version, 0u);
  EXPECT_EQ(reference->alias, "v1.blue");
}

TEST(ReferenceTest, OtherFormsAreRefused) {
  for (const char* text :
       {"", "@", "@1", "Names", "names@", "names@0", "names@-1", "names@+1",
        "names@1x", "names@ 1", "names@1@1", "names@1.0", "names@4294967296",
        "names@Prod"}) {
    const absl::Status status = ParseReference(text).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << text << status;
    EXPECT_EQ(FieldOf(status), "model") << text;
  }
  EXPECT_EQ(ParseReference("names@0").status().message(),
            "model: \"names@0\": a version is a number from 1 on or an alias, "
            "as in \"names@1\" or \"names@prod\"");
}

TEST(ReferenceTest, AnAliasIsParsedWithItsModel) {
  const auto alias = ParseAlias("names@prod");
  ASSERT_TRUE(alias.ok()) << alias.status();
  EXPECT_EQ(alias->name, "names");
  EXPECT_EQ(alias->alias, "prod");
  for (const char* text : {"", "names", "prod", "names@", "names@1", "@prod",
                           "names@latest", "Names@prod", "names@prod@x"}) {
    const absl::Status status = ParseAlias(text).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << text << status;
    EXPECT_EQ(FieldOf(status), "alias") << text;
  }
}

}  // namespace
}  // namespace microgpt::server
