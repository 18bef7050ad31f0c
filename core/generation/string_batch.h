// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_GENERATION_STRING_BATCH_H_
#define MICROGPT_CORE_GENERATION_STRING_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "core/generation/decoder.h"
#include "core/generation/decoding.h"
#include "core/generation/prefix_tree.h"
#include "core/generation/sampling.h"
#include "core/random/random_source.h"

namespace microgpt {

// A string that is drawn.
struct DrawnString {
  double logprob;   // of the tokens so far
  uint32_t length;  // tokens so far, the prefix included
  bool ended;       // by the end mark
  uint32_t index;   // its stream of IndexedRandom
  uint32_t taken;   // numbers taken from it
  uint32_t next_of_work;
};

// Draws many strings at once.
//
// Strings that begin alike share what is computed: a string walks along the
// tree of known beginnings, drawing at each, until it comes to one that is not
// known; those which then miss the same one wait for it together. What is
// missed is computed level by level, as many strings of one length side by side
// as a panel has columns. Not thread-safe.
template <typename T>
class StringBatch {
 public:
  StringBatch(std::shared_ptr<const Model> model,
              const SamplingConfig& sampling, std::vector<Token> prefix);

  // How many strings Draw may take at once.
  size_t max_strings() const { return max_strings_; }
  const Model& model() const { return decoder_.model(); }

  // Draws strings().size() strings. random: nullptr for the streams of
  // IndexedRandom(seed, index of the string); otherwise of a single string.
  // False, and the strings are anything, if `stop` was requested.
  //   strings: index and taken are given, the rest is answered.
  bool Draw(std::span<DrawnString> strings, uint32_t seed, RandomSource* random,
            bool token_logprobs, const std::stop_token& stop);

  // Of the last Draw; logprobs if asked for.
  std::span<const Token> TokensOf(size_t string) const;
  std::span<const double> LogprobsOf(size_t string) const;

 private:
  using Tree = PrefixTree<T>;
  using Node = typename Tree::Node;
  static constexpr uint32_t kNone = UINT32_MAX;

  // A beginning that is to be computed.
  struct Work {
    Node parent;  // the known one it comes from, or kNone
    Token token;
    uint32_t first;  // of the strings that wait for it
    bool keep;       // worth keeping
  };

  bool ReadPrefix(const std::stop_token& stop);
  void Begin(DrawnString& string);
  bool Walk(uint32_t first, size_t count);
  Node Step(uint32_t string, Node node, Token token);
  bool Append(uint32_t string, Token token, double logprob);
  void Wait(uint32_t string, Node parent, Token token);
  bool Compute(size_t level);
  void ReadPanel(size_t level, std::span<const Work> works);
  void DrawPanel(std::span<const Work> works);
  void FinishWork(size_t level, const Work& work, size_t column,
                  const T* state);
  void DrawBySampler(size_t columns);
  Token FindInColumn(size_t column, double uniform) const;
  double Uniform(DrawnString& string);
  void TakeUniforms(size_t count, const auto& string_of);
  void Forget();

  const T** Path(uint32_t string) {
    return path_.data() + string * weights_.block_size;
  }

  Decoder<T> decoder_;
  const DecodingWeights<T> weights_;
  const DecodingKernels<T> kernels_;
  DecodingSpace<T> space_;
  SamplingConfig sampling_;
  TokenSampler<T> sampler_;
  const bool by_sampler_;  // top_k, top_p or temperature 0
  const T scale_;          // 1 / temperature
  const std::vector<Token> prefix_;
  const size_t max_strings_;

  bool prefix_read_ = false;
  std::vector<double> prefix_logprobs_;
  std::vector<const T*> prefix_path_;
  Tree tree_;
  StatePool<T> kept_states_, states_;
  TokenTable<T> table_;
  uint64_t tokens_read_ = 0;

  // Of a Draw:
  std::span<DrawnString> strings_;
  uint32_t seed_ = 0;
  RandomSource* random_ = nullptr;
  bool want_logprobs_ = false;
  std::stop_token stop_;
  std::vector<Token> tokens_;             // [strings, block_size]
  std::vector<const T*> path_;            // [strings, block_size], states
  std::vector<double> logprobs_;          // [strings, block_size]
  std::vector<std::vector<Work>> works_;  // by level
  StringPanel<T> panel_;
  StreamNumbers streams_;
  std::vector<Token> drawn_;
  std::vector<T> row_;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_GENERATION_STRING_BATCH_H_
