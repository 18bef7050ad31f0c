// SPDX-License-Identifier: MIT
#include "core/kernels/denormals.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace microgpt {
namespace {

#if defined(__x86_64__)
constexpr uint64_t kFlush = 0x8040;  // MXCSR: flush to zero, denormals are zero
uint64_t Read() { return _mm_getcsr(); }
void Write(uint64_t control) { _mm_setcsr(static_cast<uint32_t>(control)); }
#elif defined(__aarch64__)
constexpr uint64_t kFlush = uint64_t{1} << 24;  // FPCR.FZ
uint64_t Read() {
  uint64_t control;
  __asm__ volatile("mrs %0, fpcr" : "=r"(control));
  return control;
}
void Write(uint64_t control) {
  __asm__ volatile("msr fpcr, %0" : : "r"(control));
}
#else
constexpr uint64_t kFlush = 0;
uint64_t Read() { return 0; }
void Write(uint64_t) {}
#endif

}  // namespace

FlushDenormals::FlushDenormals() : before_(Read()) { Write(before_ | kFlush); }

FlushDenormals::~FlushDenormals() { Write(before_); }

}  // namespace microgpt
