// SPDX-License-Identifier: MIT
//
// Shapes that the compiler knows give the same bits as the code for all shapes,
// which is compiled here once more.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/training/specialisation_test.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
// After it:
#include "core/kernels/simd_test.h"
#include "core/training/backpropagation-inl.h"
#include "core/training/chunk_example_test.h"

HWY_BEFORE_NAMESPACE();
namespace microgpt {
namespace HWY_NAMESPACE {

// ChunkGradient with sizes given at run time.
double GeneralGradient(const PackedLayout& layout, const float* weights,
                       const Chunk& chunk, float scale,
                       const WorkspaceArrays<float>& workspace,
                       const GradientSink<float>& sink) {
  const hn::ScalableTag<float> d;
  ChunkPass pass(d, size_t{layout.n_embd}, layout.row_length,
                 size_t{layout.n_embd / layout.n_head}, layout, weights, chunk,
                 workspace);
  return pass.Gradient(scale, sink);
}

}  // namespace HWY_NAMESPACE
}  // namespace microgpt
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace microgpt {

HWY_EXPORT(GeneralGradient);

namespace {

void ExpectTheBitsOfTheGeneralCode(const ChunkExample& example) {
  ForEachTarget([&](int64_t) {
    ChunkRun<float> run(example);
    const double loss = run.Gradient(0.1);
    const std::vector<float> gradient = run.UnpackedGradient();
    std::ranges::fill(run.gradient(), 0);
    EXPECT_EQ(
        HWY_DYNAMIC_DISPATCH(GeneralGradient)(
            run.layout(), run.weights().data(), run.chunk(), 0.1f,
            run.Arrange(), {GradientUse::kStore, run.gradient().data(), {}}),
        loss);
    EXPECT_EQ(run.UnpackedGradient(), gradient);
  });
}

// Those that may have code of their own, and one that has none.
TEST(SpecialisationTest, GivesTheSameBitsAsTheCodeForAllShapes) {
  for (const uint32_t n_embd : {16, 24, 32, 64, 128}) {
    for (const uint32_t n_head : {1, 4, 8}) {
      SCOPED_TRACE(testing::Message() << n_embd << "/" << n_head);
      const ModelConfig config = *ModelConfig::Create(
          {.n_layer = 2, .n_embd = n_embd, .n_head = n_head});
      ExampleDice dice(n_embd + n_head);
      ExpectTheBitsOfTheGeneralCode(
          {config, 27, RandomDocuments(1, 20, 26, dice)});
      ExpectTheBitsOfTheGeneralCode(
          {config, 27, RandomDocuments(17, 12, 5, dice)});
    }
  }
}

}  // namespace
}  // namespace microgpt
#endif  // HWY_ONCE
