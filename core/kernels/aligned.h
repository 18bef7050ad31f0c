// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_KERNELS_ALIGNED_H_
#define MICROGPT_CORE_KERNELS_ALIGNED_H_

#include <cstddef>
#include <new>
#include <vector>

namespace microgpt {

// As the widest vectors like it, and a cache line.
inline constexpr size_t kAlignment = 64;

template <typename T>
struct AlignedAllocator {
  using value_type = T;

  AlignedAllocator() = default;
  template <typename U>
  AlignedAllocator(const AlignedAllocator<U>&) {}

  T* allocate(size_t n) {
    return static_cast<T*>(
        ::operator new (n * sizeof(T), std::align_val_t{kAlignment}));
  }
  void deallocate(T* memory, size_t) {
    ::operator delete (memory, std::align_val_t{kAlignment});
  }
  bool operator==(const AlignedAllocator&) const { return true; }
};

// A vector whose first value stands at a multiple of kAlignment bytes.
template <typename T>
using AlignedVector = std::vector<T, AlignedAllocator<T>>;

// `n` values rounded up to as many as fill whole cache lines of floats.
constexpr size_t RoundUpToLine(size_t n) { return (n + 15) / 16 * 16; }

}  // namespace microgpt

#endif  // MICROGPT_CORE_KERNELS_ALIGNED_H_
