// SPDX-License-Identifier: MIT
#include "core/kernels/reference_kernels.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace microgpt::reference_kernels {
namespace {

std::vector<double> Softmax(InSpan x) {
  const double max = *std::max_element(x.begin(), x.end());
  double total = 0;
  for (const double value : x) total += std::exp(value - max);
  std::vector<double> y;
  for (const double value : x) y.push_back(std::exp(value - max) / total);
  return y;
}

}  // namespace

void Linear(In x, In w, Out y) {
  for (size_t t = 0; t < x.rows; ++t) {
    for (size_t r = 0; r < w.rows; ++r) {
      double sum = 0;
      for (size_t c = 0; c < x.cols; ++c) sum += x.row(t)[c] * w.row(r)[c];
      y.row(t)[r] = sum;
    }
  }
}

void LinearBackward(In dy, In x, In w, Out dx, Out dw) {
  std::ranges::fill(dx.values(), 0);
  for (size_t t = 0; t < x.rows; ++t) {
    for (size_t r = 0; r < w.rows; ++r) {
      for (size_t c = 0; c < x.cols; ++c) {
        dx.row(t)[c] += dy.row(t)[r] * w.row(r)[c];
        dw.row(r)[c] += dy.row(t)[r] * x.row(t)[c];
      }
    }
  }
}

void RmsNorm(In x, Out y, OutSpan scale) {
  for (size_t t = 0; t < x.rows; ++t) {
    double squares = 0;
    for (size_t c = 0; c < x.cols; ++c) squares += x.row(t)[c] * x.row(t)[c];
    scale[t] = std::pow(squares / x.cols + 1e-5, -0.5);
    for (size_t c = 0; c < x.cols; ++c) y.row(t)[c] = x.row(t)[c] * scale[t];
  }
}

// dy[i] / dx[c] = scale · ([i = c] - y[i] · y[c] / cols).
void RmsNormBackward(In dy, In y, InSpan scale, Out dx) {
  for (size_t t = 0; t < y.rows; ++t) {
    for (size_t c = 0; c < y.cols; ++c) {
      for (size_t i = 0; i < y.cols; ++i) {
        const double jacobian = scale[t] * ((i == c ? 1.0 : 0.0) -
                                            y.row(t)[i] * y.row(t)[c] / y.cols);
        dx.row(t)[c] += dy.row(t)[i] * jacobian;
      }
    }
  }
}

void Attention(In q, In k, In v, size_t n_head, Out weights, Out out) {
  const size_t size = q.cols / n_head, past = k.rows - q.rows;
  std::ranges::fill(weights.values(), 0);
  std::ranges::fill(out.values(), 0);
  for (size_t h = 0; h < n_head; ++h) {
    for (size_t t = 0; t < q.rows; ++t) {
      std::vector<double> scores;
      for (size_t s = 0; s <= past + t; ++s) {
        double sum = 0;
        for (size_t c = h * size; c < (h + 1) * size; ++c) {
          sum += q.row(t)[c] * k.row(s)[c];
        }
        scores.push_back(sum / std::sqrt(size));
      }
      std::ranges::copy(Softmax(scores), weights.row(h * q.rows + t));
      for (size_t c = h * size; c < (h + 1) * size; ++c) {
        for (size_t s = 0; s <= past + t; ++s) {
          out.row(t)[c] += weights.row(h * q.rows + t)[s] * v.row(s)[c];
        }
      }
    }
  }
}

// dweight[s] / dscore[j] = weight[s] · ([s = j] - weight[j]).
void AttentionBackward(In dout, In q, In k, In v, In weights, size_t n_head,
                       Out dq, Out dk, Out dv) {
  const size_t size = q.cols / n_head;
  for (Out d : {dq, dk, dv}) std::ranges::fill(d.values(), 0);
  for (size_t h = 0; h < n_head; ++h) {
    for (size_t t = 0; t < q.rows; ++t) {
      const double* weight = weights.row(h * q.rows + t);
      for (size_t s = 0; s <= t; ++s) {
        double dweight = 0;
        for (size_t c = h * size; c < (h + 1) * size; ++c) {
          dweight += dout.row(t)[c] * v.row(s)[c];
          dv.row(s)[c] += dout.row(t)[c] * weight[s];
        }
        for (size_t j = 0; j <= t; ++j) {
          const double dscore =
              dweight * weight[s] * ((s == j ? 1.0 : 0.0) - weight[j]);
          for (size_t c = h * size; c < (h + 1) * size; ++c) {
            dq.row(t)[c] += dscore * k.row(j)[c] / std::sqrt(size);
            dk.row(j)[c] += dscore * q.row(t)[c] / std::sqrt(size);
          }
        }
      }
    }
  }
}

void Relu(OutSpan x) {
  for (double& value : x) value = std::max(value, 0.0);
}

void ReluBackward(InSpan y, OutSpan dx) {
  for (size_t i = 0; i < dx.size(); ++i) {
    if (!(y[i] > 0)) dx[i] = 0;
  }
}

void Add(InSpan x, OutSpan y) {
  for (size_t i = 0; i < y.size(); ++i) y[i] += x[i];
}

double CrossEntropy(In logits, std::span<const uint32_t> targets,
                    Out probabilities) {
  double loss = 0;
  for (size_t t = 0; t < logits.rows; ++t) {
    const InSpan row(logits.row(t), logits.cols);
    loss -= LogProbability(row, targets[t]);
    std::ranges::copy(Softmax(row), probabilities.row(t));
  }
  return loss;
}

void CrossEntropyBackward(std::span<const uint32_t> targets, double scale,
                          Out probabilities) {
  for (size_t t = 0; t < targets.size(); ++t) {
    for (size_t c = 0; c < probabilities.cols; ++c) {
      const double wanted = c == targets[t] ? 1 : 0;
      probabilities.row(t)[c] = (probabilities.row(t)[c] - wanted) * scale;
    }
  }
}

double LogProbability(InSpan logits, uint32_t token) {
  const double max = *std::max_element(logits.begin(), logits.end());
  double total = 0;
  for (const double logit : logits) total += std::exp(logit - max);
  return logits[token] - max - std::log(total);
}

void AdamStep(const AdamStepSettings& settings, InSpan gradient, OutSpan m,
              OutSpan v, OutSpan value) {
  const double beta1 = settings.beta1, beta2 = settings.beta2;
  for (size_t i = 0; i < value.size(); ++i) {
    m[i] = beta1 * m[i] + (1 - beta1) * gradient[i];
    v[i] = beta2 * v[i] + (1 - beta2) * std::pow(gradient[i], 2);
    const double m_hat = m[i] / settings.correction1;
    const double v_hat = v[i] / settings.correction2;
    value[i] -=
        settings.learning_rate * m_hat / (std::sqrt(v_hat) + settings.eps);
  }
}

void SgdStep(double learning_rate, InSpan gradient, OutSpan value) {
  for (size_t i = 0; i < value.size(); ++i) {
    value[i] -= learning_rate * gradient[i];
  }
}

}  // namespace microgpt::reference_kernels
