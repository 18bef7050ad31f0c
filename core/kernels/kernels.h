// SPDX-License-Identifier: MIT
//
// The arithmetic of the model: each operation of the reference algorithm
// (core/reference/microgpt.cc) beside its derivative. All are defined for float
// and double. kernels_test.cc holds them to the plain double loops of
// reference_kernels.h and to central differences.
//
// Throughout: matrices are row-major; a row of an activation is one token; d*
// is the gradient of the loss; outputs must not alias inputs unless said;
// "overwritten" and "accumulated" say what happens to what an output held.
//
// The order of every sum is fixed, so equal inputs give equal bits, at any
// alignment, and a token gives the same bits alone and among others. A dot
// product sums over eight lanes, i mod 8, and then halves them; everything else
// sums in order of the index. For the sums, two machines agree as well; exp and
// log are the C library's, whose last digit another version may change.
#ifndef MICROGPT_CORE_KERNELS_KERNELS_H_
#define MICROGPT_CORE_KERNELS_KERNELS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "core/kernels/matrix.h"

namespace microgpt {

// Spares callers the template argument when they pass a Matrix<T>.
template <typename T>
using ConstMatrix = Matrix<const std::type_identity_t<T>>;

// y[t, r] = sum_c x[t, c] · w[r, c].            (`linear`)
//   x: [n, cols]; w: [rows, cols]; y: [n, rows], overwritten.
template <typename T>
void Linear(ConstMatrix<T> x, ConstMatrix<T> w, Matrix<T> y);

// dx[t, c] = sum_r dy[t, r] · w[r, c]           (overwritten)
// dw[r, c] += sum_t dy[t, r] · x[t, c]          (accumulated)
template <typename T>
void LinearBackward(ConstMatrix<T> dy, ConstMatrix<T> x, ConstMatrix<T> w,
                    Matrix<T> dx, Matrix<T> dw);

// y[t, ·] = x[t, ·] · scale[t], scale[t] = 1 / sqrt(mean(x[t, ·]²) + 1e-5).
//   x, y: [n, cols], y overwritten; scale: [n], overwritten.   (`rmsnorm`)
template <typename T>
void RmsNorm(ConstMatrix<T> x, Matrix<T> y, std::span<T> scale);

// dx[t, ·] += the derivative of RmsNorm; y and scale are what it made.
template <typename T>
void RmsNormBackward(ConstMatrix<T> dy, ConstMatrix<T> y,
                     std::span<const std::type_identity_t<T>> scale,
                     Matrix<T> dx);

// Causal attention of n new tokens over `past` earlier ones and themselves,
// k.rows = past + n; head h uses columns [h, h + 1) · (cols / n_head).
//   q: [n, cols]; k, v: [past + n, cols];
//   weights: [n_head · n, past + n], overwritten: row h · n + t is token
//     t's softmax(q · k / sqrt(head size)), 0 after position past + t;
//   out: [n, cols], overwritten.
template <typename T>
void Attention(ConstMatrix<T> q, ConstMatrix<T> k, ConstMatrix<T> v,
               size_t n_head, Matrix<T> weights, Matrix<T> out);

// The derivative of Attention without past (all of n rows).
//   dq, dk, dv: [n, cols], overwritten; scratch: [n], overwritten.
template <typename T>
void AttentionBackward(ConstMatrix<T> dout, ConstMatrix<T> q, ConstMatrix<T> k,
                       ConstMatrix<T> v, ConstMatrix<T> weights, size_t n_head,
                       std::span<T> scratch, Matrix<T> dq, Matrix<T> dk,
                       Matrix<T> dv);

// x = max(x, 0), in place; dx = dx where y > 0, else 0, in place.
template <typename T>
void Relu(std::span<T> x);
template <typename T>
void ReluBackward(std::span<const std::type_identity_t<T>> y, std::span<T> dx);

// y += x.
template <typename T>
void Add(std::span<const std::type_identity_t<T>> x, std::span<T> y);

// probabilities[t, ·] = softmax(logits[t, ·]), overwritten; may be the same
// matrix. Answers sum_t -log probabilities[t, targets[t]], in nats, taken from
// the logits, so that it stays finite where a probability underflows.
template <typename T>
double CrossEntropy(ConstMatrix<T> logits, std::span<const uint32_t> targets,
                    Matrix<T> probabilities);

// probabilities → the gradient of scale · CrossEntropy for the logits, in
// place: (probabilities - onehot(targets)) · scale.
template <typename T>
void CrossEntropyBackward(std::span<const uint32_t> targets,
                          std::type_identity_t<T> scale,
                          Matrix<T> probabilities);

// log softmax(logits)[token], in nats, summed in double.
template <typename T>
double LogProbability(std::span<const T> logits, uint32_t token);

// One Adam step (Kingma & Ba, 2015, algorithm 1) with exact square root and
// division. correction1 = 1 - beta1^t, correction2 = 1 - beta2^t for step t
// (from 1). All spans have equal length; value, m and v are updated.
// An eps below the root of the smallest normal T counts as that, 2^-63 ≈ 1e-19
// in float: the square of a gradient smaller than this vanishes, and nothing
// else would be left to divide by.
struct AdamStepSettings {
  double learning_rate, beta1, beta2, eps, correction1, correction2;
};
template <typename T>
void AdamStep(const AdamStepSettings& settings,
              std::span<const std::type_identity_t<T>> gradient, std::span<T> m,
              std::span<T> v, std::span<T> value);

// value -= learning_rate · gradient.
template <typename T>
void SgdStep(double learning_rate,
             std::span<const std::type_identity_t<T>> gradient,
             std::span<T> value);

}  // namespace microgpt

#endif  // MICROGPT_CORE_KERNELS_KERNELS_H_
