// SPDX-License-Identifier: MIT
//
// The stages of a model in double precision, each forward and backward side by
// side: to be read, and to show what lies between them. core/training does the
// same faster.
//
// n is the number of tokens read, E n_embd, H n_head. dx is the derivative of
// the loss by x; what a backward pass answers of weights it adds to what is
// there. Stages that take time stop once a token when that is requested; then
// what they answer is anything.
#ifndef MICROGPT_CORE_INSPECTION_STAGES_H_
#define MICROGPT_CORE_INSPECTION_STAGES_H_

#include <cstddef>
#include <span>
#include <stop_token>

#include "core/inspection/array.h"
#include "core/model/matrix.h"
#include "core/text/tokenizer.h"

namespace microgpt {

// Rows of a table, one for each index.
//   table: [rows, E]  indices: n → [n, E]
template <typename T>
Array LookUpForward(Matrix<const T> table, std::span<const Token> indices);
//   dx: [n, E]  dtable: [rows, E]
void LookUpBackward(const Array& dx, std::span<const Token> indices,
                    Matrix<double> dtable);

// y[t] = x[t] / sqrt(mean(x[t]²) + 1e-5).
//   x: [n, E] → [n, E]
Array RmsNormForward(const Array& x);
//   x, dy: [n, E] → dx: [n, E]
Array RmsNormBackward(const Array& x, const Array& dy);

// y[t] = w x[t].
//   w: [out, in]  x: [n, in] → [n, out]
template <typename T>
Array LinearForward(Matrix<const T> w, const Array& x,
                    const std::stop_token& stop);
//   dy: [n, out]  dw: [out, in] → dx: [n, in]
template <typename T>
Array LinearBackward(Matrix<const T> w, const Array& x, const Array& dy,
                     Matrix<double> dw, const std::stop_token& stop);

// max(x, 0).
//   x: any shape
Array ReluForward(const Array& x);
Array ReluBackward(const Array& x, const Array& dy);

struct Attention {
  Array scores;  // [H, n, n], of keys (last) for each query; 0 for keys to come
  Array weights;  // [H, n, n], softmax of a query's scores
  Array heads;    // [n, E], the weighted values, heads side by side
};
//   q, k, v: [n, E]
Attention AttentionForward(const Array& q, const Array& k, const Array& v,
                           size_t n_head, const std::stop_token& stop);
struct AttentionGradient {
  Array dweights;    // [H, n, n]
  Array dq, dk, dv;  // [n, E]
};
//   weights: [H, n, n]  dheads: [n, E]
AttentionGradient AttentionBackward(const Array& q, const Array& k,
                                    const Array& v, const Array& weights,
                                    const Array& dheads,
                                    const std::stop_token& stop);

// -log softmax(logits[t])[targets[t]].
//   logits: [n, V]  targets: n → n losses
std::vector<double> LossForward(const Array& logits,
                                std::span<const Token> targets);
// Of the losses' mean.
//   → dlogits: [n, V]
Array LossBackward(const Array& logits, std::span<const Token> targets);

// log sum exp(logits).
double LogSumExp(std::span<const double> logits);

// Element by element; both of one shape.
Array Add(const Array& a, const Array& b);

}  // namespace microgpt

#endif  // MICROGPT_CORE_INSPECTION_STAGES_H_
