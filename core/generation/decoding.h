// SPDX-License-Identifier: MIT
//
// The model forward for strings that grow token by token: a panel of columns at
// a time, each a token of another string or another token of one.
//
// All sums run in order of their index, in one fused multiply-add a term where
// the instruction set has it: a token's logits are the same bits in any panel,
// in any column, beside any neighbours, on AVX2 as on AVX-512.
#ifndef MICROGPT_CORE_GENERATION_DECODING_H_
#define MICROGPT_CORE_GENERATION_DECODING_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/kernels/aligned.h"
#include "core/model/config.h"
#include "core/model/parameters.h"
#include "core/text/tokenizer.h"

namespace microgpt {

// A model's weights, where the kernels read them. Borrowed from `parameters`.
template <typename T>
struct DecodingWeights {
  struct Layer {
    const T* attn_wqkv;  // [3·n_embd, n_embd]: wq, wk, wv, one behind the other
    const T* attn_wo;    // [n_embd, n_embd]
    const T* mlp_fc1;    // [4·n_embd, n_embd]
    const T* mlp_fc2;    // [n_embd, 4·n_embd]
  };

  DecodingWeights(const ModelConfig& config, const Parameters<T>& parameters);

  // Values of a token's state: for every layer its key and its value, each
  // `row` values from the next.
  size_t StateSize() const { return layers.size() * 2 * row; }

  uint32_t n_embd, n_head, block_size, vocab_size;
  size_t row;  // n_embd, rounded up to 64 bytes' worth of floats
  const T *wte, *wpe, *lm_head;
  std::vector<Layer> layers;
};

inline constexpr size_t kMaxPanelColumns = 64;  // on any instruction set

// What the kernels write into: [rows, columns], columns wide. Borrowed.
template <typename T>
struct DecodingArrays {
  size_t columns;    // of a panel
  T* x;              // [row], the residual stream
  T* norm;           // [row], rmsnorm(x)
  T* scale;          // [1], the norm's
  T* q;              // [row]
  T* kv;             // [2·row], keys and values of the panel's own tokens
  T* heads;          // [row], attention's output before attn_wo
  T* hidden;         // [4·n_embd], after ReLU
  T* past;           // [block_size, 2·features at once], keys and values
  T* scores;         // attention-inl.h's weights
  T* logits;         // [vocab_size]
  T* sums;           // [vocab_size], running sums to draw from
  double* log_sums;  // [1], log sum exp(logits)
};

// How many features' keys and values attention takes at a time: whole heads, of
// all of them if they are few.
size_t FeaturesAtOnce(size_t n_embd, size_t n_head);

// Strings that all have read as many tokens, and read one more.
template <typename T>
struct StringPanel {
  size_t count;     // strings, 1..columns: from the first column on
  size_t position;  // of the token that is read
  // Of each string: the token; the states of its earlier tokens, and where
  // that of this one goes to, nullptr if nobody needs it.
  Token tokens[kMaxPanelColumns];
  const T* const* past[kMaxPanelColumns];
  T* state[kMaxPanelColumns];
};

// Neighbouring tokens of one string, which all are known.
template <typename T>
struct TextPanel {
  size_t count;  // tokens, 1..columns
  size_t first;  // position of the first, a multiple of the vector
  const Token* tokens;
  T* qkv;         // [n_layer, 3·n_embd, stride]: of all positions
  size_t stride;  // block_size, and room for whole vectors behind `first`
};

// What does not depend on what came before a token: for every token and
// position x, q, k and v of the first layer, `row` values each.
template <typename T>
using TokenTable = AlignedVector<T>;

// Where in the streams of IndexedRandom some strings take their next numbers,
// and these numbers.
struct StreamNumbers {
  static constexpr size_t kMost = kMaxPanelColumns;
  alignas(kAlignment) uint64_t indices[kMost] = {};
  alignas(kAlignment) uint64_t numbers[kMost] = {};  // how many were taken
  alignas(kAlignment) double uniforms[kMost] = {};
};

// The kernels for one instruction set.
template <typename T>
struct DecodingKernels {
  size_t columns;  // of a panel

  // Read tokens; leave logits and log_sums.
  //   table: of FillTable, or nullptr.
  void (*read_strings)(const DecodingWeights<T>&, const T* table,
                       const StringPanel<T>&, const DecodingArrays<T>&);
  void (*read_text)(const DecodingWeights<T>&, const TextPanel<T>&,
                    const DecodingArrays<T>&);
  // Draw the next token of `count` columns from softmax(logits · scale), which
  // leaves its running sums in `sums`.
  //   uniforms: [columns], in [0, 1).
  void (*draw)(size_t vocab_size, size_t count, T scale, const double* uniforms,
               const DecodingArrays<T>&, Token* tokens);
  // The same for distributions whose running sums are known: rows[i] holds
  // them, rounded up to whole lines, what is beyond being infinite.
  void (*draw_from_sums)(size_t vocab_size, size_t count, const T* const* rows,
                         const double* uniforms, Token* tokens);
  // Fills in the first `count` uniforms, and maybe some more.
  void (*random)(uint32_t seed, size_t count, StreamNumbers&);
  void (*fill_table)(const DecodingWeights<T>&, const DecodingArrays<T>&,
                     T* table);
};

// For the best instruction set that the processor has.
template <typename T>
DecodingKernels<T> ChooseDecodingKernels();

// The largest T that is not above `value` ≥ 0, so that for every T sum
// (value < sum) == (RoundDown<T>(value) < sum).
template <typename T>
T RoundDown(double value) {
  const T nearest = static_cast<T>(value);
  if constexpr (sizeof(T) == sizeof(double)) return nearest;
  // Without a branch, which could not be foretold. What is too large is not 0.
  const uint32_t bits = std::bit_cast<uint32_t>(static_cast<float>(nearest));
  return std::bit_cast<float>(bits - static_cast<uint32_t>(nearest > value));
}

// Owns DecodingArrays. Not thread-safe.
template <typename T>
class DecodingSpace {
 public:
  DecodingSpace(const DecodingWeights<T>& weights, size_t columns);
  const DecodingArrays<T>& arrays() const { return arrays_; }

 private:
  DecodingArrays<T> arrays_;
  AlignedVector<T> values_;
  AlignedVector<double> log_sums_;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_GENERATION_DECODING_H_
