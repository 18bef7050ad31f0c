// SPDX-License-Identifier: MIT
#include "core/training/allocations.h"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<size_t> allocated_bytes = 0;
std::atomic<size_t> held_bytes = 0;
std::atomic<size_t> most_held_bytes = 0;

void* Take(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  const size_t size = malloc_usable_size(memory);
  const size_t held = held_bytes.fetch_add(size) + size;
  size_t most = most_held_bytes;
  while (most < held && !most_held_bytes.compare_exchange_weak(most, held)) {
  }
  return memory;
}

void Release(void* memory) {
  held_bytes -= malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

void* operator new(size_t size) {
  allocated_bytes += size;
  return Take(std::malloc(size == 0 ? 1 : size));
}
void operator delete(void* memory) noexcept { Release(memory); }
void operator delete(void* memory, size_t) noexcept { Release(memory); }

void* operator new(size_t size, std::align_val_t alignment) {
  allocated_bytes += size;
  const auto unit = static_cast<size_t>(alignment);
  return Take(std::aligned_alloc(unit, (size / unit + 1) * unit));
}
void operator delete(void* memory, std::align_val_t) noexcept {
  Release(memory);
}
void operator delete(void* memory, size_t, std::align_val_t) noexcept {
  Release(memory);
}

namespace microgpt {

size_t AllocatedBytes() { return allocated_bytes; }

HeldBytes::HeldBytes() : before_(held_bytes) { most_held_bytes = before_; }

size_t HeldBytes::most() const { return most_held_bytes - before_; }

}  // namespace microgpt
