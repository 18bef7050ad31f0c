// SPDX-License-Identifier: MIT
//
// Every matrix product against plain loops: in double within the bound that so
// many roundings allow, and bit for bit against sums in order of the index.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/linear_test.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
// After it:
#include "core/kernels/linear-inl.h"
#include "core/kernels/simd_test.h"

#ifndef MICROGPT_CORE_KERNELS_LINEAR_TEST_CALLS_
#define MICROGPT_CORE_KERNELS_LINEAR_TEST_CALLS_
namespace microgpt {

enum class Finish { kPlain, kPlusResidual, kThenRelu, kWhereReluPassed };

// Linear over all columns, at most `vectors` vectors of them at a time.
template <typename T>
struct LinearCall {
  Finish finish;
  size_t vectors;
  const T* w;
  size_t row_stride, k_stride, rows, k;
  const T* x;
  size_t columns, stride;
  const T* other;  // what `finish` reads
  T* y;
};

struct Tile {
  size_t first_row, rows;
};

template <typename T>
struct WeightGradientCall {
  size_t tokens, rows, stride, row_length;
  const T *a, *bt;
  T* dw;
  uint8_t* taken;  // how often each place of dw
};

}  // namespace microgpt
#endif  // MICROGPT_CORE_KERNELS_LINEAR_TEST_CALLS_

HWY_BEFORE_NAMESPACE();
namespace microgpt {
namespace HWY_NAMESPACE {

template <class W, class Rows, class K, typename T>
void RunLinearWith(const W& w, Rows rows, K k, const LinearCall<T>& call) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  size_t c = 0;
  const auto panel = [&](auto vectors) {
    const auto run = [&](auto finish) {
      Linear<vectors>(d, w, rows, k, call.x + c, call.stride, call.y + c,
                      finish);
    };
    switch (call.finish) {
      case Finish::kPlain:
        return run(Plain());
      case Finish::kPlusResidual:
        return run(PlusResidual<T>{call.other + c});
      case Finish::kThenRelu:
        return run(ThenRelu());
      case Finish::kWhereReluPassed:
        return run(WhereReluPassed<T>{call.other + c});
    }
  };
  while (c < call.columns) {
    const size_t left = (call.columns - c + lanes - 1) / lanes;
    size_t vectors = call.vectors < left ? call.vectors : left;
    if (vectors > kTileVectors) vectors = kTileVectors;
    WithConstant<kTileVectors>(vectors, panel);
    c += vectors * lanes;
  }
}

template <typename T>
void RunLinear(const LinearCall<T>& call) {
  RunLinearWith(
      WeightView<T, size_t, size_t>{call.w, call.row_stride, call.k_stride},
      call.rows, call.k, call);
}
void LinearFloat(const LinearCall<float>& call) { RunLinear(call); }
void LinearDouble(const LinearCall<double>& call) { RunLinear(call); }

// The same with sizes that the compiler knows: [48, 16] weights.
void LinearConstant(const LinearCall<float>& call) {
  using One = std::integral_constant<size_t, 1>;
  using Sixteen = std::integral_constant<size_t, 16>;
  RunLinearWith(WeightView<float, Sixteen, One>{call.w, {}, {}},
                std::integral_constant<size_t, 48>(), Sixteen(), call);
}

template <typename T>
void RunWeightGradient(const WeightGradientCall<T>& call) {
  const hn::ScalableTag<T> d;
  WeightGradient(d, call.tokens, call.a, call.rows, call.stride, call.bt,
                 call.row_length, [&](auto tag, auto values, size_t place) {
                   hn::Store(values, tag, call.dw + place);
                   for (size_t i = 0; i < hn::Lanes(tag); ++i) {
                     ++call.taken[place + i];
                   }
                 });
}
std::vector<Tile> TilesOfSix(size_t rows) {
  std::vector<Tile> tiles;
  ForEachTile<6>(rows, [&](size_t r, auto length) {
    tiles.push_back({r, length});
  });
  return tiles;
}

void WeightGradientFloat(const WeightGradientCall<float>& call) {
  RunWeightGradient(call);
}
void WeightGradientDouble(const WeightGradientCall<double>& call) {
  RunWeightGradient(call);
}

size_t LanesFloat() { return hn::Lanes(hn::ScalableTag<float>()); }
size_t LanesDouble() { return hn::Lanes(hn::ScalableTag<double>()); }

}  // namespace HWY_NAMESPACE
}  // namespace microgpt
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace microgpt {

HWY_EXPORT(LinearFloat);
HWY_EXPORT(LinearDouble);
HWY_EXPORT(LinearConstant);
HWY_EXPORT(WeightGradientFloat);
HWY_EXPORT(WeightGradientDouble);
HWY_EXPORT(LanesFloat);
HWY_EXPORT(LanesDouble);

namespace {

void Compute(const LinearCall<float>& call) {
  HWY_DYNAMIC_DISPATCH(LinearFloat)(call);
}
void Compute(const LinearCall<double>& call) {
  HWY_DYNAMIC_DISPATCH(LinearDouble)(call);
}
void Compute(const WeightGradientCall<float>& call) {
  HWY_DYNAMIC_DISPATCH(WeightGradientFloat)(call);
}
void Compute(const WeightGradientCall<double>& call) {
  HWY_DYNAMIC_DISPATCH(WeightGradientDouble)(call);
}
template <typename T>
size_t Lanes() {
  if (sizeof(T) == sizeof(float)) return HWY_DYNAMIC_DISPATCH(LanesFloat)();
  return HWY_DYNAMIC_DISPATCH(LanesDouble)();
}

template <typename T>
T Finished(Finish finish, T sum, T other) {
  switch (finish) {
    case Finish::kPlain:
      return sum;
    case Finish::kPlusResidual:
      return sum + other;
    case Finish::kThenRelu:
      return sum > 0 ? sum : 0;
    case Finish::kWhereReluPassed:
      return other > 0 ? sum : 0;
  }
  return 0;
}

// A product of random numbers with everything that it needs.
template <typename T>
struct LinearExample {
  // transposed: w is [k, rows], read column by column.
  LinearExample(Finish finish, size_t vectors, size_t rows, size_t k,
                size_t columns, bool transposed, uint32_t seed)
      : dice(seed),
        row_length(RoundUpToLine(transposed ? rows : k)),
        w(row_length * (transposed ? k : rows),
          std::numeric_limits<T>::quiet_NaN()),
        x(k, columns, dice),
        other(rows, columns, dice),
        y(rows, columns),
        call{finish,
             vectors,
             w.data(),
             transposed ? 1 : row_length,
             transposed ? row_length : 1,
             rows,
             k,
             x.data(),
             columns,
             x.stride(),
             other.data(),
             y.data()} {
    for (size_t r = 0; r < rows; ++r) {
      for (size_t i = 0; i < k; ++i) {
        w[r * call.row_stride + i * call.k_stride] =
            static_cast<T>(dice.Real());
      }
    }
  }

  void Check(int64_t target) const {
    const size_t lanes = Lanes<T>();
    y.ExpectUntouchedFrom((call.columns + lanes - 1) / lanes * lanes);
    for (size_t r = 0; r < call.rows; ++r) {
      for (size_t c = 0; c < call.columns; ++c) CheckOne(target, r, c);
    }
  }

  void CheckOne(int64_t target, size_t r, size_t c) const {
    double sum = 0, size = std::abs(double{other.at(r, c)});
    T in_order = 0;
    for (size_t i = 0; i < call.k; ++i) {
      const T weight = w[r * call.row_stride + i * call.k_stride];
      const double product = double{weight} * x.at(i, c);
      sum += product;
      size += std::abs(product);
      in_order = MultiplyAdd(target, weight, x.at(i, c), in_order);
    }
    const T got = y.at(r, c);
    const double want = Finished(call.finish, sum, double{other.at(r, c)});
    // Of k terms each is rounded twice at most, and the residual once; those
    // of the reference as well.
    const double bound =
        2 * (static_cast<double>(call.k) + 1) * kUnit<T> * size;
    ASSERT_NEAR(got, want, bound) << "row " << r << ", column " << c;
    ASSERT_EQ(got, Finished(call.finish, in_order, other.at(r, c)))
        << "not summed in order: row " << r << ", column " << c;
  }

  SimdDice dice;
  size_t row_length;
  AlignedVector<T> w;
  Columns<T> x, other, y;
  LinearCall<T> call;
};

constexpr Finish kFinishes[] = {Finish::kPlain, Finish::kPlusResidual,
                                Finish::kThenRelu, Finish::kWhereReluPassed};
constexpr size_t kMostVectors = 3;

template <typename T>
class LinearTest : public ::testing::Test {};
using Precisions = ::testing::Types<float, double>;
TYPED_TEST_SUITE(LinearTest, Precisions);

TYPED_TEST(LinearTest, EqualsTheReferenceForEveryHeightAndLength) {
  ForEachTarget([](int64_t target) {
    uint32_t seed = 0;
    for (size_t rows = 1; rows <= 30; ++rows) {
      for (size_t k = 1; k <= 70; ++k, ++seed) {
        SCOPED_TRACE(testing::Message() << rows << " rows, " << k << " terms");
        LinearExample<TypeParam> example(kFinishes[seed % 4],
                                         1 + seed % kMostVectors, rows, k,
                                         1 + seed * 7 % 50, seed % 5 < 2, seed);
        Compute(example.call);
        example.Check(target);
        if (testing::Test::HasFatalFailure()) return;
      }
    }
  });
}

TYPED_TEST(LinearTest, EqualsTheReferenceForEveryNumberOfColumns) {
  ForEachTarget([](int64_t target) {
    for (size_t columns = 1; columns <= 100; ++columns) {
      for (size_t vectors = 1; vectors <= kMostVectors; ++vectors) {
        SCOPED_TRACE(testing::Message() << columns << " columns");
        LinearExample<TypeParam> example(Finish::kPlusResidual, vectors, 13, 9,
                                         columns, columns % 2 == 0, 1);
        Compute(example.call);
        example.Check(target);
        if (testing::Test::HasFatalFailure()) return;
      }
    }
  });
}

// As the residual stream does.
TYPED_TEST(LinearTest, MayOverwriteTheResidualThatItAdds) {
  ForEachTarget([](int64_t) {
    LinearExample<TypeParam> example(Finish::kPlusResidual, 3, 17, 11, 37,
                                     false, 1);
    Compute(example.call);
    LinearCall<TypeParam> call = example.call;
    Columns<TypeParam> in_place = example.other;
    call.other = call.y = in_place.data();
    Compute(call);
    EXPECT_EQ(in_place.Numbers(), example.y.Numbers());
  });
}

// Where the derivative reaches a feature that is exactly 0, none passed.
TYPED_TEST(LinearTest, NothingPassesAReluWhoseOutputIsZero) {
  ForEachTarget([](int64_t) {
    LinearExample<TypeParam> example(Finish::kWhereReluPassed, 2, 5, 3, 16,
                                     false, 1);
    for (size_t r = 0; r < 5; ++r) {
      for (size_t c = 0; c < 16; c += 2) example.other.row(r)[c] = 0;
    }
    Compute(example.call);
    for (size_t r = 0; r < 5; ++r) {
      for (size_t c = 0; c < 16; c += 2) EXPECT_EQ(example.y.at(r, c), 0);
    }
  });
}

TYPED_TEST(LinearTest, TargetsThatRoundAlikeGiveTheSameBits) {
  ExpectTheSameBitsOnTargetsThatRoundAlike([] {
    LinearExample<TypeParam> example(Finish::kPlusResidual, kMostVectors, 29,
                                     67, 101, false, 1);
    Compute(example.call);
    return example.y.Numbers();
  });
}

TEST(LinearConstantsTest, SizesThatTheCompilerKnowsGiveTheSameBits) {
  ForEachTarget([](int64_t) {
    for (const Finish finish : kFinishes) {
      LinearExample<float> example(finish, 3, 48, 16, 53, false, 1);
      Compute(example.call);
      const std::vector<float> numbers = example.y.Numbers();
      HWY_DYNAMIC_DISPATCH(LinearConstant)(example.call);
      EXPECT_EQ(example.y.Numbers(), numbers);
    }
  });
}

// A weight gradient of random numbers with everything that it needs.
template <typename T>
struct WeightGradientExample {
  WeightGradientExample(size_t tokens, size_t rows, size_t row_length,
                        uint32_t seed)
      : dice(seed),
        a(rows, tokens, dice),
        bt(tokens * row_length),
        dw(rows * row_length, std::numeric_limits<T>::quiet_NaN()),
        taken(dw.size()),
        call{tokens,   rows,      a.stride(), row_length,
             a.data(), bt.data(), dw.data(),  taken.data()} {
    dice.Fill(std::span(bt));
  }

  void Check(int64_t target) const {
    for (size_t place = 0; place < dw.size(); ++place) {
      ASSERT_EQ(taken[place], 1) << place;
      CheckOne(target, place / call.row_length, place % call.row_length);
    }
  }

  void CheckOne(int64_t target, size_t r, size_t c) const {
    double want = 0, size = 0;
    T in_order = 0;
    for (size_t t = 0; t < call.tokens; ++t) {
      const T in = bt[t * call.row_length + c];
      want += double{a.at(r, t)} * in;
      size += std::abs(double{a.at(r, t)} * in);
      in_order = MultiplyAdd(target, a.at(r, t), in, in_order);
    }
    const T got = dw[r * call.row_length + c];
    ASSERT_NEAR(got, want,
                2 * static_cast<double>(call.tokens) * kUnit<T> * size)
        << "row " << r << ", column " << c;
    ASSERT_EQ(got, in_order)
        << "not summed in order: row " << r << ", column " << c;
  }

  SimdDice dice;
  Columns<T> a;
  AlignedVector<T> bt, dw;
  std::vector<uint8_t> taken;
  WeightGradientCall<T> call;
};

template <typename T>
class WeightGradientTest : public ::testing::Test {};
TYPED_TEST_SUITE(WeightGradientTest, Precisions);

TYPED_TEST(WeightGradientTest, EqualsTheReferenceForEveryHeightAndToken) {
  ForEachTarget([](int64_t target) {
    for (size_t rows = 1; rows <= 30; ++rows) {
      for (size_t tokens = 1; tokens <= 40; ++tokens) {
        SCOPED_TRACE(testing::Message()
                     << rows << " rows, " << tokens << " tokens");
        WeightGradientExample<TypeParam> example(
            tokens, rows, 16 * (1 + (rows + tokens) % 5),
            static_cast<uint32_t>(rows * 100 + tokens));
        Compute(example.call);
        example.Check(target);
        if (testing::Test::HasFatalFailure()) return;
      }
    }
  });
}

TYPED_TEST(WeightGradientTest, TargetsThatRoundAlikeGiveTheSameBits) {
  ExpectTheSameBitsOnTargetsThatRoundAlike([] {
    WeightGradientExample<TypeParam> example(77, 29, 48, 1);
    Compute(example.call);
    return example.dw;
  });
}

// As many tiles as there must be, of equal height or one less, in order.
TEST(TilesTest, CoverEveryRowOnce) {
  for (size_t rows = 1; rows <= 100; ++rows) {
    size_t next = 0, shortest = 100, longest = 0;
    const std::vector<Tile> tiles = HWY_STATIC_DISPATCH(TilesOfSix)(rows);
    for (const Tile& tile : tiles) {
      EXPECT_EQ(tile.first_row, next);
      next += tile.rows;
      shortest = std::min(shortest, tile.rows);
      longest = std::max(longest, tile.rows);
    }
    EXPECT_EQ(next, rows);
    EXPECT_EQ(tiles.size(), (rows + 5) / 6);
    EXPECT_LE(longest - shortest, 1);
  }
}

}  // namespace
}  // namespace microgpt
#endif  // HWY_ONCE
