// SPDX-License-Identifier: MIT
#include "server/datasets/builtin.h"

#include <array>

namespace microgpt {
namespace {

// Made from names.txt by CMakeLists.txt.
constexpr std::string_view kNames =
#include "server/datasets/names.inc"
    ;

constexpr std::array<std::string_view, 1> kDatasetNames = {"names"};

}  // namespace

std::optional<std::string_view> BuiltinDataset(std::string_view name) {
  if (name == "names") return kNames;
  return std::nullopt;
}

std::span<const std::string_view> BuiltinDatasetNames() {
  return kDatasetNames;
}

}  // namespace microgpt
