// SPDX-License-Identifier: MIT
#include "core/random/indexed_random.h"

#include <gtest/gtest.h>

#include <cmath>

namespace microgpt {
namespace {

using Block = std::array<uint32_t, 4>;

// The three vectors that the authors publish for philox4x32 with 10 rounds
// (Random123, kat_vectors): zeros, ones, and the digits of pi.
TEST(PhiloxTest, AgreesWithThePublishedKnownAnswers) {
  EXPECT_EQ(Philox4x32({0, 0, 0, 0}, {0, 0}),
            (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr uint32_t kOnes = 0xffffffff;
  EXPECT_EQ(Philox4x32({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(Philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                       {0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

// The first two words of the known answer for zeros: (a >> 5, b >> 6) / 2^53.
TEST(IndexedRandomTest, NumbersAreMadeOfTheWordsOfTheBlocks) {
  IndexedRandom random(0, 0);
  constexpr double kTwoTo26 = 67108864;
  constexpr double kTwoTo53 = 9007199254740992;
  EXPECT_EQ(random.Uniform(),
            ((0x6627e8d5 >> 5) * kTwoTo26 + (0xe169c58d >> 6)) / kTwoTo53);
  EXPECT_EQ(random.Uniform(),
            ((0xbc57ac4c >> 5) * kTwoTo26 + (0x9b00dbd8 >> 6)) / kTwoTo53);
  const Block second = Philox4x32({1, 0, 0, 0}, {0, 0});
  EXPECT_EQ(random.Uniform(),
            ((second[0] >> 5) * kTwoTo26 + (second[1] >> 6)) / kTwoTo53);
}

TEST(IndexedRandomTest, AnyNumberCanBeHadAlone) {
  IndexedRandom random(42, 7);
  for (uint32_t i = 0; i < 100; ++i) {
    EXPECT_EQ(IndexedUniform(42, 7, i), random.Uniform());
  }
}

TEST(IndexedRandomTest, AStreamCanBeginLater) {
  IndexedRandom random(42, 7, 2048);
  for (uint32_t i = 0; i < 100; ++i) {
    EXPECT_EQ(IndexedUniform(42, 7, 2048 + i), random.Uniform());
  }
}

TEST(IndexedRandomTest, SeedAndIndexPickTheStreamAndNothingElseDoes) {
  IndexedRandom a(42, 7), again(42, 7), other_index(42, 8), other_seed(43, 7);
  for (int i = 0; i < 100; ++i) {
    const double number = a.Uniform();
    EXPECT_EQ(number, again.Uniform());
    EXPECT_NE(number, other_index.Uniform());
    EXPECT_NE(number, other_seed.Uniform());
  }
}

TEST(IndexedRandomTest, IndexAndSeedAreNotInterchangeable) {
  EXPECT_NE(IndexedRandom(1, 2).Uniform(), IndexedRandom(2, 1).Uniform());
}

// The mean of n uniform numbers is off by 1 / sqrt(12 n) at one sigma; 5 sigma
// are allowed. The streams are fixed, so the test cannot flicker.
TEST(IndexedRandomTest, NumbersAreUniformAlongAndAcrossStreams) {
  constexpr int kNumbers = 100000;
  const double bound = 5 / std::sqrt(12.0 * kNumbers);
  double along = 0, across = 0;
  IndexedRandom stream(42, 0);
  for (int i = 0; i < kNumbers; ++i) {
    const double number = stream.Uniform();
    ASSERT_GE(number, 0);
    ASSERT_LT(number, 1);
    along += number;
    across += IndexedRandom(42, static_cast<uint32_t>(i)).Uniform();
  }
  EXPECT_NEAR(along / kNumbers, 0.5, bound);
  EXPECT_NEAR(across / kNumbers, 0.5, bound);
}

}  // namespace
}  // namespace microgpt
