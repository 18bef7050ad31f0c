// SPDX-License-Identifier: MIT
#include "core/training/allocations.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<size_t> allocated_bytes = 0;

void* OrThrow(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(size_t size) {
  allocated_bytes += size;
  return OrThrow(std::malloc(size == 0 ? 1 : size));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

void* operator new(size_t size, std::align_val_t alignment) {
  allocated_bytes += size;
  const auto unit = static_cast<size_t>(alignment);
  return OrThrow(std::aligned_alloc(unit, (size / unit + 1) * unit));
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace microgpt {

size_t AllocatedBytes() { return allocated_bytes; }

}  // namespace microgpt
