// SPDX-License-Identifier: MIT
#include "core/digest/sha256.h"

#include <gtest/gtest.h>

#include <utility>

namespace microgpt {
namespace {

// printf 'abc' | sha256sum
constexpr std::string_view kAbc =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr std::string_view kNothing =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::string HexOf(std::string_view bytes) {
  Sha256 digest;
  digest.Update(bytes);
  return std::move(digest).Hex();
}

TEST(Sha256Test, IsWhatSha256sumSays) {
  EXPECT_EQ(HexOf("abc"), kAbc);
  EXPECT_EQ(HexOf(""), kNothing);
  EXPECT_EQ(std::move(Sha256()).Hex(), kNothing);
  // head -c 1000000 /dev/zero | tr '\0' a | sha256sum
  EXPECT_EQ(HexOf(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256Test, WhereTheBytesAreCutDoesNotMatter) {
  std::string bytes(200, '\0');  // more than three blocks of 64
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i);
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    Sha256 digest;
    digest.Update(std::string_view(bytes).substr(0, cut));
    digest.Update(std::string_view(bytes).substr(cut));
    ASSERT_EQ(std::move(digest).Hex(), HexOf(bytes)) << cut;
  }
}

TEST(Sha256Test, AnIdNamesTheDigest) {
  EXPECT_EQ(Sha256Id("abc"), "sha256:" + std::string(kAbc));
}

TEST(Sha256Test, AnIdHasSixtyFourDigitsInLowerCase) {
  const std::string id = Sha256Id("abc");
  EXPECT_TRUE(IsSha256Id(id));
  EXPECT_FALSE(IsSha256Id(""));
  EXPECT_FALSE(IsSha256Id("sha256:"));
  EXPECT_FALSE(IsSha256Id(kAbc));
  EXPECT_FALSE(IsSha256Id(id.substr(0, id.size() - 1)));
  EXPECT_FALSE(IsSha256Id(id + "0"));
  EXPECT_FALSE(IsSha256Id("sha256:" + std::string(64, 'A')));
  EXPECT_FALSE(IsSha256Id("sha256:" + std::string(63, '0') + "g"));
  EXPECT_FALSE(IsSha256Id("SHA256:" + std::string(64, '0')));
}

}  // namespace
}  // namespace microgpt
