// SPDX-License-Identifier: MIT
#include "core/evaluation/ngram_model.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <utility>

#include "core/training/chunk.h"

namespace microgpt {
namespace {

constexpr size_t kDiscounts = 3;

// What is taken off a count of 1, of 2, and of more.
using Discounts = std::array<double, kDiscounts>;

// How many n-grams of one length have the count 1, 2, 3, 4.
using CountsOfCounts = std::array<uint64_t, kDiscounts + 1>;

// 0, 1, 2, 2, …: the place of a count's discount. Precondition: count > 0.
size_t Kind(uint32_t count) { return std::min<size_t>(count, kDiscounts) - 1; }

Discounts Estimate(const CountsOfCounts& n) {
  constexpr Discounts kFallback = {0.5, 1, 1.5};
  const auto number = [&](size_t count) {
    return static_cast<double>(n[count - 1]);
  };
  const double y = number(1) / (number(1) + 2 * number(2));
  Discounts discounts;
  for (size_t i = 1; i <= kDiscounts; ++i) {
    const double most = static_cast<double>(i);
    const double d = most - (most + 1) * y * number(i + 1) / number(i);
    if (!(d > 0 && d < most)) return kFallback;  // nor NaN, of 0 / 0
    discounts[i - 1] = d;
  }
  return discounts;
}

}  // namespace

// The trie while it is counted. The longest n-gram at a place is counted each
// time; the ones within it once for each different token before them, which is
// when the longer one is new. So a place of which all is known costs one
// look-up.
class NgramModel::Counter {
 public:
  explicit Counter(const NgramSettings& settings)
      : settings_(settings), nodes_(1) {
    begin_ = ContextOf(FindOrAdd(kEmpty, Mark()));
  }

  void Add(std::span<const Token> document) {
    ++documents_;
    const size_t n = CountPositions(document, settings_.block_size);
    uint32_t context = begin_;
    for (size_t i = 0; i < n; ++i) {
      const Token token = i < document.size() ? document[i] : Mark();
      context = ContextOf(Count(context, token));
    }
  }

  bool IsFull() const { return nodes_.size() > settings_.max_ngrams; }

  // The model of what was added; leaves nothing here.
  NgramModel Finish() {
    const std::vector<Discounts> discounts = EstimateDiscounts();
    std::vector<Context> contexts = SumContexts(discounts);
    std::vector<Node> nodes(nodes_.size());
    nodes[kEmpty] = {kEmpty, kEmpty, 1.0 / settings_.vocab_size,
                     contexts[kEmpty].Backoff()};
    for (uint32_t i = 1; i < nodes_.size(); ++i) {
      const Counted& node = nodes_[i];
      // Both stand before it.
      const Context& before = contexts[node.parent];
      const double lower = nodes[node.suffix].probability;
      double probability = before.Backoff() * lower;
      if (node.count > 0) {
        const double discount = discounts[node.length][Kind(node.count)];
        probability += (node.count - discount) / before.total;
      }
      nodes[i] = {node.suffix, ContextOf(i), probability,
                  contexts[i].Backoff()};
    }
    return {settings_, documents_, std::move(children_), std::move(nodes),
            begin_};
  }

 private:
  struct Counted {
    uint32_t parent;  // the n-gram without its last token
    uint32_t suffix;  // and without its first
    uint32_t count;
    uint32_t length;
  };

  struct Context {
    double total = 0;       // counts of all that follow it
    double discounted = 0;  // of them
    double Backoff() const { return total > 0 ? discounted / total : 1; }
  };

  Token Mark() const { return settings_.vocab_size - 1; }

  uint32_t ContextOf(uint32_t node) const {
    const Counted& counted = nodes_[node];
    return counted.length < settings_.order ? node : counted.suffix;
  }

  uint32_t Count(uint32_t context, Token token) {
    const uint32_t node = FindOrAdd(context, token);
    ++nodes_[node].count;
    return node;
  }

  // A new one counts for the n-gram within it.
  uint32_t FindOrAdd(uint32_t context, Token token) {
    const uint64_t key = Key(context, token);
    if (const auto it = children_.find(key); it != children_.end()) {
      return it->second;
    }
    const uint32_t suffix =
        context == kEmpty ? kEmpty : Count(nodes_[context].suffix, token);
    const auto node = static_cast<uint32_t>(nodes_.size());
    nodes_.push_back({context, suffix, 0, nodes_[context].length + 1});
    children_.emplace(key, node);
    return node;
  }

  // By the length of n-grams.
  std::vector<Discounts> EstimateDiscounts() const {
    std::vector<CountsOfCounts> counts(settings_.order + 1);
    for (const Counted& node : nodes_) {
      if (node.count == 0 || node.count > kDiscounts + 1) continue;
      ++counts[node.length][node.count - 1];
    }
    std::vector<Discounts> discounts;
    for (const CountsOfCounts& n : counts) discounts.push_back(Estimate(n));
    return discounts;
  }

  std::vector<Context> SumContexts(std::span<const Discounts> discounts) const {
    std::vector<Context> contexts(nodes_.size());
    for (const Counted& node : nodes_) {
      if (node.count == 0) continue;
      Context& context = contexts[node.parent];
      context.total += node.count;
      context.discounted += discounts[node.length][Kind(node.count)];
    }
    return contexts;
  }

  const NgramSettings settings_;
  size_t documents_ = 0;
  Children children_;
  std::vector<Counted> nodes_;  // a parent and a suffix before what has them
  uint32_t begin_;
};

std::optional<NgramModel> NgramModel::Fit(
    const NgramSettings& settings,
    std::span<const std::span<const Token>> documents,
    const std::stop_token& stop) {
  assert(settings.order >= 1 && settings.order <= kMaxOrder);
  Counter counter(settings);
  for (const std::span<const Token> document : documents) {
    if (stop.stop_requested()) return std::nullopt;
    if (counter.IsFull()) break;
    counter.Add(document);
  }
  return counter.Finish();
}

NgramModel::NgramModel(const NgramSettings& settings, size_t documents,
                       Children children, std::vector<Node> nodes,
                       uint32_t begin)
    : settings_(settings),
      documents_(documents),
      children_(std::move(children)),
      nodes_(std::move(nodes)),
      begin_(begin) {}

double NgramModel::Read(Token token, uint32_t& context) const {
  double backoff = 1;
  for (;; context = nodes_[context].suffix) {
    const auto it = children_.find(Key(context, token));
    if (it != children_.end()) {
      const Node& node = nodes_[it->second];
      context = node.context;
      return backoff * node.probability;
    }
    backoff *= nodes_[context].backoff;
    if (context == kEmpty) return backoff * nodes_[kEmpty].probability;
  }
}

double NgramModel::Probability(std::span<const Token> prefix,
                               Token token) const {
  uint32_t context = begin_;
  for (const Token before : prefix) Read(before, context);
  return Read(token, context);
}

double NgramModel::Loss(std::span<const Token> document) const {
  const size_t n = CountPositions(document, settings_.block_size);
  double loss = 0;
  uint32_t context = begin_;
  for (size_t i = 0; i < n; ++i) {
    const Token token =
        i < document.size() ? document[i] : settings_.vocab_size - 1;
    loss -= std::log(Read(token, context));
  }
  return loss;
}

}  // namespace microgpt
