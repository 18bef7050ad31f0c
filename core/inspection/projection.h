// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_INSPECTION_PROJECTION_H_
#define MICROGPT_CORE_INSPECTION_PROJECTION_H_

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "core/inspection/array.h"
#include "core/model/matrix.h"

namespace microgpt {

// The directions in which the rows of an embedding differ most: its principal
// components, by falling variance.
struct Projection {
  Array components;              // [components, E], unit vectors
  Array points;                  // [rows, components], of the centred rows
  std::vector<double> variance;  // share of each component of the whole
};

// components: 1..E. The sign of a component is free: here its largest number by
// magnitude is positive, or the first of them. Where rows do not differ, the
// variance is 0 and the component anything.
//
// FAILED_PRECONDITION: a number is not finite, or so large that its square is
// not.
template <typename T>
absl::StatusOr<Projection> Project(Matrix<const T> embedding,
                                   size_t components);

// Turns the signs of `projection` so that every component points the way that
// the same one of `other` does. Precondition: components of one length.
void AlignSigns(const Projection& other, Projection& projection);

}  // namespace microgpt

#endif  // MICROGPT_CORE_INSPECTION_PROJECTION_H_
