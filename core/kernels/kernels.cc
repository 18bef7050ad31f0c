// SPDX-License-Identifier: MIT
//
// Plain loops in a form that compilers vectorise without leave to reorder sums:
// a dot product runs over kLanes partial sums that are added in a fixed order,
// everything else adds whole rows to rows.
#include "core/kernels/kernels.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace microgpt {
namespace {

constexpr size_t kLanes = 8;

// sum_i a[i] · b[i]; lane l takes the i ≡ l (mod kLanes), then the upper half
// of the lanes is added to the lower until one is left.
template <typename T>
T Dot(const T* __restrict a, const T* __restrict b, size_t n) {
  T lanes[kLanes] = {};
  size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (size_t l = 0; l < kLanes; ++l) lanes[l] += a[i + l] * b[i + l];
  }
  for (size_t l = 0; i < n; ++i, ++l) lanes[l] += a[i] * b[i];
  for (size_t half = kLanes / 2; half > 0; half /= 2) {
    for (size_t l = 0; l < half; ++l) lanes[l] += lanes[l + half];
  }
  return lanes[0];
}

// y += a · x.
template <typename T>
void AddScaled(T a, const T* __restrict x, T* __restrict y, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] += a * x[i];
}

// y[·] += sum_k a[k · stride] · x[k, ·], in order of k. Four rows at a time, so
// that y is loaded and stored a quarter as often.
template <typename T>
void AddWeightedRows(const T* a, size_t stride, Matrix<const T> x,
                     T* __restrict y) {
  size_t k = 0;
  for (; k + 4 <= x.rows; k += 4) {
    const T a0 = a[k * stride], a1 = a[(k + 1) * stride];
    const T a2 = a[(k + 2) * stride], a3 = a[(k + 3) * stride];
    const T *x0 = x.row(k), *x1 = x.row(k + 1);
    const T *x2 = x.row(k + 2), *x3 = x.row(k + 3);
    for (size_t c = 0; c < x.cols; ++c) {
      y[c] = (((y[c] + a0 * x0[c]) + a1 * x1[c]) + a2 * x2[c]) + a3 * x3[c];
    }
  }
  for (; k < x.rows; ++k) AddScaled(a[k * stride], x.row(k), y, x.cols);
}

// The largest of `values`, of which there is at least one.
template <typename T>
T Max(std::span<const T> values) {
  return *std::max_element(values.begin(), values.end());
}

// in → softmax(in), which may be the same place. Answers the logarithm of the
// sum that it divided by, max(in) taken out: log sum_i exp(in[i] - max(in)).
template <typename T>
double Softmax(std::span<const T> in, T* out) {
  const T max = Max(in);
  double total = 0;
  for (size_t i = 0; i < in.size(); ++i) {
    out[i] = std::exp(in[i] - max);
    total += out[i];
  }
  const T divisor = static_cast<T>(total);
  for (size_t i = 0; i < in.size(); ++i) out[i] /= divisor;
  return std::log(total);
}

// Head h of a [tokens, cols] matrix: `size` columns from `begin`.
template <typename T>
struct Head {
  Head(size_t h, size_t n_head, size_t cols)
      : size(cols / n_head),
        begin(h * size),
        score_scale(static_cast<T>(1 / std::sqrt(static_cast<double>(size)))) {}
  size_t size;
  size_t begin;
  T score_scale;
};

// The derivative of softmax at one row: dweights → dscores, in place.
template <typename T>
void SoftmaxBackward(std::span<const T> weights, T* d) {
  const T mean = Dot(weights.data(), d, weights.size());
  for (size_t i = 0; i < weights.size(); ++i) d[i] = weights[i] * (d[i] - mean);
}

}  // namespace

template <typename T>
void Linear(ConstMatrix<T> x, ConstMatrix<T> w, Matrix<T> y) {
  assert(x.cols == w.cols && y.rows == x.rows && y.cols == w.rows);
  for (size_t t = 0; t < x.rows; ++t) {
    for (size_t r = 0; r < w.rows; ++r) {
      y.row(t)[r] = Dot(x.row(t), w.row(r), x.cols);
    }
  }
}

template <typename T>
void LinearBackward(ConstMatrix<T> dy, ConstMatrix<T> x, ConstMatrix<T> w,
                    Matrix<T> dx, Matrix<T> dw) {
  assert(dy.rows == x.rows && dy.cols == w.rows && x.cols == w.cols);
  assert(dx.rows == x.rows && dx.cols == x.cols);
  assert(dw.rows == w.rows && dw.cols == w.cols);
  std::ranges::fill(dx.values(), T{0});
  for (size_t t = 0; t < dy.rows; ++t) {
    AddWeightedRows<T>(dy.row(t), 1, w, dx.row(t));
  }
  for (size_t r = 0; r < w.rows; ++r) {
    AddWeightedRows<T>(dy.data + r, dy.cols, x, dw.row(r));
  }
}

template <typename T>
void RmsNorm(ConstMatrix<T> x, Matrix<T> y, std::span<T> scale) {
  assert(y.rows == x.rows && y.cols == x.cols && scale.size() == x.rows);
  for (size_t t = 0; t < x.rows; ++t) {
    const T mean_square =
        Dot(x.row(t), x.row(t), x.cols) / static_cast<T>(x.cols);
    scale[t] = 1 / std::sqrt(mean_square + static_cast<T>(1e-5));
    for (size_t c = 0; c < x.cols; ++c) y.row(t)[c] = x.row(t)[c] * scale[t];
  }
}

// dx = scale · (dy - y · mean(dy · y)): the scale depends on every x.
template <typename T>
void RmsNormBackward(ConstMatrix<T> dy, ConstMatrix<T> y,
                     std::span<const std::type_identity_t<T>> scale,
                     Matrix<T> dx) {
  assert(dy.rows == y.rows && dy.cols == y.cols && scale.size() == y.rows);
  assert(dx.rows == y.rows && dx.cols == y.cols);
  for (size_t t = 0; t < y.rows; ++t) {
    const T* dy_row = dy.row(t);
    const T* y_row = y.row(t);
    T* dx_row = dx.row(t);
    const T mean = Dot(dy_row, y_row, y.cols) / static_cast<T>(y.cols);
    for (size_t c = 0; c < y.cols; ++c) {
      dx_row[c] += (dy_row[c] - y_row[c] * mean) * scale[t];
    }
  }
}

template <typename T>
void Attention(ConstMatrix<T> q, ConstMatrix<T> k, ConstMatrix<T> v,
               size_t n_head, Matrix<T> weights, Matrix<T> out) {
  assert(n_head > 0 && q.cols % n_head == 0 && k.rows >= q.rows);
  assert(k.cols == q.cols && v.cols == q.cols && v.rows == k.rows);
  assert(weights.rows == n_head * q.rows && weights.cols == k.rows);
  assert(out.rows == q.rows && out.cols == q.cols);
  const size_t past = k.rows - q.rows;
  std::ranges::fill(weights.values(), T{0});
  std::ranges::fill(out.values(), T{0});
  for (size_t h = 0; h < n_head; ++h) {
    const Head<T> head(h, n_head, q.cols);
    for (size_t t = 0; t < q.rows; ++t) {
      const size_t visible = past + t + 1;
      T* row = weights.row(h * q.rows + t);
      for (size_t s = 0; s < visible; ++s) {
        row[s] = head.score_scale *
                 Dot(q.row(t) + head.begin, k.row(s) + head.begin, head.size);
      }
      Softmax<T>({row, visible}, row);
      for (size_t s = 0; s < visible; ++s) {
        AddScaled(row[s], v.row(s) + head.begin, out.row(t) + head.begin,
                  head.size);
      }
    }
  }
}

template <typename T>
void AttentionBackward(ConstMatrix<T> dout, ConstMatrix<T> q, ConstMatrix<T> k,
                       ConstMatrix<T> v, ConstMatrix<T> weights, size_t n_head,
                       std::span<T> scratch, Matrix<T> dq, Matrix<T> dk,
                       Matrix<T> dv) {
  assert(n_head > 0 && q.cols % n_head == 0 && scratch.size() == q.rows);
  assert(dout.rows == q.rows && k.rows == q.rows && v.rows == q.rows);
  assert(weights.rows == n_head * q.rows && weights.cols == q.rows);
  assert(dq.rows == q.rows && dk.rows == q.rows && dv.rows == q.rows);
  for (Matrix<T> d : {dq, dk, dv}) std::ranges::fill(d.values(), T{0});
  for (size_t h = 0; h < n_head; ++h) {
    const Head<T> head(h, n_head, q.cols);
    const size_t begin = head.begin;
    for (size_t t = 0; t < q.rows; ++t) {
      const size_t visible = t + 1;
      const T* row = weights.row(h * q.rows + t);
      for (size_t s = 0; s < visible; ++s) {
        scratch[s] = Dot(dout.row(t) + begin, v.row(s) + begin, head.size);
        AddScaled(row[s], dout.row(t) + begin, dv.row(s) + begin, head.size);
      }
      SoftmaxBackward<T>({row, visible}, scratch.data());
      for (size_t s = 0; s < visible; ++s) {
        const T dscore = scratch[s] * head.score_scale;
        AddScaled(dscore, k.row(s) + begin, dq.row(t) + begin, head.size);
        AddScaled(dscore, q.row(t) + begin, dk.row(s) + begin, head.size);
      }
    }
  }
}

template <typename T>
void Relu(std::span<T> x) {
  for (T& value : x) value = value > 0 ? value : T{0};
}

template <typename T>
void ReluBackward(std::span<const std::type_identity_t<T>> y, std::span<T> dx) {
  assert(y.size() == dx.size());
  for (size_t i = 0; i < dx.size(); ++i) dx[i] = y[i] > 0 ? dx[i] : T{0};
}

template <typename T>
void Add(std::span<const std::type_identity_t<T>> x, std::span<T> y) {
  assert(x.size() == y.size());
  for (size_t i = 0; i < y.size(); ++i) y[i] += x[i];
}

template <typename T>
double CrossEntropy(ConstMatrix<T> logits, std::span<const uint32_t> targets,
                    Matrix<T> probabilities) {
  assert(logits.rows == targets.size() && probabilities.rows == logits.rows);
  assert(probabilities.cols == logits.cols);
  double loss = 0;
  for (size_t t = 0; t < logits.rows; ++t) {
    const std::span<const T> row(logits.row(t), logits.cols);
    assert(targets[t] < row.size());
    const double margin = static_cast<double>(Max(row)) - row[targets[t]];
    loss += margin + Softmax(row, probabilities.row(t));
  }
  return loss;
}

template <typename T>
void CrossEntropyBackward(std::span<const uint32_t> targets,
                          std::type_identity_t<T> scale,
                          Matrix<T> probabilities) {
  assert(probabilities.rows == targets.size());
  for (size_t t = 0; t < targets.size(); ++t) {
    T* row = probabilities.row(t);
    row[targets[t]] -= 1;
    for (size_t c = 0; c < probabilities.cols; ++c) row[c] *= scale;
  }
}

template <typename T>
double LogProbability(std::span<const T> logits, uint32_t token) {
  assert(token < logits.size());
  const double max = Max(logits);
  double total = 0;
  for (const T logit : logits) total += std::exp(logit - max);
  return logits[token] - max - std::log(total);
}

template <typename T>
void AdamStep(const AdamStepSettings& settings,
              std::span<const std::type_identity_t<T>> gradient, std::span<T> m,
              std::span<T> v, std::span<T> value) {
  const size_t n = gradient.size();
  assert(m.size() == n && v.size() == n && value.size() == n);
  const T learning_rate = static_cast<T>(settings.learning_rate);
  const T beta1 = static_cast<T>(settings.beta1);
  const T beta2 = static_cast<T>(settings.beta2);
  const T rest1 = static_cast<T>(1 - settings.beta1);
  const T rest2 = static_cast<T>(1 - settings.beta2);
  const T correction1 = static_cast<T>(settings.correction1);
  const T correction2 = static_cast<T>(settings.correction2);
  // Where g · g vanishes, m must not be divided by less than such a g.
  const T eps = std::max(static_cast<T>(settings.eps),
                         std::sqrt(std::numeric_limits<T>::min()));
  for (size_t i = 0; i < n; ++i) {
    const T g = gradient[i];
    m[i] = beta1 * m[i] + rest1 * g;
    v[i] = beta2 * v[i] + rest2 * (g * g);
    const T m_hat = m[i] / correction1;
    const T v_hat = v[i] / correction2;
    value[i] -= learning_rate * m_hat / (std::sqrt(v_hat) + eps);
  }
}

template <typename T>
void SgdStep(double learning_rate,
             std::span<const std::type_identity_t<T>> gradient,
             std::span<T> value) {
  assert(gradient.size() == value.size());
  const T rate = static_cast<T>(learning_rate);
  for (size_t i = 0; i < value.size(); ++i) value[i] -= rate * gradient[i];
}

#define MICROGPT_INSTANTIATE(T)                                               \
  template void Linear<T>(ConstMatrix<T>, ConstMatrix<T>, Matrix<T>);         \
  template void LinearBackward<T>(ConstMatrix<T>, ConstMatrix<T>,             \
                                  ConstMatrix<T>, Matrix<T>, Matrix<T>);      \
  template void RmsNorm<T>(ConstMatrix<T>, Matrix<T>, std::span<T>);          \
  template void RmsNormBackward<T>(ConstMatrix<T>, ConstMatrix<T>,            \
                                   std::span<const T>, Matrix<T>);            \
  template void Attention<T>(ConstMatrix<T>, ConstMatrix<T>, ConstMatrix<T>,  \
                             size_t, Matrix<T>, Matrix<T>);                   \
  template void AttentionBackward<T>(                                         \
      ConstMatrix<T>, ConstMatrix<T>, ConstMatrix<T>, ConstMatrix<T>,         \
      ConstMatrix<T>, size_t, std::span<T>, Matrix<T>, Matrix<T>, Matrix<T>); \
  template void Relu<T>(std::span<T>);                                        \
  template void ReluBackward<T>(std::span<const T>, std::span<T>);            \
  template void Add<T>(std::span<const T>, std::span<T>);                     \
  template double CrossEntropy<T>(ConstMatrix<T>, std::span<const uint32_t>,  \
                                  Matrix<T>);                                 \
  template void CrossEntropyBackward<T>(std::span<const uint32_t>, T,         \
                                        Matrix<T>);                           \
  template double LogProbability<T>(std::span<const T>, uint32_t);            \
  template void AdamStep<T>(const AdamStepSettings&, std::span<const T>,      \
                            std::span<T>, std::span<T>, std::span<T>);        \
  template void SgdStep<T>(double, std::span<const T>, std::span<T>)

MICROGPT_INSTANTIATE(float);
MICROGPT_INSTANTIATE(double);

}  // namespace microgpt
