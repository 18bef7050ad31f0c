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
  // random.seed(seed).
  explicit PythonRandom(uint64_t seed);

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
    for (size_t i = items.size(); i-- > 1;) {
      using std::swap;
      swap(items[i], items[RandBelow(static_cast<uint32_t>(i + 1))]);
    }
  }

 private:
  uint32_t NextWord();

  std::array<uint32_t, 624> state_;
  size_t used_ = 624;                 // words of state_ already given out
  std::optional<double> next_gauss_;  // in units of sigma
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_RANDOM_PYTHON_RANDOM_H_
