// SPDX-License-Identifier: MIT
//
// The operations of kernels.h once more, as the textbook writes them: double
// loops, one element of the output at a time, every derivative from its
// Jacobian matrix. For tests only; shapes and meanings are those of kernels.h.
#ifndef MICROGPT_CORE_KERNELS_REFERENCE_KERNELS_H_
#define MICROGPT_CORE_KERNELS_REFERENCE_KERNELS_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/kernels/kernels.h"
#include "core/kernels/matrix.h"

namespace microgpt::reference_kernels {

using In = Matrix<const double>;
using Out = Matrix<double>;
using InSpan = std::span<const double>;
using OutSpan = std::span<double>;

void Linear(In x, In w, Out y);
void LinearBackward(In dy, In x, In w, Out dx, Out dw);

void RmsNorm(In x, Out y, OutSpan scale);
void RmsNormBackward(In dy, In y, InSpan scale, Out dx);

void Attention(In q, In k, In v, size_t n_head, Out weights, Out out);
void AttentionBackward(In dout, In q, In k, In v, In weights, size_t n_head,
                       Out dq, Out dk, Out dv);

void Relu(OutSpan x);
void ReluBackward(InSpan y, OutSpan dx);

void Add(InSpan x, OutSpan y);

double CrossEntropy(In logits, std::span<const uint32_t> targets,
                    Out probabilities);
void CrossEntropyBackward(std::span<const uint32_t> targets, double scale,
                          Out probabilities);
double LogProbability(InSpan logits, uint32_t token);

void AdamStep(const AdamStepSettings& settings, InSpan gradient, OutSpan m,
              OutSpan v, OutSpan value);
void SgdStep(double learning_rate, InSpan gradient, OutSpan value);

}  // namespace microgpt::reference_kernels

#endif  // MICROGPT_CORE_KERNELS_REFERENCE_KERNELS_H_
