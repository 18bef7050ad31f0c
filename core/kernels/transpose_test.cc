// SPDX-License-Identifier: MIT
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/transpose_test.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
// After it:
#include "core/kernels/simd_test.h"
#include "core/kernels/transpose-inl.h"

HWY_BEFORE_NAMESPACE();
namespace microgpt {
namespace HWY_NAMESPACE {

void TransposeFloats(const float* from, size_t from_stride, size_t rows,
                     size_t columns, float* to, size_t to_stride) {
  Transpose(from, from_stride, rows, columns, to, to_stride);
}
void TransposeDoubles(const double* from, size_t from_stride, size_t rows,
                      size_t columns, double* to, size_t to_stride) {
  Transpose(from, from_stride, rows, columns, to, to_stride);
}
size_t FloatBlock() { return hn::MaxLanes(BlockTag<float>()); }
size_t DoubleBlock() { return hn::MaxLanes(BlockTag<double>()); }

}  // namespace HWY_NAMESPACE
}  // namespace microgpt
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace microgpt {

HWY_EXPORT(TransposeFloats);
HWY_EXPORT(TransposeDoubles);
HWY_EXPORT(FloatBlock);
HWY_EXPORT(DoubleBlock);

namespace {

void Transpose(const float* from, size_t from_stride, size_t rows,
               size_t columns, float* to, size_t to_stride) {
  HWY_DYNAMIC_DISPATCH(TransposeFloats)
  (from, from_stride, rows, columns, to, to_stride);
}
void Transpose(const double* from, size_t from_stride, size_t rows,
               size_t columns, double* to, size_t to_stride) {
  HWY_DYNAMIC_DISPATCH(TransposeDoubles)
  (from, from_stride, rows, columns, to, to_stride);
}
template <typename T>
size_t Block() {
  if (sizeof(T) == sizeof(float)) return HWY_DYNAMIC_DISPATCH(FloatBlock)();
  return HWY_DYNAMIC_DISPATCH(DoubleBlock)();
}

size_t RoundUp(size_t n, size_t to) { return (n + to - 1) / to * to; }

template <typename T>
class TransposeTest : public ::testing::Test {};
using Precisions = ::testing::Types<float, double>;
TYPED_TEST_SUITE(TransposeTest, Precisions);

// `from` begins `offset` values late, and has room for whole blocks alone: what
// is read behind it the sanitizer sees, what is written is looked at here.
template <typename T>
void ExpectTransposed(size_t rows, size_t columns, size_t offset) {
  const size_t block = Block<T>();
  const size_t high = RoundUp(rows, block), wide = RoundUp(columns, block);
  const size_t from_stride = wide + offset, to_stride = high + 2 * offset;
  std::vector<T> from(offset + (high - 1) * from_stride + wide);
  std::vector<T> to(offset + wide * to_stride, T{-1});
  for (size_t i = 0; i < from.size(); ++i) from[i] = static_cast<T>(i);
  Transpose(from.data() + offset, from_stride, rows, columns,
            to.data() + offset, to_stride);
  for (size_t i = 0; i < offset; ++i) ASSERT_EQ(to[i], -1);
  for (size_t c = 0; c < wide; ++c) {
    for (size_t r = 0; r < to_stride; ++r) {
      const T want = r < high ? from[offset + r * from_stride + c] : T{-1};
      ASSERT_EQ(to[offset + c * to_stride + r], want)
          << "row " << r << ", column " << c;
    }
  }
}

TYPED_TEST(TransposeTest, MovesEveryValueForEverySizeAndAlignment) {
  ForEachTarget([](int64_t) {
    for (size_t rows = 1; rows <= 40; ++rows) {
      for (size_t columns = 1; columns <= 40; ++columns) {
        SCOPED_TRACE(testing::Message() << rows << " x " << columns);
        ExpectTransposed<TypeParam>(rows, columns, (rows + columns) % 4);
        if (testing::Test::HasFatalFailure()) return;
      }
    }
  });
}

}  // namespace
}  // namespace microgpt
#endif  // HWY_ONCE
