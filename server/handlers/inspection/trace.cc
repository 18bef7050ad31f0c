// SPDX-License-Identifier: MIT
#include "server/handlers/inspection/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/errors/errors.h"
#include "core/errors/ranges.h"
#include "core/generation/decoder.h"
#include "core/inspection/distribution.h"
#include "core/inspection/trace.h"
#include "server/handlers/inspection/message_parts.h"

namespace microgpt::server {
namespace {

using Request = v1::TraceRequest;
using Response = v1::TraceResponse;

constexpr char kAdvice[] = "ask for fewer parts or layers, or a shorter text";

// What a request asks for of its model.
struct Wanted {
  std::vector<Token> text;
  std::set<int> parts;
  std::set<uint32_t> layers;
  uint32_t top = 0;

  bool Has(Request::Part part) const { return parts.contains(part); }
  bool HasOfLayers() const {
    return Has(Request::PART_RESIDUAL) || Has(Request::PART_QUERIES) ||
           Has(Request::PART_ATTENTION) || Has(Request::PART_MLP);
  }
};

std::set<int> ParseParts(const Request& request) {
  std::set<int> parts(request.parts().begin(), request.parts().end());
  if (!parts.empty()) return parts;
  return {Request::PART_EMBEDDINGS, Request::PART_ATTENTION,
          Request::PART_QUERIES,    Request::PART_MLP,
          Request::PART_RESIDUAL,   Request::PART_LENS};
}

absl::StatusOr<std::set<uint32_t>> ParseLayers(const Request& request,
                                               uint32_t n_layer) {
  std::set<uint32_t> layers;
  for (int i = 0; i < request.layers_size(); ++i) {
    MICROGPT_RETURN_IF_ERROR(CheckRange(fmt::format("layers[{}]", i),
                                        request.layers(i), 0, n_layer - 1));
    layers.insert(request.layers(i));
  }
  for (uint32_t i = 0; request.layers().empty() && i < n_layer; ++i) {
    layers.insert(i);
  }
  return layers;
}

absl::StatusOr<std::vector<Token>> ParseText(const Request& request,
                                             const Model& model) {
  auto tokens = model.tokenizer().Encode(request.text());
  if (!tokens.ok()) {
    return FieldError("text", std::string(tokens.status().message()));
  }
  const uint32_t block_size = model.config()->block_size;
  if (tokens->size() > block_size) {
    return FieldError("text", DescribeTooLong(tokens->size(), block_size));
  }
  return tokens;
}

absl::StatusOr<Wanted> Parse(const Request& request, const Model& model) {
  Wanted wanted;
  wanted.parts = ParseParts(request);
  const uint32_t vocab_size = model.tokenizer().vocab_size();
  MICROGPT_ASSIGN_OR_RETURN(wanted.top, ParseTop(request, vocab_size));
  MICROGPT_ASSIGN_OR_RETURN(wanted.layers,
                            ParseLayers(request, model.config()->n_layer));
  MICROGPT_ASSIGN_OR_RETURN(wanted.text, ParseText(request, model));
  return wanted;
}

// Of the values in all arrays.
double CountValues(const Wanted& wanted, const Model& model, double n) {
  const double e = model.config()->n_embd;
  const double squares = model.config()->n_head * n * n;
  const double vocabulary = model.tokenizer().vocab_size();
  double layer = 0, rest = 0;
  if (wanted.Has(Request::PART_RESIDUAL)) layer += 6 * n * e;
  if (wanted.Has(Request::PART_QUERIES)) layer += 3 * n * e + squares;
  if (wanted.Has(Request::PART_ATTENTION)) layer += n * e + squares;
  if (wanted.Has(Request::PART_MLP)) layer += 4 * n * e;
  if (wanted.Has(Request::PART_EMBEDDINGS)) rest += 2 * n * e;
  if (wanted.Has(Request::PART_EMBEDDINGS) ||
      wanted.Has(Request::PART_RESIDUAL)) {
    rest += n * e;
  }
  const bool gradients = wanted.Has(Request::PART_GRADIENTS);
  if (wanted.Has(Request::PART_LOGITS)) {
    rest += (gradients ? 2 : 1) * n * vocabulary;
  }
  if (gradients) {
    layer += 2 * n * e + squares;
    rest += n * e;
  }
  return static_cast<double>(wanted.layers.size()) * layer + rest;
}

absl::Status CheckSize(const Wanted& wanted, const Model& model) {
  constexpr size_t kCandidate = 14, kPosition = 64, kTensor = 40;
  const double n =
      static_cast<double>(TracePositions(wanted.text.size(), model.config()));
  const double stages = 1 + 2 * static_cast<double>(wanted.layers.size());
  MessageSize size(model.tokenizer());
  size.AddValues(CountValues(wanted, model, n));
  size.AddTokens(n, 2, kPosition);
  size.AddTokens(n, wanted.top, kCandidate);
  if (wanted.Has(Request::PART_LENS)) {
    size.AddTokens(n * stages, wanted.top, kCandidate);
  }
  if (wanted.Has(Request::PART_GRADIENTS)) {
    size.AddTokens(1, 3 + 6 * model.config()->n_layer, kTensor);
  }
  return size.Check("parts", kAdvice);
}

// Of which layers the stages have to be kept.
std::set<uint32_t> LayersToKeep(const Wanted& wanted, uint32_t n_layer) {
  const bool lens = wanted.Has(Request::PART_LENS);
  std::set<uint32_t> layers;
  if (wanted.HasOfLayers() || lens) layers = wanted.layers;
  if (!wanted.Has(Request::PART_GRADIENTS)) return layers;
  for (uint32_t i = 0; i < n_layer; ++i) layers.insert(i);
  return layers;
}

absl::Status CheckTraceCost(const Wanted& wanted, const Model& model) {
  const size_t n = TracePositions(wanted.text.size(), model.config());
  TraceCost cost = CostOfTrace(
      model, n, LayersToKeep(wanted, model.config()->n_layer).size(),
      wanted.Has(Request::PART_GRADIENTS));
  if (wanted.Has(Request::PART_LENS)) {
    cost.work += (1 + 2 * static_cast<double>(wanted.layers.size())) *
                 static_cast<double>(n) * model.config()->n_embd *
                 model.tokenizer().vocab_size();
  }
  return CheckCost("parts", cost.work, cost.bytes, kAdvice);
}

void SetCandidates(const Tokenizer& tokenizer, const Distribution& distribution,
                   uint32_t top, auto* candidates) {
  for (const Token token : distribution.Likeliest(top)) {
    Response::Candidate& candidate = *candidates->Add();
    SetToken(tokenizer, token, candidate.mutable_token());
    candidate.set_probability(distribution.Probability(token));
  }
}

void AddPositions(const Tokenizer& tokenizer, const Trace& trace, uint32_t top,
                  Response& response) {
  for (size_t t = 0; t < trace.inputs.size(); ++t) {
    const Distribution distribution(trace.logits.row(t));
    Response::Position& position = *response.add_positions();
    SetToken(tokenizer, trace.inputs[t], position.mutable_token());
    SetToken(tokenizer, trace.targets[t], position.mutable_next());
    position.set_loss(trace.losses[t]);
    position.set_rank(distribution.RankOf(trace.targets[t]));
    position.set_entropy(distribution.Entropy());
    SetCandidates(tokenizer, distribution, top, position.mutable_candidates());
  }
}

void AddLayer(uint32_t i, const LayerTrace& layer, const Wanted& wanted,
              Response& response) {
  Response::Layer& message = *response.add_layers();
  message.set_layer(i);
  if (wanted.Has(Request::PART_RESIDUAL)) {
    SetArray(layer.attention_input, message.mutable_attention_input());
    SetArray(layer.attention_output, message.mutable_attention_output());
    SetArray(layer.residual_middle, message.mutable_residual_middle());
    SetArray(layer.mlp_input, message.mutable_mlp_input());
    SetArray(layer.mlp_output, message.mutable_mlp_output());
    SetArray(layer.residual, message.mutable_residual());
  }
  if (wanted.Has(Request::PART_QUERIES)) {
    SetArray(layer.queries, message.mutable_queries());
    SetArray(layer.keys, message.mutable_keys());
    SetArray(layer.values, message.mutable_values());
    SetArray(layer.scores, message.mutable_scores());
  }
  if (wanted.Has(Request::PART_ATTENTION)) {
    SetArray(layer.weights, message.mutable_weights());
    SetArray(layer.head_outputs, message.mutable_head_outputs());
  }
  if (wanted.Has(Request::PART_MLP)) {
    const std::vector<double>& hidden = layer.mlp_hidden.values;
    SetArray(layer.mlp_hidden, message.mutable_mlp_hidden());
    message.set_mlp_active(
        static_cast<double>(std::ranges::count_if(
            hidden, [](double neuron) { return neuron > 0; })) /
        static_cast<double>(hidden.size()));
  }
}

void AddArrays(const Trace& trace, const Wanted& wanted, Response& response) {
  const bool embeddings = wanted.Has(Request::PART_EMBEDDINGS);
  if (embeddings) {
    SetArray(trace.token_embeddings, response.mutable_token_embeddings());
    SetArray(trace.position_embeddings, response.mutable_position_embeddings());
  }
  if (embeddings || wanted.Has(Request::PART_RESIDUAL)) {
    SetArray(trace.embedding, response.mutable_embedding());
  }
  if (wanted.Has(Request::PART_LOGITS)) {
    SetArray(trace.logits, response.mutable_logits());
  }
  if (!wanted.HasOfLayers()) return;
  for (const uint32_t i : wanted.layers) {
    AddLayer(i, trace.layers[i], wanted, response);
  }
}

// One stage's guesses. False if `stop` was requested.
bool AddStage(const Model& model, const std::string& stage, const Array& stream,
              uint32_t top, const std::stop_token& stop, Response& response) {
  const std::optional<Array> logits = Unembed(model, stream, stop);
  if (!logits) return false;
  Response::Lens& lens = *response.add_lens();
  lens.set_stage(stage);
  for (size_t t = 0; t < logits->shape[0]; ++t) {
    SetCandidates(model.tokenizer(), Distribution(logits->row(t)), top,
                  lens.add_positions()->mutable_candidates());
  }
  return true;
}

bool AddLens(const Model& model, const Trace& trace, const Wanted& wanted,
             const std::stop_token& stop, Response& response) {
  const auto add = [&](const std::string& stage, const Array& stream) {
    return AddStage(model, stage, stream, wanted.top, stop, response);
  };
  bool going_on = add("embedding", trace.embedding);
  for (const uint32_t i : wanted.layers) {
    const LayerTrace& layer = trace.layers[i];
    going_on =
        going_on &&
        add(fmt::format("layer{}.attention", i), layer.residual_middle) &&
        add(fmt::format("layer{}.mlp", i), layer.residual);
  }
  return going_on;
}

double Norm(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value * value;
  return std::sqrt(sum);
}

void AddGradients(const TraceGradient& gradient, const Wanted& wanted,
                  Response& response) {
  const Parameters<double>& parameters = gradient.parameters;
  Response::Gradients& message = *response.mutable_gradients();
  for (size_t i = 0; i < parameters.specs().size(); ++i) {
    response.add_tensors(parameters.specs()[i].name);
    message.add_tensors(Norm(parameters.tensor(i).values()));
  }
  SetArray(gradient.embedding, message.mutable_embedding());
  for (const uint32_t i : wanted.layers) {
    const TraceGradient::Layer& from = gradient.layers[i];
    Response::Layer& layer = *message.add_layers();
    layer.set_layer(i);
    SetArray(from.weights, layer.mutable_weights());
    SetArray(from.residual_middle, layer.mutable_residual_middle());
    SetArray(from.residual, layer.mutable_residual());
  }
  if (wanted.Has(Request::PART_LOGITS)) {
    SetArray(gradient.logits, message.mutable_logits());
  }
}

}  // namespace

absl::Status Validate(const v1::TraceRequest& request) {
  for (int i = 0; i < request.parts_size(); ++i) {
    if (!Request::Part_IsValid(request.parts(i))) {
      return FieldError(
          fmt::format("parts[{}]", i),
          fmt::format("{} is not a known value", request.parts(i)));
    }
  }
  return Validate(SnapshotNameOf(request));
}

absl::StatusOr<v1::TraceResponse> Answer(const v1::TraceRequest& request,
                                         const InspectedModel& inspected,
                                         const std::stop_token& stop) {
  const Model& model = *inspected.model;
  MICROGPT_ASSIGN_OR_RETURN(const Wanted wanted, Parse(request, model));
  MICROGPT_RETURN_IF_ERROR(CheckSize(wanted, model));
  MICROGPT_RETURN_IF_ERROR(CheckTraceCost(wanted, model));
  const std::optional<Trace> trace = TraceText(
      model, wanted.text, LayersToKeep(wanted, model.config()->n_layer), stop);
  if (!trace) return absl::CancelledError();
  Response response;
  SetSnapshot(inspected, response);
  response.set_loss(trace->loss);
  AddPositions(model.tokenizer(), *trace, wanted.top, response);
  AddArrays(*trace, wanted, response);
  if (wanted.Has(Request::PART_LENS) &&
      !AddLens(model, *trace, wanted, stop, response)) {
    return absl::CancelledError();
  }
  if (wanted.Has(Request::PART_GRADIENTS)) {
    const std::optional<TraceGradient> gradient =
        TraceBack(model, *trace, stop);
    if (!gradient) return absl::CancelledError();
    AddGradients(*gradient, wanted, response);
  }
  return response;
}

}  // namespace microgpt::server
