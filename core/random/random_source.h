// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_RANDOM_RANDOM_SOURCE_H_
#define MICROGPT_CORE_RANDOM_RANDOM_SOURCE_H_

namespace microgpt {

// Where sampling takes its random numbers from: one a token.
class RandomSource {
 public:
  virtual ~RandomSource() = default;

  // The next number, uniform in [0, 1).
  virtual double Uniform() = 0;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_RANDOM_RANDOM_SOURCE_H_
