// SPDX-License-Identifier: MIT
//
// Every number below was printed by CPython 3.11; the command stands above it,
// to be put after `python3 -c "from random import *; r = Random(42); …"`.
#include "core/random/python_random.h"

#include <gtest/gtest.h>

#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace microgpt {
namespace {

std::vector<uint32_t> FirstWords(uint64_t seed) {
  PythonRandom random(seed);
  std::vector<uint32_t> words(4);
  for (uint32_t& word : words) word = random.GetRandBits(32);
  return words;
}

// for s in (0, 1, 42, 2**32-1, 2**32, 2**64-1):
//     r = Random(s); print([r.getrandbits(32) for _ in range(4)])
TEST(PythonRandomTest, AnySeedOf64BitsGivesPythonsWords) {
  using Words = std::vector<uint32_t>;
  EXPECT_EQ(FirstWords(0),
            (Words{3626764237, 1654615998, 3255389356, 3823568514}));
  EXPECT_EQ(FirstWords(1),
            (Words{577090037, 2444712010, 3639700191, 3445702192}));
  EXPECT_EQ(FirstWords(42),
            (Words{2746317213, 478163327, 107420369, 3184935163}));
  EXPECT_EQ(FirstWords(4294967295),
            (Words{2728839433, 2661025012, 872737089, 924893097}));
  EXPECT_EQ(FirstWords(4294967296),
            (Words{485306839, 1508871100, 1794561286, 4014597330}));
  EXPECT_EQ(FirstWords(18446744073709551615u),
            (Words{93740670, 1068495656, 1452108352, 2657516307}));
}

// xs = [r.getrandbits(32) for _ in range(100000)]
// h = 0
// for x in xs: h = (h * 31 + x) % 2**64
// print(h, xs[623], xs[624], xs[-1])
TEST(PythonRandomTest, WordsStayPythonsWhenTheStateIsRenewed) {
  PythonRandom random(42);
  std::vector<uint32_t> words(100000);
  uint64_t hash = 0;
  for (uint32_t& word : words) {
    word = random.GetRandBits(32);
    hash = hash * 31 + word;
  }
  EXPECT_EQ(hash, 10246498603989864691u);
  EXPECT_EQ(words[623], 2929454134u);
  EXPECT_EQ(words[624], 1071722055u);
  EXPECT_EQ(words.back(), 124003426u);
}

// print([r.random() for _ in range(3)])
TEST(PythonRandomTest, UniformIsRandomRandom) {
  PythonRandom random(42);
  EXPECT_EQ(random.Uniform(), 0.6394267984578837);
  EXPECT_EQ(random.Uniform(), 0.025010755222666936);
  EXPECT_EQ(random.Uniform(), 0.27502931836911926);
}

// print([r.getrandbits(k) for k in (1, 5, 16, 31, 32)])
TEST(PythonRandomTest, GetRandBitsTakesTheUppermostBits) {
  PythonRandom random(42);
  EXPECT_EQ(random.GetRandBits(1), 1u);
  EXPECT_EQ(random.GetRandBits(5), 3u);
  EXPECT_EQ(random.GetRandBits(16), 1639u);
  EXPECT_EQ(random.GetRandBits(31), 1592467581u);
  EXPECT_EQ(random.GetRandBits(32), 1181241943u);
}

// print([r._randbelow(n) for n in (1, 2, 3, 10, 1000, 2**31+1, 2**32-1)])
TEST(PythonRandomTest, RandBelowDrawsAgainUntilItIsBelow) {
  PythonRandom random(42);
  const std::vector<uint32_t> limits = {1,    2,          3,         10,
                                        1000, 2147483649, 4294967295};
  const std::vector<uint32_t> expected = {0,   0,         2,        4,
                                          250, 958682846, 599310825};
  for (size_t i = 0; i < limits.size(); ++i) {
    EXPECT_EQ(random.RandBelow(limits[i]), expected[i]) << limits[i];
  }
}

// print([r.gauss(0, 0.08) for _ in range(5)])
TEST(PythonRandomTest, GaussIsPythonsToTheLastDigits) {
  PythonRandom random(42);
  for (const double expected :
       {-0.011527226366234268, -0.013832288026521545, -0.008905268925412997,
        0.05615869800790905, -0.010207062702630967}) {
    EXPECT_NEAR(random.Gauss(0, 0.08), expected, 1e-16);
  }
}

// r = Random(7); print([r.gauss(3, 2) for _ in range(4)], r.random())
TEST(PythonRandomTest, GaussUsesTwoNumbersForTwoAndKeepsTheSecond) {
  PythonRandom random(7);
  for (const double expected : {2.4882394231047993, 4.022863025033028,
                                2.5478076704337904, 2.369863155337629}) {
    EXPECT_NEAR(random.Gauss(3, 2), expected, 1e-14);
  }
  EXPECT_EQ(random.Uniform(), 0.5358820043066892);
}

// x = list(range(10)); r.shuffle(x); print(x)
TEST(PythonRandomTest, ShuffleIsPythons) {
  PythonRandom random(42);
  std::vector<int> items(10);
  std::iota(items.begin(), items.end(), 0);
  random.Shuffle(std::span(items));
  EXPECT_EQ(items, (std::vector<int>{7, 3, 2, 8, 5, 6, 9, 4, 0, 1}));
}

// x = list(range(32033)); r.shuffle(x)
// print(x[:5], sum(i * v for i, v in enumerate(x)))
TEST(PythonRandomTest, ShuffleOfManyItemsIsPythons) {
  PythonRandom random(42);
  std::vector<uint64_t> items(32033);
  std::iota(items.begin(), items.end(), 0);
  random.Shuffle(std::span(items));
  EXPECT_EQ(std::vector<uint64_t>(items.begin(), items.begin() + 5),
            (std::vector<uint64_t>{26785, 23366, 20900, 29382, 25333}));
  uint64_t sum = 0;
  for (size_t i = 0; i < items.size(); ++i) sum += i * items[i];
  EXPECT_EQ(sum, 8219076285673u);
}

// Draws one number at a time, as random.shuffle's source reads.
void ShuffleOneByOne(PythonRandom& random, std::span<uint32_t> items) {
  for (size_t i = items.size(); i-- > 1;) {
    std::swap(items[i], items[random.RandBelow(static_cast<uint32_t>(i + 1))]);
  }
}

TEST(PythonRandomTest, ShuffleTakesTheNumbersThatRandBelowGives) {
  PythonRandom sizes(1), random(42);
  for (int i = 0; i < 2000; ++i) {
    std::vector<uint32_t> items(sizes.RandBelow(i % 100 == 0 ? 5000 : 130));
    std::iota(items.begin(), items.end(), 0);
    std::vector<uint32_t> expected = items;
    PythonRandom one_by_one = random;
    random.Shuffle(std::span(items));
    ShuffleOneByOne(one_by_one, expected);
    ASSERT_EQ(items, expected) << i;
    ASSERT_EQ(random.state(), one_by_one.state()) << i;
  }
}

TEST(PythonRandomTest, ShuffleOfNoneOrOneTakesNoNumber) {
  PythonRandom random(42);
  std::vector<std::string> none, one = {"emma"};
  random.Shuffle(std::span(none));
  random.Shuffle(std::span(one));
  EXPECT_EQ(random.Uniform(), 0.6394267984578837);
}

TEST(PythonRandomTest, ACopyGoesOnFromTheSameState) {
  PythonRandom random(42);
  random.Gauss(0, 1);  // leaves a second number to be kept
  PythonRandom copy = random;
  EXPECT_EQ(random.Gauss(0, 1), copy.Gauss(0, 1));
  EXPECT_EQ(random.Uniform(), copy.Uniform());
}

// [r.random() for _ in range(3)]; r.gauss(0, 1); s = r.getstate()
// print(s[1][0], s[1][623], s[1][624], s[2])
TEST(PythonRandomTest, TheStateIsPythons) {
  PythonRandom random(42);
  EXPECT_EQ(random.state().words[0], 2147483648u);
  EXPECT_EQ(random.state().words[623], 3831079317u);
  EXPECT_EQ(random.state().used, 624u);
  EXPECT_EQ(random.state().next_gauss, std::nullopt);
  for (int i = 0; i < 3; ++i) random.Uniform();
  random.Gauss(0, 1);
  EXPECT_EQ(random.state().words[0], 2468570525u);
  EXPECT_EQ(random.state().words[623], 1079217633u);
  EXPECT_EQ(random.state().used, 10u);
  EXPECT_NEAR(random.state().next_gauss.value(), 1.610071094463357, 1e-14);
}

TEST(PythonRandomTest, AnotherGoesOnFromAStateWhereverItWasTaken) {
  PythonRandom random(42);
  for (int i = 0; i < 1000; ++i) {
    PythonRandom other(random.state());
    ASSERT_EQ(other.state(), random.state()) << i;
    ASSERT_EQ(other.Gauss(0, 1), random.Gauss(0, 1)) << i;
    ASSERT_EQ(other.GetRandBits(32), random.GetRandBits(32)) << i;
  }
}

TEST(PythonRandomDeathTest, AStateThatGaveOutMoreWordsThanItHasIsOurOwnBug) {
  PythonRandom::State state = PythonRandom(42).state();
  state.used = 625;
  EXPECT_DEATH(PythonRandom{state}, "used");
}

}  // namespace
}  // namespace microgpt
