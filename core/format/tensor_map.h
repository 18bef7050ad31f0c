// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_FORMAT_TENSOR_MAP_H_
#define MICROGPT_CORE_FORMAT_TENSOR_MAP_H_

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/errors/errors.h"
#include "core/format/json_text.h"
#include "core/model/parameters.h"

namespace microgpt {

// What a file has of its tensors, by their names in it.
template <typename Tensor>
using TensorMap = std::map<std::string, Tensor, std::less<>>;

// OK if `tensors` has the names of `specs` and no others.
template <typename Tensor>
absl::Status CheckNames(const std::vector<TensorSpec>& specs,
                        const TensorMap<Tensor>& tensors) {
  for (const TensorSpec& spec : specs) {
    if (!tensors.contains(spec.name))
      return FieldError(spec.name, "is missing");
  }
  for (const auto& [name, tensor] : tensors) {
    if (std::ranges::find(specs, name, &TensorSpec::name) == specs.end()) {
      return FieldError(Excerpt(name),
                        "is no tensor of a model of this config");
    }
  }
  return absl::OkStatus();
}

// "wte[3][0]", for the i-th value of a tensor.
inline std::string ValuePath(const TensorSpec& spec, size_t i) {
  return fmt::format("{}[{}][{}]", spec.name, i / spec.cols, i % spec.cols);
}

}  // namespace microgpt

#endif  // MICROGPT_CORE_FORMAT_TENSOR_MAP_H_
