// SPDX-License-Identifier: MIT
#include "core/inspection/projection.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cassert>
#include <cmath>

namespace microgpt {
namespace {

using Rows =
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <typename T>
Rows Centred(Matrix<const T> embedding) {
  Rows rows(embedding.rows, embedding.cols);
  std::ranges::copy(embedding.values(), rows.data());
  const Eigen::RowVectorXd mean = rows.colwise().mean();
  rows.rowwise() -= mean;
  return rows;
}

Array ToArray(const Rows& rows) {
  Array array(
      {static_cast<size_t>(rows.rows()), static_cast<size_t>(rows.cols())});
  std::copy_n(rows.data(), rows.size(), array.values.begin());
  return array;
}

void Turn(Projection& projection, size_t component) {
  for (double& number : projection.components.row(component)) number = -number;
  for (size_t i = 0; i < projection.points.shape[0]; ++i) {
    double& number = projection.points.row(i)[component];
    number = -number;
  }
}

// Of numbers that differ only by rounding the first counts as the largest.
double LargestByMagnitude(std::span<const double> numbers) {
  double largest = 0;
  for (const double number : numbers) {
    if (std::abs(number) > std::abs(largest) * (1 + 1e-9)) largest = number;
  }
  return largest;
}

}  // namespace

template <typename T>
absl::StatusOr<Projection> Project(Matrix<const T> embedding,
                                   size_t components) {
  assert(components >= 1 && components <= embedding.cols);
  const Rows rows = Centred(embedding);
  const Eigen::MatrixXd scatter = rows.transpose() * rows;
  if (!scatter.allFinite()) {
    return absl::FailedPreconditionError(
        "its numbers are not finite, or so large that their squares are not");
  }
  // Its eigenvalues ascend.
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(scatter);
  if (solver.info() != Eigen::Success) {
    return absl::FailedPreconditionError(
        "its principal components could not be found");
  }
  const auto count = static_cast<Eigen::Index>(components);
  const Eigen::MatrixXd vectors =
      solver.eigenvectors().rightCols(count).rowwise().reverse();
  Projection projection{.components = ToArray(vectors.transpose()),
                        .points = ToArray(rows * vectors),
                        .variance = {}};
  const double total = scatter.trace();
  for (size_t i = 0; i < components; ++i) {
    const double value = std::max(
        solver.eigenvalues().reverse()[static_cast<Eigen::Index>(i)], 0.0);
    projection.variance.push_back(total > 0 ? value / total : 0);
    if (LargestByMagnitude(projection.components.row(i)) < 0) {
      Turn(projection, i);
    }
  }
  return projection;
}

void AlignSigns(const Projection& other, Projection& projection) {
  const size_t count =
      std::min(other.components.shape[0], projection.components.shape[0]);
  for (size_t i = 0; i < count; ++i) {
    double product = 0;
    for (size_t j = 0; j < projection.components.shape[1]; ++j) {
      product += projection.components.row(i)[j] * other.components.row(i)[j];
    }
    if (product < 0) Turn(projection, i);
  }
}

template absl::StatusOr<Projection> Project(Matrix<const float>, size_t);
template absl::StatusOr<Projection> Project(Matrix<const double>, size_t);

}  // namespace microgpt
