// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_TRAINING_ALLOCATIONS_H_
#define MICROGPT_CORE_TRAINING_ALLOCATIONS_H_

#include <cstddef>

namespace microgpt {

// How many bytes this program has asked `new` for so far. For tests: linking it
// replaces the global operators new and delete, aligned ones too.
size_t AllocatedBytes();

// Watches how many bytes are held at once. One at a time.
class HeldBytes {
 public:
  HeldBytes();
  // The most since it was made, above what was held then.
  size_t most() const;

 private:
  const size_t before_;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_TRAINING_ALLOCATIONS_H_
