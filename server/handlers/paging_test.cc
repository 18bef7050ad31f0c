// SPDX-License-Identifier: MIT
#include "server/handlers/paging.h"

#include <gtest/gtest.h>

#include "core/errors/errors.h"
#include "server/handlers/limits.h"

namespace microgpt::server {
namespace {

TEST(PagingTest, APageHasItsSizeOrTheDefault) {
  EXPECT_EQ(*ParsePageSize(0), kDefaultPageSize);
  EXPECT_EQ(*ParsePageSize(1), 1u);
  EXPECT_EQ(*ParsePageSize(kMaxPageSize), kMaxPageSize);
  EXPECT_EQ(FieldOf(ParsePageSize(kMaxPageSize + 1).status()), "page_size");
}

TEST(PagingTest, ANumericTokenIsWithinItsRange) {
  EXPECT_EQ(*ParseNumericPageToken("", 10), 0u);
  EXPECT_EQ(*ParseNumericPageToken("1", 10), 1u);
  EXPECT_EQ(*ParseNumericPageToken("10", 10), 10u);
  for (const char* token : {"0", "11", "-1", "x", "1x", " 1", "4294967297",
                            "99999999999999999999"}) {
    EXPECT_EQ(FieldOf(ParseNumericPageToken(token, 10).status()), "page_token")
        << token;
  }
}

}  // namespace
}  // namespace microgpt::server
