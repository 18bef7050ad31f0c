// SPDX-License-Identifier: MIT
#include "core/generation/string_batch.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <numeric>
#include <utility>
#include <variant>

#include "core/random/indexed_random.h"

namespace microgpt {
namespace {

constexpr size_t kTreeBytes = size_t{4} << 20;
constexpr size_t kMaxTableBytes = size_t{1} << 20;

// Strings that walk along the tree by turns.
constexpr size_t kWalkers = 32;

// Of one batch: how many strings, the arithmetic of them in full length, and
// the bytes of their states.
constexpr uint64_t kMaxStrings = 1024;
constexpr uint64_t kMaxOperations = uint64_t{1} << 28;
constexpr uint64_t kMaxStateBytes = uint64_t{16} << 20;

template <typename T>
size_t StringsAtOnce(const DecodingWeights<T>& w, size_t columns,
                     uint64_t parameters) {
  const uint64_t length = w.block_size;
  const uint64_t operations = 2 * parameters * length;
  const uint64_t state_bytes = w.StateSize() * sizeof(T) * length;
  const uint64_t affordable =
      std::max<uint64_t>(columns, kMaxOperations / operations);
  return std::max<uint64_t>(
      1, std::min({kMaxStrings, affordable, kMaxStateBytes / state_bytes}));
}

template <typename T>
T InverseTemperature(double temperature) {
  // A temperature too small for T counts as the smallest there is.
  return T{1} /
         std::max(static_cast<T>(temperature), std::numeric_limits<T>::min());
}

}  // namespace

template <typename T>
StringBatch<T>::StringBatch(std::shared_ptr<const Model> model,
                            const SamplingConfig& sampling,
                            std::vector<Token> prefix)
    : decoder_(std::move(model)),
      weights_(decoder_.model().config(),
               std::get<Parameters<T>>(decoder_.model().parameters())),
      kernels_(ChooseDecodingKernels<T>()),
      space_(weights_, kernels_.columns),
      sampling_(sampling),
      sampler_(sampling),
      by_sampler_(sampling->temperature == 0 || sampling->top_k.has_value() ||
                  sampling->top_p.has_value()),
      scale_(InverseTemperature<T>(sampling->temperature)),
      prefix_(std::move(prefix)),
      max_strings_(StringsAtOnce(
          weights_, kernels_.columns,
          CountParameters(decoder_.model().config(), weights_.vocab_size))),
      tree_(weights_.vocab_size, weights_.StateSize(), kTreeBytes),
      kept_states_(weights_.StateSize()),
      states_(weights_.StateSize()),
      works_(weights_.block_size),
      drawn_(kMaxPanelColumns) {}

template <typename T>
bool StringBatch<T>::ReadPrefix(const std::stop_token& stop) {
  auto logprobs =
      decoder_.Begin(prefix_, [&stop] { return stop.stop_requested(); });
  if (!logprobs) return false;
  prefix_logprobs_ = *std::move(logprobs);
  for (size_t i = 0; i < decoder_.position(); ++i) {
    T* state = kept_states_.Take();
    decoder_.CopyState(i, state);
    prefix_path_.push_back(state);
  }
  // The first node: what every string is drawn from.
  const DecodingArrays<T>& a = space_.arrays();
  for (size_t i = 0; i < weights_.vocab_size; ++i) {
    std::fill_n(a.logits + i * a.columns, a.columns, decoder_.logits()[i]);
  }
  panel_.count = 1;
  DrawPanel({});
  tree_.Add(a.sums, a.logits, a.columns, decoder_.log_sum(),
            prefix_path_.back());
  return prefix_read_ = true;
}

template <typename T>
bool StringBatch<T>::Draw(std::span<DrawnString> strings, uint32_t seed,
                          RandomSource* random, bool token_logprobs,
                          const std::stop_token& stop) {
  assert(strings.size() <= max_strings_);
  if (!prefix_read_ && !ReadPrefix(stop)) return false;
  strings_ = strings;
  seed_ = seed;
  random_ = random;
  want_logprobs_ = token_logprobs;
  stop_ = stop;
  const size_t size = strings.size() * weights_.block_size;
  tokens_.resize(std::max(tokens_.size(), size));
  path_.resize(std::max(path_.size(), size));
  if (token_logprobs) logprobs_.resize(std::max(logprobs_.size(), size));
  states_.Reset();
  for (DrawnString& string : strings) Begin(string);
  if (prefix_.size() == weights_.block_size) return true;
  for (uint32_t i = 0; i < strings.size(); i += kWalkers) {
    const size_t count = std::min(strings.size() - i, kWalkers);
    if (!Walk(i, count)) return Forget(), false;
  }
  for (size_t level = prefix_.size() + 1; level < works_.size(); ++level) {
    if (!Compute(level)) return Forget(), false;
  }
  return true;
}

template <typename T>
void StringBatch<T>::Begin(DrawnString& string) {
  const size_t at =
      static_cast<size_t>(&string - strings_.data()) * weights_.block_size;
  std::copy(prefix_.begin(), prefix_.end(), tokens_.begin() + at);
  std::copy(prefix_path_.begin(), prefix_path_.end(), path_.begin() + at);
  string.length = static_cast<uint32_t>(prefix_.size());
  string.ended = false;
  string.logprob = 0;
  for (size_t i = 0; i < prefix_logprobs_.size(); ++i) {
    string.logprob += prefix_logprobs_[i];
    if (want_logprobs_) logprobs_[at + i] = prefix_logprobs_[i];
  }
}

// Draws the first tokens of some strings, as long as their beginnings are
// known: of all by turns, for each waits for memory at every step. False if
// `stop` was requested.
template <typename T>
bool StringBatch<T>::Walk(uint32_t first, size_t count) {
  uint32_t strings[kWalkers];
  Node nodes[kWalkers] = {};
  const T* sums[kWalkers];
  Token tokens[kWalkers];
  std::iota(strings, strings + count, first);
  while (count > 0) {
    if (stop_.stop_requested()) return false;
    TakeUniforms(count, [&](size_t i) { return strings[i]; });
    for (size_t i = 0; i < count; ++i) sums[i] = tree_.SumsOf(nodes[i]);
    kernels_.draw_from_sums(weights_.vocab_size, count, sums, streams_.uniforms,
                            tokens);
    for (size_t i = 0; i < count; ++i) tree_.Prefetch(nodes[i], tokens[i]);
    size_t left = 0;
    for (size_t i = 0; i < count; ++i) {
      const uint32_t string = strings[i];
      const Node next = Step(string, nodes[i], tokens[i]);
      if (next == kNone) continue;
      strings[left] = string;
      nodes[left++] = next;
    }
    count = left;
  }
  return true;
}

// Goes on with the token that was drawn at a node. Answers the node where that
// leads to; kNone if the string is complete or has to wait.
template <typename T>
typename StringBatch<T>::Node StringBatch<T>::Step(uint32_t string, Node node,
                                                   Token token) {
  Path(string)[strings_[string].length] = tree_.StateOf(node);
  const auto child = tree_.ChildOf(node, token);
  if (!Append(string, token, tree_.LogProbability(node, token))) return kNone;
  if (!Tree::IsNode(child)) {
    Wait(string, node, token);
    return kNone;
  }
  const Node next = child - Tree::kFirstNode;
  tree_.Prefetch(next);
  return next;
}

// False if the string is complete.
template <typename T>
bool StringBatch<T>::Append(uint32_t string, Token token, double logprob) {
  DrawnString& to = strings_[string];
  const size_t at = string * size_t{weights_.block_size} + to.length;
  to.logprob += logprob;
  if (want_logprobs_) logprobs_[at] = logprob;
  to.ended = token + 1 == weights_.vocab_size;  // BOS
  if (to.ended) return false;
  tokens_[at] = token;
  return ++to.length < weights_.block_size;
}

// Puts a string to those which wait for its beginning, which is one token
// longer than `parent`'s.
template <typename T>
void StringBatch<T>::Wait(uint32_t string, Node parent, Token token) {
  std::vector<Work>& works = works_[strings_[string].length];
  strings_[string].next_of_work = kNone;
  if (parent == kNone) return works.push_back({parent, token, string, false});
  auto& child = tree_.ChildOf(parent, token);
  if (child >= Tree::kFirstOther) {
    Work& work = works[child - Tree::kFirstOther];
    strings_[string].next_of_work = work.first;
    work.first = string;
    work.keep = true;
    return;
  }
  const auto place = static_cast<typename Tree::Child>(works.size());
  works.push_back({parent, token, string, child == Tree::kMetOnce});
  child = Tree::kFirstOther + place;
}

// Computes the beginnings of so many tokens that strings wait for, and lets
// these go on. False if `stop` was requested.
template <typename T>
bool StringBatch<T>::Compute(size_t level) {
  std::vector<Work>& works = works_[level];
  for (size_t from = 0; from < works.size(); from += kernels_.columns) {
    if (stop_.stop_requested()) return false;
    const size_t count = std::min(works.size() - from, kernels_.columns);
    const auto part = std::span<const Work>(works).subspan(from, count);
    ReadPanel(level, part);
    DrawPanel(part);
    for (size_t c = 0; c < count; ++c) {
      FinishWork(level, part[c], c, Path(part[c].first)[level]);
    }
  }
  works.clear();
  return true;
}

template <typename T>
void StringBatch<T>::ReadPanel(size_t level, std::span<const Work> works) {
  tokens_read_ += works.size();
  const size_t entries = size_t{weights_.vocab_size} * weights_.block_size;
  const size_t values = entries * 4 * weights_.row;
  if (table_.empty() && tokens_read_ > entries &&
      values * sizeof(T) <= kMaxTableBytes) {
    table_.resize(values + 16);
    kernels_.fill_table(weights_, space_.arrays(), table_.data());
  }
  const bool in_table = !table_.empty() && weights_.layers.size() == 1;
  panel_.count = works.size();
  panel_.position = level;
  for (size_t c = 0; c < kernels_.columns; ++c) {
    const Work& work = works[c < works.size() ? c : 0];
    const T** path = Path(work.first);
    panel_.tokens[c] = work.token;
    panel_.past[c] = path;
    if (c >= works.size()) continue;
    if (in_table) {
      const size_t entry = work.token * weights_.block_size + level;
      panel_.state[c] = nullptr;
      path[level] = table_.data() + (entry * 4 + 2) * weights_.row;
    } else {
      const bool keep = work.keep && !tree_.full();
      panel_.state[c] = keep ? kept_states_.Take() : states_.Take();
      path[level] = panel_.state[c];
    }
  }
  kernels_.read_strings(weights_, table_.empty() ? nullptr : table_.data(),
                        panel_, space_.arrays());
}

// Draws the next token of every column's first string.
template <typename T>
void StringBatch<T>::DrawPanel(std::span<const Work> works) {
  TakeUniforms(works.size(), [&](size_t c) { return works[c].first; });
  if (by_sampler_) return DrawBySampler(panel_.count);
  kernels_.draw(weights_.vocab_size, panel_.count, scale_, streams_.uniforms,
                space_.arrays(), drawn_.data());
}

template <typename T>
void StringBatch<T>::DrawBySampler(size_t columns) {
  const DecodingArrays<T>& a = space_.arrays();
  row_.resize(weights_.vocab_size);
  for (size_t c = 0; c < columns; ++c) {
    for (size_t i = 0; i < row_.size(); ++i) {
      row_[i] = a.logits[i * a.columns + c];
    }
    T sum = 0;
    const std::span<const T> probabilities = sampler_.Probabilities(row_);
    for (size_t i = 0; i < row_.size(); ++i) {
      sum += probabilities[i];
      a.sums[i * a.columns + c] = sum;
    }
    drawn_[c] = FindInColumn(c, streams_.uniforms[c]);
  }
}

template <typename T>
Token StringBatch<T>::FindInColumn(size_t column, double uniform) const {
  const DecodingArrays<T>& a = space_.arrays();
  const T* sums = a.sums + column;
  const size_t last = weights_.vocab_size - 1;
  const T drawn =
      RoundDown<T>(uniform * static_cast<double>(sums[last * a.columns]));
  size_t passed = 0;
  for (size_t i = 0; i < last; ++i) passed += sums[i * a.columns] <= drawn;
  return static_cast<Token>(passed);
}

// Lets the strings that waited for what stands in a column go on.
template <typename T>
void StringBatch<T>::FinishWork(size_t level, const Work& work, size_t column,
                                const T* state) {
  const DecodingArrays<T>& a = space_.arrays();
  Node node = kNone;
  if (work.parent != kNone) {
    auto child = Tree::kMetOnce;
    if (work.keep && !tree_.full()) {
      node = tree_.Add(a.sums + column, a.logits + column, a.columns,
                       a.log_sums[column], state);
      child = node + Tree::kFirstNode;
    }
    tree_.ChildOf(work.parent, work.token) = child;
  }
  uint32_t next;
  for (uint32_t string = work.first; string != kNone; string = next) {
    next = strings_[string].next_of_work;
    Path(string)[level] = state;
    const Token token = string == work.first
                            ? drawn_[column]
                            : FindInColumn(column, Uniform(strings_[string]));
    const double logprob =
        a.logits[token * a.columns + column] - a.log_sums[column];
    if (Append(string, token, logprob)) Wait(string, node, token);
  }
}

template <typename T>
double StringBatch<T>::Uniform(DrawnString& string) {
  if (sampling_->temperature == 0) return 0;
  if (random_ != nullptr) return random_->Uniform();
  return IndexedUniform(seed_, string.index, string.taken++);
}

// The same for `count` strings at once, into streams_.
template <typename T>
void StringBatch<T>::TakeUniforms(size_t count, const auto& string_of) {
  if (random_ != nullptr || sampling_->temperature == 0) {
    for (size_t i = 0; i < count; ++i) {
      streams_.uniforms[i] = Uniform(strings_[string_of(i)]);
    }
    return;
  }
  for (size_t i = 0; i < count; ++i) {
    DrawnString& string = strings_[string_of(i)];
    streams_.indices[i] = string.index;
    streams_.numbers[i] = string.taken++;
  }
  kernels_.random(seed_, count, streams_);
}

// After a stop: nobody waits any more.
template <typename T>
void StringBatch<T>::Forget() {
  for (std::vector<Work>& works : works_) {
    for (const Work& work : works) {
      if (work.parent == kNone) continue;
      auto& child = tree_.ChildOf(work.parent, work.token);
      if (!Tree::IsNode(child)) child = Tree::kUnknown;
    }
    works.clear();
  }
}

template <typename T>
std::span<const Token> StringBatch<T>::TokensOf(size_t string) const {
  return {tokens_.data() + string * weights_.block_size,
          strings_[string].length};
}

template <typename T>
std::span<const double> StringBatch<T>::LogprobsOf(size_t string) const {
  const DrawnString& of = strings_[string];
  return {logprobs_.data() + string * weights_.block_size,
          of.length + (of.ended ? 1 : 0)};
}

template class StringBatch<float>;
template class StringBatch<double>;

}  // namespace microgpt
