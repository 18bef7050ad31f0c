// SPDX-License-Identifier: MIT
#include "core/training/backpropagation.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/training/backpropagation.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
// After it:
#include "core/training/backpropagation-inl.h"

HWY_BEFORE_NAMESPACE();
namespace microgpt {
namespace HWY_NAMESPACE {

double ChunkLossFloat(const PackedLayout& layout, const float* weights,
                      const Chunk& chunk,
                      const WorkspaceArrays<float>& workspace) {
  return ComputeLoss(layout, weights, chunk, workspace);
}
double ChunkLossDouble(const PackedLayout& layout, const double* weights,
                       const Chunk& chunk,
                       const WorkspaceArrays<double>& workspace) {
  return ComputeLoss(layout, weights, chunk, workspace);
}

double ChunkGradientFloat(const PackedLayout& layout, const float* weights,
                          const Chunk& chunk, float scale,
                          const WorkspaceArrays<float>& workspace,
                          const GradientSink<float>& sink) {
  return ComputeGradient(layout, weights, chunk, scale, workspace, sink);
}
double ChunkGradientDouble(const PackedLayout& layout, const double* weights,
                           const Chunk& chunk, double scale,
                           const WorkspaceArrays<double>& workspace,
                           const GradientSink<double>& sink) {
  return ComputeGradient(layout, weights, chunk, scale, workspace, sink);
}

void MoveWeightsFloat(const OptimizerStep<float>& step,
                      std::span<const float* const> gradients, size_t begin,
                      size_t end) {
  SumAndMove(step, gradients, begin, end);
}
void MoveWeightsDouble(const OptimizerStep<double>& step,
                       std::span<const double* const> gradients, size_t begin,
                       size_t end) {
  SumAndMove(step, gradients, begin, end);
}

}  // namespace HWY_NAMESPACE
}  // namespace microgpt
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace microgpt {

HWY_EXPORT(ChunkLossFloat);
HWY_EXPORT(ChunkLossDouble);
HWY_EXPORT(ChunkGradientFloat);
HWY_EXPORT(ChunkGradientDouble);
HWY_EXPORT(MoveWeightsFloat);
HWY_EXPORT(MoveWeightsDouble);

template <>
double ChunkLoss(const PackedLayout& layout, const float* weights,
                 const Chunk& chunk, const WorkspaceArrays<float>& workspace) {
  return HWY_DYNAMIC_DISPATCH(ChunkLossFloat)(layout, weights, chunk,
                                              workspace);
}
template <>
double ChunkLoss(const PackedLayout& layout, const double* weights,
                 const Chunk& chunk, const WorkspaceArrays<double>& workspace) {
  return HWY_DYNAMIC_DISPATCH(ChunkLossDouble)(layout, weights, chunk,
                                               workspace);
}

template <>
double ChunkGradient(const PackedLayout& layout, const float* weights,
                     const Chunk& chunk, float scale,
                     const WorkspaceArrays<float>& workspace,
                     const GradientSink<float>& sink) {
  return HWY_DYNAMIC_DISPATCH(ChunkGradientFloat)(layout, weights, chunk, scale,
                                                  workspace, sink);
}
template <>
double ChunkGradient(const PackedLayout& layout, const double* weights,
                     const Chunk& chunk, double scale,
                     const WorkspaceArrays<double>& workspace,
                     const GradientSink<double>& sink) {
  return HWY_DYNAMIC_DISPATCH(ChunkGradientDouble)(layout, weights, chunk,
                                                   scale, workspace, sink);
}

template <>
void MoveWeights(const OptimizerStep<float>& step,
                 std::span<const float* const> gradients, size_t begin,
                 size_t end) {
  HWY_DYNAMIC_DISPATCH(MoveWeightsFloat)(step, gradients, begin, end);
}
template <>
void MoveWeights(const OptimizerStep<double>& step,
                 std::span<const double* const> gradients, size_t begin,
                 size_t end) {
  HWY_DYNAMIC_DISPATCH(MoveWeightsDouble)(step, gradients, begin, end);
}

}  // namespace microgpt
#endif  // HWY_ONCE
