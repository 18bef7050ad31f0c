// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_GENERATION_PREFIX_TREE_H_
#define MICROGPT_CORE_GENERATION_PREFIX_TREE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "core/kernels/aligned.h"
#include "core/text/tokenizer.h"
#include "hwy/cache_control.h"

namespace microgpt {

// What is known of the strings that many others begin with: for each the
// distribution of the token that follows, and its last token's state, so that
// drawing from it costs no more than looking a number up. Up to a number of
// bytes. Not thread-safe.
template <typename T>
class PrefixTree {
 public:
  using Node = uint32_t;

  // What a node knows of the string that is one token longer: a value below
  // kFirstNode says how often it was met, from there on up to kFirstOther it is
  // the node kept for it. Other values are the caller's.
  using Child = uint32_t;
  static constexpr Child kUnknown = 0, kMetOnce = 1, kFirstNode = 2,
                         kFirstOther = Child{1} << 31;
  static bool IsNode(Child child) {
    return child >= kFirstNode && child < kFirstOther;
  }

  // state_size: values of a state. max_bytes: about, of all nodes and their
  // states, but the first, which always has room.
  PrefixTree(size_t vocab_size, size_t state_size, size_t max_bytes);

  bool full() const { return nodes_.size() >= max_nodes_; }

  // Precondition: !full().
  //   sums, logits: of the tokens, `stride` values from one another; the
  //   running sums that are drawn from and what log p is taken of.
  //   log_sum: log sum exp(logits). state: borrowed.
  Node Add(const T* sums, const T* logits, size_t stride, double log_sum,
           const T* state);

  // Borrowed until the next Add.
  Child& ChildOf(Node node, Token token) {
    return branches_[node * vocab_size_ + token].child;
  }
  const T* StateOf(Node node) const { return nodes_[node].state; }

  // The running sums to draw from, as DecodingKernels::draw_from_sums has them.
  const T* SumsOf(Node node) const { return sums_.data() + node * row_; }
  double LogProbability(Node node, Token token) const {
    return branches_[node * vocab_size_ + token].logit - nodes_[node].log_sum;
  }

  // Says that a node, or what it knows of a token, will be asked for: of many
  // one after the other, for each would otherwise wait for memory.
  void Prefetch(Node node) const {
    const T* sums = SumsOf(node);
    hwy::Prefetch(sums);
    hwy::Prefetch(sums + std::min<size_t>(row_ - 1, 16));
    hwy::Prefetch(&nodes_[node]);
  }
  void Prefetch(Node node, Token token) const {
    hwy::Prefetch(&branches_[node * vocab_size_ + token]);
  }

 private:
  struct Known {
    double log_sum;
    const T* state;
  };

  struct Branch {
    T logit;
    Child child;
  };

  const size_t vocab_size_;
  const size_t row_;  // vocab_size rounded up; what is beyond is infinite
  const size_t max_nodes_;
  std::vector<Known> nodes_;
  AlignedVector<T> sums_;         // [nodes, row_]
  std::vector<Branch> branches_;  // [nodes, vocab_size]
};

// States that do not move while more are taken. Not thread-safe.
template <typename T>
class StatePool {
 public:
  explicit StatePool(size_t state_size);

  T* Take();
  // Takes all back.
  void Reset() { taken_ = 0; }

 private:
  const size_t state_size_, per_block_;
  std::deque<AlignedVector<T>> blocks_;
  size_t taken_ = 0;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_GENERATION_PREFIX_TREE_H_
