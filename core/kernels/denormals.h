// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_KERNELS_DENORMALS_H_
#define MICROGPT_CORE_KERNELS_DENORMALS_H_

#include <cstdint>

namespace microgpt {

// While it lives, this thread's arithmetic takes denormal numbers for zero and
// makes none: the moments of weights that are never used decay into them, and
// each costs as much as a hundred others. Without effect on processors that
// have no such switch.
class FlushDenormals {
 public:
  FlushDenormals();
  ~FlushDenormals();
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
  uint64_t before_;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_KERNELS_DENORMALS_H_
