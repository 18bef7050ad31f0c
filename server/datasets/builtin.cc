// SPDX-License-Identifier: MIT
#include "server/datasets/builtin.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace microgpt {
namespace {

struct Dataset {
  std::string_view name, text;
};

// Made by CMakeLists.txt, sorted by name.
constexpr Dataset kDatasets[] = {
#include "server/datasets/builtin.inc"
};

constexpr auto kDatasetNames = [] {
  std::array<std::string_view, std::size(kDatasets)> names;
  std::ranges::transform(kDatasets, names.begin(), &Dataset::name);
  return names;
}();

}  // namespace

std::optional<std::string_view> BuiltinDataset(std::string_view name) {
  const Dataset* found = std::ranges::find(kDatasets, name, &Dataset::name);
  if (found == std::end(kDatasets)) return std::nullopt;
  return found->text;
}

std::span<const std::string_view> BuiltinDatasetNames() {
  return kDatasetNames;
}

}  // namespace microgpt
