// SPDX-License-Identifier: MIT
#include "core/random/indexed_random.h"

#include <cassert>
#include <cstddef>

namespace microgpt {
namespace {

double FromWords(uint32_t first, uint32_t second) {
  const uint32_t high = first >> 5;  // 27 bits
  const uint32_t low = second >> 6;  // 26 bits
  return (high * 67108864.0 + low) * (1.0 / 9007199254740992.0);
}

}  // namespace

std::array<uint32_t, 4> Philox4x32(std::array<uint32_t, 4> counter,
                                   std::array<uint32_t, 2> key) {
  constexpr int kRounds = 10;
  for (int round = 0; round < kRounds; ++round) {
    const uint64_t left = uint64_t{0xD2511F53} * counter[0];
    const uint64_t right = uint64_t{0xCD9E8D57} * counter[2];
    const auto high = [](uint64_t x) { return static_cast<uint32_t>(x >> 32); };
    const auto low = [](uint64_t x) { return static_cast<uint32_t>(x); };
    counter = {high(right) ^ counter[1] ^ key[0], low(right),
               high(left) ^ counter[3] ^ key[1], low(left)};
    key[0] += 0x9E3779B9;  // the golden ratio
    key[1] += 0xBB67AE85;  // sqrt(3) - 1
  }
  return counter;
}

IndexedRandom::IndexedRandom(uint32_t seed, uint32_t index, uint32_t first)
    : seed_(seed), index_(index), block_(first / 2) {
  assert(first % 2 == 0);
}

uint32_t IndexedRandom::Next() {
  if (used_ == 4) {
    words_ = Philox4x32({block_++, 0, index_, 0}, {seed_, 0});
    used_ = 0;
  }
  return words_[used_++];
}

double IndexedRandom::Uniform() {
  const uint32_t high = Next();
  return FromWords(high, Next());
}

double IndexedUniform(uint32_t seed, uint32_t index, uint32_t number) {
  const auto words = Philox4x32({number / 2, 0, index, 0}, {seed, 0});
  const size_t first = 2 * (number % 2);
  return FromWords(words[first], words[first + 1]);
}

}  // namespace microgpt
