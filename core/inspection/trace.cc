// SPDX-License-Identifier: MIT
#include "core/inspection/trace.h"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <utility>
#include <variant>

#include "core/inspection/stages.h"

namespace microgpt {
namespace {

// Numbers 0, 1, …: which row of wpe belongs to each token.
std::vector<Token> PositionsOf(const Trace& trace) {
  std::vector<Token> positions(trace.inputs.size());
  std::iota(positions.begin(), positions.end(), Token{0});
  return positions;
}

template <typename T>
struct Pass {
  using Layer = typename Parameters<T>::ConstLayer;
  using Gradient = typename Parameters<double>::Layer;

  const Parameters<T>& parameters;
  const size_t n_head;
  const std::stop_token& stop;

  // stream: [n, E], before the layer.
  LayerTrace LayerForward(const Layer& w, const Array& stream) const {
    LayerTrace x;
    x.attention_input = RmsNormForward(stream);
    x.queries = LinearForward(w.attn_wq, x.attention_input, stop);
    x.keys = LinearForward(w.attn_wk, x.attention_input, stop);
    x.values = LinearForward(w.attn_wv, x.attention_input, stop);
    Attention attention =
        AttentionForward(x.queries, x.keys, x.values, n_head, stop);
    x.scores = std::move(attention.scores);
    x.weights = std::move(attention.weights);
    x.head_outputs = std::move(attention.heads);
    x.attention_output = LinearForward(w.attn_wo, x.head_outputs, stop);
    x.residual_middle = Add(stream, x.attention_output);
    x.mlp_input = RmsNormForward(x.residual_middle);
    x.mlp_hidden = LinearForward(w.mlp_fc1, x.mlp_input, stop);
    x.mlp_output = LinearForward(w.mlp_fc2, ReluForward(x.mlp_hidden), stop);
    x.residual = Add(x.residual_middle, x.mlp_output);
    return x;
  }

  // d: the layer's derivatives, of which `residual` is given and the others are
  // answered. dw: those of its weights. Answers that of the stream before it.
  Array LayerBackward(const Layer& w, const Array& stream, const LayerTrace& x,
                      TraceGradient::Layer& d, const Gradient& dw) const {
    const Array relu = ReluForward(x.mlp_hidden);
    const Array drelu =
        LinearBackward(w.mlp_fc2, relu, d.residual, dw.mlp_fc2, stop);
    const Array dhidden = ReluBackward(x.mlp_hidden, drelu);
    const Array dmlp_input =
        LinearBackward(w.mlp_fc1, x.mlp_input, dhidden, dw.mlp_fc1, stop);
    d.residual_middle =
        Add(d.residual, RmsNormBackward(x.residual_middle, dmlp_input));
    const Array dheads = LinearBackward(w.attn_wo, x.head_outputs,
                                        d.residual_middle, dw.attn_wo, stop);
    AttentionGradient attention =
        AttentionBackward(x.queries, x.keys, x.values, x.weights, dheads, stop);
    d.weights = std::move(attention.dweights);
    const Array& a = x.attention_input;
    const Array dq =
        LinearBackward(w.attn_wq, a, attention.dq, dw.attn_wq, stop);
    const Array dk =
        LinearBackward(w.attn_wk, a, attention.dk, dw.attn_wk, stop);
    const Array dv =
        LinearBackward(w.attn_wv, a, attention.dv, dw.attn_wv, stop);
    return Add(d.residual_middle,
               RmsNormBackward(stream, Add(Add(dq, dk), dv)));
  }

  // Fills in all but inputs and targets.
  void Forward(const std::set<uint32_t>& kept, Trace& trace) const {
    trace.token_embeddings = LookUpForward(parameters.wte(), trace.inputs);
    trace.position_embeddings =
        LookUpForward(parameters.wpe(), PositionsOf(trace));
    trace.embedding =
        RmsNormForward(Add(trace.token_embeddings, trace.position_embeddings));
    Array stream = trace.embedding;
    for (size_t i = 0; i < trace.layers.size(); ++i) {
      LayerTrace layer = LayerForward(parameters.layer(i), stream);
      stream = layer.residual;
      if (kept.contains(static_cast<uint32_t>(i))) {
        trace.layers[i] = std::move(layer);
      }
      if (stop.stop_requested()) return;
    }
    trace.logits = LinearForward(parameters.lm_head(), stream, stop);
    trace.losses = LossForward(trace.logits, trace.targets);
    trace.loss =
        std::accumulate(trace.losses.begin(), trace.losses.end(), 0.0) /
        static_cast<double>(trace.losses.size());
  }

  void Backward(const Trace& trace, TraceGradient& d) const {
    const std::vector<LayerTrace>& layers = trace.layers;
    const auto stream_before = [&](size_t i) -> const Array& {
      return i == 0 ? trace.embedding : layers[i - 1].residual;
    };
    d.logits = LossBackward(trace.logits, trace.targets);
    Array dstream =
        LinearBackward(parameters.lm_head(), stream_before(layers.size()),
                       d.logits, d.parameters.lm_head(), stop);
    for (size_t i = layers.size(); i-- > 0 && !stop.stop_requested();) {
      d.layers[i].residual = std::move(dstream);
      dstream = LayerBackward(parameters.layer(i), stream_before(i), layers[i],
                              d.layers[i], d.parameters.layer(i));
    }
    const Array dsum = RmsNormBackward(
        Add(trace.token_embeddings, trace.position_embeddings), dstream);
    d.embedding = std::move(dstream);
    LookUpBackward(dsum, trace.inputs, d.parameters.wte());
    LookUpBackward(dsum, PositionsOf(trace), d.parameters.wpe());
  }
};

// Calls `run` with a pass over the model in its precision.
void WithPass(const Model& model, const std::stop_token& stop,
              const auto& run) {
  std::visit(
      [&]<typename T>(const Parameters<T>& parameters) {
        run(Pass<T>{parameters, model.config()->n_head, stop});
      },
      model.parameters());
}

}  // namespace

size_t TracePositions(size_t text_tokens, const ModelConfig& config) {
  return std::min<size_t>(text_tokens + 1, config->block_size);
}

std::optional<Trace> TraceText(const Model& model, std::span<const Token> text,
                               const std::set<uint32_t>& layers,
                               const std::stop_token& stop) {
  assert(text.size() <= model.config()->block_size);
  const size_t n = TracePositions(text.size(), model.config());
  Trace trace;
  trace.inputs = {model.tokenizer().bos()};
  trace.inputs.insert(trace.inputs.end(), text.begin(), text.end());
  trace.targets = {text.begin(), text.end()};
  trace.targets.push_back(model.tokenizer().bos());
  trace.inputs.resize(n);
  trace.targets.resize(n);
  trace.layers.resize(model.config()->n_layer);
  WithPass(model, stop, [&](const auto& pass) { pass.Forward(layers, trace); });
  if (stop.stop_requested()) return std::nullopt;
  return trace;
}

std::optional<TraceGradient> TraceBack(const Model& model, const Trace& trace,
                                       const std::stop_token& stop) {
  TraceGradient gradient{
      .embedding = {},
      .layers = std::vector<TraceGradient::Layer>(trace.layers.size()),
      .logits = {},
      .parameters =
          Parameters<double>(model.config(), model.tokenizer().vocab_size())};
  WithPass(model, stop,
           [&](const auto& pass) { pass.Backward(trace, gradient); });
  if (stop.stop_requested()) return std::nullopt;
  return gradient;
}

std::optional<Array> Unembed(const Model& model, const Array& stream,
                             const std::stop_token& stop) {
  std::optional<Array> logits;
  WithPass(model, stop, [&](const auto& pass) {
    logits = LinearForward(pass.parameters.lm_head(), stream, stop);
  });
  return stop.stop_requested() ? std::nullopt : std::move(logits);
}

TraceCost CostOfTrace(const Model& model, size_t positions, size_t layers,
                      bool gradient) {
  const ModelConfig& config = model.config();
  const double vocabulary = model.tokenizer().vocab_size();
  const double n = static_cast<double>(positions);
  const double e = config->n_embd;
  const double squares = 2.0 * config->n_head * n * n;  // scores, weights
  const double layer = n * (14 * e + 8 * e) + squares;  // 4·E twice: with ReLU
  const double parameters = static_cast<double>(
      CountParameters(config, model.tokenizer().vocab_size()));
  const double read = n * parameters + 2 * config->n_layer * n * n * e;
  TraceCost cost{.bytes = 8 * ((static_cast<double>(layers) + 1) * layer +
                               n * (3 * e + vocabulary)),
                 .work = read};
  if (gradient) {
    cost.bytes += 8 * (parameters + 2 * layer + n * vocabulary +
                       config->n_layer * (squares / 2 + 2 * n * e));
    cost.work += 2 * read;
  }
  return cost;
}

}  // namespace microgpt
