// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_INSPECTION_TRACE_H_
#define MICROGPT_CORE_INSPECTION_TRACE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <vector>

#include "core/inspection/array.h"
#include "core/model/model.h"
#include "core/model/parameters.h"
#include "core/text/tokenizer.h"

namespace microgpt {

// What a layer computed: n is the number of tokens read, E n_embd, H n_head.
// The stream is what every layer adds to.
struct LayerTrace {
  Array attention_input;        // [n, E], RMSNorm of the stream
  Array queries, keys, values;  // [n, E], heads side by side
  Array scores;                 // [H, n, n], 0 for keys to come
  Array weights;                // [H, n, n], of keys (last) for each query
  Array head_outputs;           // [n, E], the weighted values
  Array attention_output;       // [n, E], after attn_wo
  Array residual_middle;        // [n, E], the stream between the two
  Array mlp_input;              // [n, E], RMSNorm of that
  Array mlp_hidden;             // [n, 4·E], before ReLU
  Array mlp_output;             // [n, E]
  Array residual;               // [n, E], the stream after the layer
};

// One forward pass of a model over a text, each stage kept. In double
// precision, whatever the model's own is.
struct Trace {
  // Token and position n were read, then targets[n] came: the text's tokens, as
  // far as block_size goes, and its end mark, if there is room for one.
  std::vector<Token> inputs;  // BOS first
  std::vector<Token> targets;
  Array token_embeddings;     // [n, E], rows of wte
  Array position_embeddings;  // [n, E], rows of wpe
  Array embedding;  // [n, E], RMSNorm of their sum: the stream's begin
  std::vector<LayerTrace> layers;  // of the model; empty where not kept
  Array logits;                    // [n, V]
  std::vector<double> losses;      // [n], -log p of the targets, in nats
  double loss;                     // their mean
};

// Derivatives of a trace's loss: the mean of its losses.
struct TraceGradient {
  struct Layer {
    Array weights;          // [H, n, n]
    Array residual_middle;  // [n, E]
    Array residual;         // [n, E]
  };
  Array embedding;  // [n, E], of the normed sum
  std::vector<Layer> layers;
  Array logits;                   // [n, V]
  Parameters<double> parameters;  // of every tensor
};

// Follows `text`, which has at most block_size tokens, through the model.
// nullopt if `stop` was requested, which it looks at once a token in each
// product with a tensor.
//   layers: of which the stages are kept
std::optional<Trace> TraceText(const Model& model, std::span<const Token> text,
                               const std::set<uint32_t>& layers,
                               const std::stop_token& stop);

// And back. Precondition: the trace is this model's, and kept all layers.
std::optional<TraceGradient> TraceBack(const Model& model, const Trace& trace,
                                       const std::stop_token& stop);

// What the model would say of a stream if the layers to come were skipped.
//   stream: [n, E] → logits: [n, V]
std::optional<Array> Unembed(const Model& model, const Array& stream,
                             const std::stop_token& stop);

// How many tokens a trace of a text of so many reads.
size_t TracePositions(size_t text_tokens, const ModelConfig& config);

// What a trace takes: bytes at most, and multiplications.
//   layers: kept.  gradient: also that of TraceBack.
struct TraceCost {
  double bytes;
  double work;
};
TraceCost CostOfTrace(const Model& model, size_t positions, size_t layers,
                      bool gradient);

}  // namespace microgpt

#endif  // MICROGPT_CORE_INSPECTION_TRACE_H_
