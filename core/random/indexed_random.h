// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_RANDOM_INDEXED_RANDOM_H_
#define MICROGPT_CORE_RANDOM_INDEXED_RANDOM_H_

#include <array>
#include <cstdint>

#include "core/random/random_source.h"

namespace microgpt {

// A stream of random numbers that is a function of (seed, index) alone: samples
// drawn from streams of their own do not depend on each other, on their order
// or on threads. Philox4x32-10 (Salmon et al., "Parallel random numbers: as
// easy as 1, 2, 3", 2011) in counter mode: key = (seed, 0), counter = (block,
// 0, index, 0). Exact integer arithmetic: the same on every machine.
//
// A value. Not thread-safe.
class IndexedRandom : public RandomSource {
 public:
  // first: of the stream's numbers; even.
  IndexedRandom(uint32_t seed, uint32_t index, uint32_t first = 0);

  // Uniform in [0, 1), 53 bits, from two 32-bit words as PythonRandom makes it.
  double Uniform() override;

 private:
  uint32_t Next();

  uint32_t seed_;
  uint32_t index_;
  uint32_t block_;                 // the next of the generator's
  std::array<uint32_t, 4> words_;  // of the newest block
  int used_ = 4;                   // how many of them are spent
};

// Number `number`, from 0, of IndexedRandom(seed, index).
double IndexedUniform(uint32_t seed, uint32_t index, uint32_t number);

// One block of Philox4x32-10.
std::array<uint32_t, 4> Philox4x32(std::array<uint32_t, 4> counter,
                                   std::array<uint32_t, 2> key);

}  // namespace microgpt

#endif  // MICROGPT_CORE_RANDOM_INDEXED_RANDOM_H_
