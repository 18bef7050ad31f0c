// SPDX-License-Identifier: MIT
#include "core/generation/prefix_tree.h"

#include <algorithm>
#include <cassert>
#include <limits>

namespace microgpt {
namespace {

// Small, for most calls want few states.
constexpr size_t kBlockValues = 4096;

}  // namespace

template <typename T>
PrefixTree<T>::PrefixTree(size_t vocab_size, size_t state_size,
                          size_t max_bytes)
    : vocab_size_(vocab_size),
      row_(RoundUpToLine(vocab_size)),
      max_nodes_(1 + max_bytes / (sizeof(Known) + vocab_size * sizeof(Branch) +
                                  (row_ + state_size) * sizeof(T))) {}

template <typename T>
typename PrefixTree<T>::Node PrefixTree<T>::Add(const T* sums, const T* logits,
                                                size_t stride, double log_sum,
                                                const T* state) {
  assert(!full());
  const Node node = static_cast<Node>(nodes_.size());
  nodes_.push_back({log_sum, state});
  sums_.resize(sums_.size() + row_, std::numeric_limits<T>::infinity());
  T* row = sums_.data() + node * row_;
  for (size_t i = 0; i < vocab_size_; ++i) {
    row[i] = sums[i * stride];
    branches_.push_back({logits[i * stride], kUnknown});
  }
  return node;
}

template <typename T>
StatePool<T>::StatePool(size_t state_size)
    : state_size_(state_size),
      per_block_(std::max<size_t>(1, kBlockValues / state_size)) {}

template <typename T>
T* StatePool<T>::Take() {
  constexpr size_t kRoom = 16;  // is read beyond the last one
  const size_t block = taken_ / per_block_, place = taken_ % per_block_;
  ++taken_;
  if (block == blocks_.size()) {
    blocks_.emplace_back(per_block_ * state_size_ + kRoom);
  }
  return blocks_[block].data() + place * state_size_;
}

template class PrefixTree<float>;
template class PrefixTree<double>;
template class StatePool<float>;
template class StatePool<double>;

}  // namespace microgpt
