// SPDX-License-Identifier: MIT
#include "server/handlers/upload.h"

#include <gtest/gtest.h>

#include <string>

#include "core/errors/errors.h"
#include "server/handlers/limits.h"

namespace microgpt::server {
namespace {

TEST(UploadLimitTest, AChunkMayHaveSoManyBytesAndNoMore) {
  UploadLimit limit("a dataset", uint64_t{1} << 40);
  EXPECT_TRUE(limit.Add(std::string(kMaxChunkBytes, 'x')).ok());
  const absl::Status refused = limit.Add(std::string(kMaxChunkBytes + 1, 'x'));
  EXPECT_TRUE(absl::IsInvalidArgument(refused));
  EXPECT_EQ(FieldOf(refused), "chunk");
  EXPECT_EQ(refused.message(),
            "chunk: 1048577 bytes are above the maximum 1048576");
}

TEST(UploadLimitTest, AllChunksTogetherMayHaveSoManyBytesAndNoMore) {
  UploadLimit limit("a dataset", 10);
  EXPECT_TRUE(limit.Add("12345").ok());
  EXPECT_TRUE(limit.Add("67890").ok());
  const absl::Status refused = limit.Add("1");
  EXPECT_TRUE(absl::IsResourceExhausted(refused));
  EXPECT_EQ(refused.message(),
            "chunk: 11 bytes so far are above the maximum 10 of a dataset");
}

TEST(UploadTest, AFieldOfTheFirstMessageMayNotComeLater) {
  EXPECT_TRUE(CheckOnlyInFirst(true, "name", "pets").ok());
  EXPECT_TRUE(CheckOnlyInFirst(false, "name", "").ok());
  const absl::Status refused = CheckOnlyInFirst(false, "name", "pets");
  EXPECT_EQ(FieldOf(refused), "name");
}

}  // namespace
}  // namespace microgpt::server
