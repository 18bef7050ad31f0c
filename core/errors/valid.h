// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_ERRORS_VALID_H_
#define MICROGPT_CORE_ERRORS_VALID_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace microgpt {

// A T whose Validate() has answered OK: settings are checked once, at the
// edge, and cannot be wrong from there on. T's defaults must be valid.
template <typename T>
class Valid {
 public:
  // The defaults of T.
  Valid() = default;

  // `value`, or the error that T::Validate() finds in it.
  static absl::StatusOr<Valid> Create(T value) {
    if (absl::Status status = value.Validate(); !status.ok()) return status;
    return Valid(std::move(value));
  }

  const T& operator*() const { return value_; }
  const T* operator->() const { return &value_; }

 private:
  explicit Valid(T value) : value_(std::move(value)) {}

  T value_;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_ERRORS_VALID_H_
