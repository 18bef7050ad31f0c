// SPDX-License-Identifier: MIT
#include "core/inspection/stages.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace microgpt {
namespace {

constexpr double kRmsNormEps = 1e-5;

// Dot product of two vectors of one length, and y += a · x.
template <typename T>
double Dot(std::span<const T> a, std::span<const double> b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += double{a[i]} * b[i];
  return sum;
}

template <typename T>
void AddScaled(double scale, std::span<const T> x, std::span<double> y) {
  for (size_t i = 0; i < x.size(); ++i) y[i] += scale * double{x[i]};
}

template <typename T>
std::span<T> RowOf(const Matrix<T>& matrix, size_t i) {
  return {matrix.row(i), matrix.cols};
}

// 1 / sqrt(mean(x²) + 1e-5).
double RmsNormScale(std::span<const double> x) {
  return 1 / std::sqrt(Dot(x, x) / static_cast<double>(x.size()) + kRmsNormEps);
}

// A head's part of row t.
template <typename A>
auto HeadOf(A& array, size_t t, size_t head, size_t size) {
  return array.row(t).subspan(head * size, size);
}

// In place, for the first `count` elements; the others stay.
void Softmax(std::span<double> x, size_t count) {
  const std::span<double> seen = x.first(count);
  const double max = *std::ranges::max_element(seen);
  double sum = 0;
  for (double& value : seen) sum += value = std::exp(value - max);
  for (double& value : seen) value /= sum;
}

}  // namespace

template <typename T>
Array LookUpForward(Matrix<const T> table, std::span<const Token> indices) {
  Array x({indices.size(), table.cols});
  for (size_t t = 0; t < indices.size(); ++t) {
    std::ranges::copy(RowOf(table, indices[t]), x.row(t).begin());
  }
  return x;
}

void LookUpBackward(const Array& dx, std::span<const Token> indices,
                    Matrix<double> dtable) {
  for (size_t t = 0; t < indices.size(); ++t) {
    AddScaled(1, dx.row(t), RowOf(dtable, indices[t]));
  }
}

Array RmsNormForward(const Array& x) {
  Array y(x.shape);
  for (size_t t = 0; t < x.shape[0]; ++t) {
    AddScaled(RmsNormScale(x.row(t)), x.row(t), y.row(t));
  }
  return y;
}

// With y = scale · x: dx = scale · (dy - y · mean(dy · y)).
Array RmsNormBackward(const Array& x, const Array& dy) {
  Array dx(x.shape);
  for (size_t t = 0; t < x.shape[0]; ++t) {
    const double scale = RmsNormScale(x.row(t));
    const double mean =
        scale * Dot(dy.row(t), x.row(t)) / static_cast<double>(x.row(t).size());
    AddScaled(scale, dy.row(t), dx.row(t));
    AddScaled(-scale * scale * mean, x.row(t), dx.row(t));
  }
  return dx;
}

template <typename T>
Array LinearForward(Matrix<const T> w, const Array& x,
                    const std::stop_token& stop) {
  const size_t n = x.shape[0];
  Array y({n, w.rows});
  for (size_t t = 0; t < n && !stop.stop_requested(); ++t) {
    for (size_t o = 0; o < w.rows; ++o) {
      y.row(t)[o] = Dot(RowOf(w, o), x.row(t));
    }
  }
  return y;
}

template <typename T>
Array LinearBackward(Matrix<const T> w, const Array& x, const Array& dy,
                     Matrix<double> dw, const std::stop_token& stop) {
  Array dx(x.shape);
  for (size_t t = 0; t < x.shape[0] && !stop.stop_requested(); ++t) {
    for (size_t o = 0; o < w.rows; ++o) {
      AddScaled(dy.row(t)[o], RowOf(w, o), dx.row(t));
      AddScaled(dy.row(t)[o], x.row(t), RowOf(dw, o));
    }
  }
  return dx;
}

Array ReluForward(const Array& x) {
  Array y = x;
  for (double& value : y.values) value = value > 0 ? value : 0;
  return y;
}

Array ReluBackward(const Array& x, const Array& dy) {
  Array dx = dy;
  for (size_t i = 0; i < x.values.size(); ++i) {
    if (!(x.values[i] > 0)) dx.values[i] = 0;
  }
  return dx;
}

Attention AttentionForward(const Array& q, const Array& k, const Array& v,
                           size_t n_head, const std::stop_token& stop) {
  const size_t n = q.shape[0];
  const size_t size = q.shape[1] / n_head;  // of a head
  const double scale = 1 / std::sqrt(static_cast<double>(size));
  Attention a{
      .scores = Array({n_head, n, n}), .weights = {}, .heads = Array(q.shape)};
  for (size_t h = 0; h < n_head; ++h) {
    for (size_t t = 0; t < n && !stop.stop_requested(); ++t) {
      for (size_t s = 0; s <= t; ++s) {
        a.scores.row(h * n + t)[s] =
            scale * Dot(HeadOf(q, t, h, size), HeadOf(k, s, h, size));
      }
    }
  }
  a.weights = a.scores;
  for (size_t h = 0; h < n_head; ++h) {
    for (size_t t = 0; t < n && !stop.stop_requested(); ++t) {
      const std::span<double> weights = a.weights.row(h * n + t);
      Softmax(weights, t + 1);
      for (size_t s = 0; s <= t; ++s) {
        AddScaled(weights[s], HeadOf(v, s, h, size),
                  HeadOf(a.heads, t, h, size));
      }
    }
  }
  return a;
}

// Of a softmax with weights p: dscore = p · (dp - sum(p · dp)).
AttentionGradient AttentionBackward(const Array& q, const Array& k,
                                    const Array& v, const Array& weights,
                                    const Array& dheads,
                                    const std::stop_token& stop) {
  const size_t n_head = weights.shape[0], n = weights.shape[1];
  const size_t size = q.shape[1] / n_head;
  const double scale = 1 / std::sqrt(static_cast<double>(size));
  AttentionGradient d{.dweights = Array(weights.shape),
                      .dq = Array(q.shape),
                      .dk = Array(q.shape),
                      .dv = Array(q.shape)};
  for (size_t h = 0; h < n_head; ++h) {
    for (size_t t = 0; t < n && !stop.stop_requested(); ++t) {
      const std::span<const double> p = weights.row(h * n + t);
      const std::span<double> dp = d.dweights.row(h * n + t);
      const std::span<const double> dhead = HeadOf(dheads, t, h, size);
      for (size_t s = 0; s <= t; ++s) {
        dp[s] = Dot(dhead, HeadOf(v, s, h, size));
        AddScaled(p[s], dhead, HeadOf(d.dv, s, h, size));
      }
      const double mean = Dot(p, dp);
      for (size_t s = 0; s <= t; ++s) {
        const double dscore = scale * p[s] * (dp[s] - mean);
        AddScaled(dscore, HeadOf(k, s, h, size), HeadOf(d.dq, t, h, size));
        AddScaled(dscore, HeadOf(q, t, h, size), HeadOf(d.dk, s, h, size));
      }
    }
  }
  return d;
}

double LogSumExp(std::span<const double> logits) {
  const double max = *std::ranges::max_element(logits);
  double sum = 0;
  for (const double logit : logits) sum += std::exp(logit - max);
  return max + std::log(sum);
}

std::vector<double> LossForward(const Array& logits,
                                std::span<const Token> targets) {
  std::vector<double> losses(targets.size());
  for (size_t t = 0; t < targets.size(); ++t) {
    losses[t] = LogSumExp(logits.row(t)) - logits.row(t)[targets[t]];
  }
  return losses;
}

// Of one loss: softmax(logits), less 1 at the target.
Array LossBackward(const Array& logits, std::span<const Token> targets) {
  Array dlogits = logits;
  for (size_t t = 0; t < targets.size(); ++t) {
    const std::span<double> row = dlogits.row(t);
    Softmax(row, row.size());
    row[targets[t]] -= 1;
    for (double& value : row) value /= static_cast<double>(targets.size());
  }
  return dlogits;
}

Array Add(const Array& a, const Array& b) {
  assert(a.shape == b.shape);
  Array sum = a;
  AddScaled<double>(1, b.values, sum.values);
  return sum;
}

template Array LookUpForward(Matrix<const float>, std::span<const Token>);
template Array LookUpForward(Matrix<const double>, std::span<const Token>);
template Array LinearForward(Matrix<const float>, const Array&,
                             const std::stop_token&);
template Array LinearForward(Matrix<const double>, const Array&,
                             const std::stop_token&);
template Array LinearBackward(Matrix<const float>, const Array&, const Array&,
                              Matrix<double>, const std::stop_token&);
template Array LinearBackward(Matrix<const double>, const Array&, const Array&,
                              Matrix<double>, const std::stop_token&);

}  // namespace microgpt
