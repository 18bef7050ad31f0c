// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_RANDOM_PYTHON_RANDOM_H_
#define MICROGPT_CORE_RANDOM_PYTHON_RANDOM_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "core/random/random_source.h"

namespace microgpt {

// CPython's `random` module, number for number: MT19937 seeded by
// init_by_array, and the functions that microgpt.py calls on it. Numbers are
// exact except Gauss(), whose last digits depend on the C library's log, sin
// and cos.
//
// A value: copying it copies the state. Not thread-safe.
class PythonRandom : public RandomSource {
 public:
  // All that the numbers to come depend on, as random.getstate() has it.
  struct State {
    std::array<uint32_t, 624> words;   // MT19937's
    uint32_t used = 624;               // words already given out, 0..624
    std::optional<double> next_gauss;  // Gauss()'s second, in units of sigma

    bool operator==(const State&) const = default;
  };

  // random.seed(seed).
  explicit PythonRandom(uint64_t seed);

  // random.setstate(state): goes on where another generator's state() was
  // taken.
  explicit PythonRandom(const State& state);
  const State& state() const { return state_; }

  // random.random(): uniform in [0, 1), 53 bits.
  double Uniform() override;

  // random.getrandbits(k), k in 1..32.
  uint32_t GetRandBits(int k);

  // random._randbelow(n): uniform in [0, n), n in 1..2^32-1.
  uint32_t RandBelow(uint32_t n);

  // random.gauss(mu, sigma). Makes two at a time and keeps one.
  double Gauss(double mu, double sigma);

  // random.shuffle(items). At most 2^32-1 items.
  template <typename T>
  void Shuffle(std::span<T> items) {
    Words numbers;
    for (size_t i = items.size(); i > 1;) {
      const size_t count = RandBelowEach(static_cast<uint32_t>(i), numbers);
      for (const uint32_t j : std::span(numbers).first(count)) {
        using std::swap;
        swap(items[--i], items[j]);
      }
    }
  }

 private:
  using Words = decltype(State::words);

  void RefillIfUsed();
  uint32_t NextWord();

  // RandBelow(n), RandBelow(n - 1), …, RandBelow(2), as far as the words at
  // hand go. Answers how many of `numbers` those are; it may be none.
  // A shuffle's numbers are drawn without a branch for each that is thrown
  // away, which a processor could not foresee.
  size_t RandBelowEach(uint32_t n, Words& numbers);

  State state_;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_RANDOM_PYTHON_RANDOM_H_
