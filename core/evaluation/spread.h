// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_EVALUATION_SPREAD_H_
#define MICROGPT_CORE_EVALUATION_SPREAD_H_

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace microgpt {

// At most `most` of `items`, evenly spaced, in their order.
template <typename T>
std::vector<T> Spread(std::span<const T> items, size_t most) {
  const size_t n = std::min(items.size(), most);
  std::vector<T> spread;
  spread.reserve(n);
  for (size_t i = 0; i < n; ++i) spread.push_back(items[i * items.size() / n]);
  return spread;
}

}  // namespace microgpt

#endif  // MICROGPT_CORE_EVALUATION_SPREAD_H_
