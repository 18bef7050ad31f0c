// SPDX-License-Identifier: MIT
#include "server/handlers/inspection/next_tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/errors/errors.h"
#include "core/errors/ranges.h"
#include "core/generation/generator.h"
#include "core/inspection/continuations.h"
#include "core/inspection/distribution.h"
#include "core/inspection/next_tokens.h"
#include "core/random/indexed_random.h"
#include "server/handlers/inspection/message_parts.h"

namespace microgpt::server {
namespace {

using Request = v1::NextTokensRequest;
using Response = v1::NextTokensResponse;

absl::StatusOr<SamplingConfig> ParseSampling(const Request& request) {
  SamplingSettings settings;
  if (request.has_temperature()) settings.temperature = request.temperature();
  if (request.has_top_k()) settings.top_k = request.top_k();
  if (request.has_top_p()) settings.top_p = request.top_p();
  return SamplingConfig::Create(settings);
}

// What says which number decides means nothing without a seed.
absl::Status ValidateDraw(const Request& request) {
  const auto check = [&](const char* field, bool is_given, uint32_t value) {
    if (request.has_seed() || !is_given) return absl::OkStatus();
    return FieldError(field, fmt::format("{} given without seed", value));
  };
  MICROGPT_RETURN_IF_ERROR(
      check("index", request.has_index(), request.index()));
  MICROGPT_RETURN_IF_ERROR(
      check("given", request.given() > 0, request.given()));
  MICROGPT_RETURN_IF_ERROR(
      check("attempt", request.attempt() > 0, request.attempt()));
  return CheckRange("attempt", request.attempt(), 0, Attempt::kMaxAttempts - 1);
}

absl::StatusOr<std::vector<Token>> ParsePrefix(const Request& request,
                                               const Model& model) {
  auto tokens = model.tokenizer().Encode(request.prefix());
  if (!tokens.ok()) {
    return FieldError("prefix", std::string(tokens.status().message()));
  }
  const uint32_t block_size = model.config()->block_size;
  const uint32_t behind = request.after() ? 2 : 1;
  if (tokens->size() + behind <= block_size) return tokens;
  return FieldError(
      "prefix",
      fmt::format("{} characters leave no room for {} more: the model's "
                  "block_size is {}",
                  tokens->size(), behind, block_size));
}

// What a request asks for of its model.
struct Wanted {
  SamplingConfig sampling;
  std::vector<Token> prefix;
  uint32_t top;  // 0: all
};

absl::StatusOr<Wanted> Parse(const Request& request, const Model& model) {
  const uint32_t vocab_size = model.tokenizer().vocab_size();
  Wanted wanted;
  MICROGPT_ASSIGN_OR_RETURN(wanted.top, ParseTop(request, vocab_size));
  if (wanted.top == 0) wanted.top = vocab_size;
  MICROGPT_ASSIGN_OR_RETURN(wanted.sampling, ParseSampling(request));
  MICROGPT_ASSIGN_OR_RETURN(wanted.prefix, ParsePrefix(request, model));
  MICROGPT_RETURN_IF_ERROR(
      CheckRange("given", request.given(), 0,
                 static_cast<uint32_t>(wanted.prefix.size())));
  return wanted;
}

absl::Status CheckSizeAndCost(const Request& request, const Wanted& wanted,
                              const Model& model) {
  constexpr size_t kCandidate = 40, kDistribution = 40;
  constexpr double kWorkOfAToken = 40;  // to make a chance of a logit, twice
  const uint32_t vocab_size = model.tokenizer().vocab_size();
  const double lists = request.after() ? vocab_size : 1;
  MessageSize size(model.tokenizer());
  size.AddTokens(1, wanted.prefix.size(), 0);
  size.AddTokens(lists, 1, kDistribution);
  size.AddTokens(lists, wanted.top, kCandidate);
  MICROGPT_RETURN_IF_ERROR(
      size.Check("top", "ask for fewer candidates, or not for `after`"));
  const double n = static_cast<double>(wanted.prefix.size()) + 1;
  const double each =
      static_cast<double>(CountParameters(model.config(), vocab_size)) +
      2 * n * model.config()->n_layer * model.config()->n_embd +
      kWorkOfAToken * vocab_size;
  const double states = 2.0 * model.config()->n_layer * model.config()->n_embd;
  const double work = (lists + n) * each;
  const double bytes = 8 * (n + 64) * states;
  return request.after()
             ? CheckCost("after", work, bytes,
                         "ask for what comes after the prefix alone")
             : CheckCost("prefix", work, bytes, "shorten the prefix");
}

// What the training text has there; nullopt: not known. For those who would
// like to tell and need not.
std::optional<Continuations> CountInText(const Request& request,
                                         const Wanted& wanted,
                                         const InspectedModel& inspected,
                                         Datasets& datasets,
                                         const std::stop_token& stop) {
  if (!inspected.dataset || inspected.dataset->forgotten) return std::nullopt;
  const auto corpus = datasets.Load(inspected.dataset->id);
  if (!corpus.ok()) return std::nullopt;
  return Continuations::Count(inspected.model->tokenizer(), **corpus,
                              wanted.prefix, request.after(), stop);
}

// `documents`: how many go on with a token.
void SetDistribution(const Tokenizer& tokenizer, const NextTokens& next,
                     uint32_t top, const auto& documents,
                     Response::Distribution& message) {
  const Distribution distribution(next.logits);
  message.set_entropy(distribution.Entropy());
  for (const Token token : distribution.Likeliest(top)) {
    Response::Candidate& candidate = *message.add_candidates();
    SetToken(tokenizer, token, candidate.mutable_token());
    candidate.set_logit(next.logits[token]);
    candidate.set_probability(distribution.Probability(token));
    candidate.set_drawn(next.drawn[token]);
    if (const std::optional<uint32_t> count = documents(token)) {
      candidate.set_documents(*count);
    }
  }
}

bool AddDistributions(const Request& request, const Wanted& wanted,
                      const InspectedModel& inspected,
                      const std::optional<Continuations>& text,
                      const std::stop_token& stop, Response& response) {
  const Tokenizer& tokenizer = inspected.model->tokenizer();
  const Token last =
      wanted.prefix.empty() ? tokenizer.bos() : wanted.prefix.back();
  const auto add = [&](std::optional<Token> first, const NextTokens& next) {
    Response::Distribution& message =
        first ? *response.add_after() : *response.mutable_next();
    SetToken(tokenizer, first.value_or(last), message.mutable_after());
    if (text) {
      message.set_documents(first ? text->Next(*first) : text->documents());
    }
    const auto documents = [&](Token token) -> std::optional<uint32_t> {
      if (!text) return std::nullopt;
      return first ? text->NextAfter(*first, token) : text->Next(token);
    };
    SetDistribution(tokenizer, next, wanted.top, documents, message);
  };
  return ReadNextTokens(inspected.model, wanted.sampling, wanted.prefix,
                        request.after(), stop, add);
}

// False if `stop` was requested.
bool AddDraw(const Request& request, const Wanted& wanted,
             const std::shared_ptr<const Model>& model,
             const std::stop_token& stop, Response& response) {
  const auto drawn =
      static_cast<uint32_t>(wanted.prefix.size()) - request.given();
  const StreamNumber from{
      .seed = request.seed(),
      .index = request.index(),
      .number = request.attempt() * Attempt::kNumbersOfAttempt + drawn};
  const std::optional<Token> token =
      DrawNextToken(model, wanted.sampling, wanted.prefix, from, stop);
  if (!token) return false;
  Response::Draw& draw = *response.mutable_draw();
  if (wanted.sampling->temperature > 0) {
    draw.set_number(IndexedUniform(from.seed, from.index, from.number));
  }
  SetToken(model->tokenizer(), *token, draw.mutable_token());
  return true;
}

}  // namespace

absl::Status Validate(const v1::NextTokensRequest& request) {
  MICROGPT_RETURN_IF_ERROR(ParseSampling(request).status());
  MICROGPT_RETURN_IF_ERROR(ValidateDraw(request));
  return Validate(SnapshotNameOf(request));
}

absl::StatusOr<v1::NextTokensResponse> Answer(
    const v1::NextTokensRequest& request, const InspectedModel& inspected,
    Datasets& datasets, const std::stop_token& stop) {
  const Tokenizer& tokenizer = inspected.model->tokenizer();
  MICROGPT_ASSIGN_OR_RETURN(const Wanted wanted,
                            Parse(request, *inspected.model));
  MICROGPT_RETURN_IF_ERROR(CheckSizeAndCost(request, wanted, *inspected.model));
  const std::optional<Continuations> text =
      CountInText(request, wanted, inspected, datasets, stop);
  Response response;
  SetSnapshot(inspected, response);
  SetToken(tokenizer, tokenizer.bos(), response.add_prefix());
  for (const Token token : wanted.prefix) {
    SetToken(tokenizer, token, response.add_prefix());
  }
  response.set_text_known(text.has_value());
  if (!AddDistributions(request, wanted, inspected, text, stop, response)) {
    return absl::CancelledError();
  }
  if (request.has_seed() &&
      !AddDraw(request, wanted, inspected.model, stop, response)) {
    return absl::CancelledError();
  }
  return response;
}

}  // namespace microgpt::server
