// SPDX-License-Identifier: MIT
//
// MT19937 after Matsumoto and Nishimura, "Mersenne Twister: a 623-dimensionally
// equidistributed uniform pseudo-random number generator", 1998, with their
// init_by_array of 2002, which CPython seeds by.
#include "core/random/python_random.h"

#include <bit>
#include <cassert>
#include <cmath>
#include <numbers>

namespace microgpt {
namespace {

constexpr size_t kWords = 624;  // of state
constexpr size_t kShift = 397;  // the recurrence's middle word
using Words = std::array<uint32_t, kWords>;

// init_genrand: a state from one word.
void SeedWithWord(uint32_t word, Words& words) {
  words[0] = word;
  for (uint32_t i = 1; i < kWords; ++i) {
    const uint32_t previous = words[i - 1];
    words[i] = 1812433253u * (previous ^ (previous >> 30)) + i;
  }
}

// init_by_array: mixes the words of `key` into the state, twice.
void SeedWithKey(std::span<const uint32_t> key, Words& words) {
  SeedWithWord(19650218u, words);
  size_t i = 1;  // walks over words[1..623] round and round
  const auto mix = [&words, &i](uint32_t factor) {
    const uint32_t previous = words[i - 1];
    return words[i] ^ ((previous ^ (previous >> 30)) * factor);
  };
  const auto advance = [&words, &i] {
    if (++i < kWords) return;
    words[0] = words[kWords - 1];
    i = 1;
  };
  for (size_t n = 0; n < kWords; ++n) {  // a key is never longer than the state
    const size_t j = n % key.size();
    words[i] = mix(1664525u) + key[j] + static_cast<uint32_t>(j);
    advance();
  }
  for (size_t n = 1; n < kWords; ++n) {
    words[i] = mix(1566083941u) - static_cast<uint32_t>(i);
    advance();
  }
  words[0] = 0x80000000u;  // whatever the key, not all zero
}

// Replaces all words of the state by the next ones of the recurrence. No index
// wraps around within a loop, so that compilers use SIMD for both.
void Twist(Words& words) {
  const auto twist = [&words](size_t i, size_t next, size_t middle) {
    const uint32_t joined =
        (words[i] & 0x80000000u) | (words[next] & 0x7fffffffu);
    const uint32_t odd = 0u - (joined & 1);  // all ones, or none
    words[i] = words[middle] ^ (joined >> 1) ^ (odd & 0x9908b0dfu);
  };
  constexpr size_t kWrap = kWords - kShift;  // from here on, middle < i
  for (size_t i = 0; i < kWrap; ++i) twist(i, i + 1, i + kShift);
  for (size_t i = kWrap; i + 1 < kWords; ++i) twist(i, i + 1, i - kWrap);
  twist(kWords - 1, 0, kShift - 1);
}

uint32_t Temper(uint32_t word) {
  word ^= word >> 11;
  word ^= (word << 7) & 0x9d2c5680u;
  word ^= (word << 15) & 0xefc60000u;
  return word ^ (word >> 18);
}

}  // namespace

PythonRandom::PythonRandom(uint64_t seed) {
  // CPython cuts the seed into 32-bit words, lowest first, without leading
  // zeros but at least one.
  const std::array<uint32_t, 2> key = {static_cast<uint32_t>(seed),
                                       static_cast<uint32_t>(seed >> 32)};
  SeedWithKey(std::span(key).first(key[1] == 0 ? 1 : 2), state_.words);
}

PythonRandom::PythonRandom(const State& state) : state_(state) {
  assert(state_.used <= kWords);
}

void PythonRandom::RefillIfUsed() {
  if (state_.used < kWords) return;
  Twist(state_.words);
  state_.used = 0;
}

uint32_t PythonRandom::NextWord() {
  RefillIfUsed();
  return Temper(state_.words[state_.used++]);
}

double PythonRandom::Uniform() {
  const uint32_t high = NextWord() >> 5;  // 27 bits
  const uint32_t low = NextWord() >> 6;   // 26 bits
  return (high * 67108864.0 + low) * (1.0 / 9007199254740992.0);
}

uint32_t PythonRandom::GetRandBits(int k) {
  assert(k >= 1 && k <= 32);
  return NextWord() >> (32 - k);
}

uint32_t PythonRandom::RandBelow(uint32_t n) {
  assert(n >= 1);
  const int bits = std::bit_width(n);
  uint32_t number = GetRandBits(bits);
  while (number >= n) number = GetRandBits(bits);
  return number;
}

size_t PythonRandom::RandBelowEach(uint32_t n, Words& numbers) {
  RefillIfUsed();
  size_t count = 0;
  while (state_.used < kWords && n > 1) {
    const int shift = std::countl_zero(n);
    const uint32_t same_shift = std::bit_floor(n);  // for every n from here on
    for (; state_.used < kWords && n >= same_shift; ++state_.used) {
      const uint32_t number = Temper(state_.words[state_.used]) >> shift;
      const bool is_below = number < n;
      numbers[count] = number;  // written over by the next if it is not below
      count += is_below;
      n -= is_below;
    }
  }
  return count;
}

double PythonRandom::Gauss(double mu, double sigma) {
  if (state_.next_gauss.has_value()) {
    const double z = *state_.next_gauss;
    state_.next_gauss.reset();
    return mu + z * sigma;
  }
  const double angle = Uniform() * (2.0 * std::numbers::pi);
  const double radius = std::sqrt(-2.0 * std::log(1.0 - Uniform()));
  state_.next_gauss = std::sin(angle) * radius;
  return mu + std::cos(angle) * radius * sigma;
}

}  // namespace microgpt
