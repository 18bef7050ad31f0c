// SPDX-License-Identifier: MIT
#include "core/generation/condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/errors/errors.h"

namespace microgpt {
namespace {

absl::Status Unsatisfiable(std::string_view why) {
  return WithReason(absl::FailedPreconditionError(std::string(why)),
                    "UNSATISFIABLE");
}

absl::StatusOr<std::vector<Token>> EncodeField(const Tokenizer& tokenizer,
                                               std::string_view field,
                                               std::string_view text) {
  absl::StatusOr<std::vector<Token>> tokens = tokenizer.Encode(text);
  if (tokens.ok()) return tokens;
  return FieldError(field, std::string(tokens.status().message()));
}

// What the conditions say of a string's tokens: all but `regex`.
struct TokenCondition {
  std::vector<Token> prefix, contains, suffix;
  std::vector<Token> alphabet;  // ascending; empty: any
  size_t min_length, max_length;
};

absl::StatusOr<TokenCondition> Encode(const ConditionSettings& settings,
                                      const Tokenizer& tokenizer,
                                      uint32_t block_size,
                                      std::string_view prefix) {
  TokenCondition condition;
  MICROGPT_ASSIGN_OR_RETURN(condition.prefix,
                            EncodeField(tokenizer, "prefix", prefix));
  MICROGPT_ASSIGN_OR_RETURN(
      condition.contains,
      EncodeField(tokenizer, "contains", settings.contains));
  MICROGPT_ASSIGN_OR_RETURN(condition.suffix,
                            EncodeField(tokenizer, "suffix", settings.suffix));
  MICROGPT_ASSIGN_OR_RETURN(
      condition.alphabet,
      EncodeField(tokenizer, "alphabet", settings.alphabet));
  std::sort(condition.alphabet.begin(), condition.alphabet.end());
  if (settings.max_length == 0u) {
    return FieldError("max_length",
                      "0 is below the minimum 1: empty strings are not sent");
  }
  condition.min_length = std::max(settings.min_length.value_or(1), 1u);
  condition.max_length =
      std::min(settings.max_length.value_or(block_size), block_size);
  return condition;
}

// "min_length 20 is above max_length 6", or above what the model can make.
absl::Status CheckLengths(const TokenCondition& condition,
                          uint32_t block_size) {
  const auto check = [&](size_t length, std::string_view what) -> absl::Status {
    if (length <= condition.max_length) return absl::OkStatus();
    return Unsatisfiable(fmt::format("{} is above {} {}", what,
                                     condition.max_length < block_size
                                         ? "max_length"
                                         : "the model's block_size",
                                     condition.max_length));
  };
  MICROGPT_RETURN_IF_ERROR(
      check(condition.min_length,
            fmt::format("min_length {}", condition.min_length)));
  const auto length_of = [](std::string_view name, const auto& tokens) {
    return fmt::format("the length {} of {}", tokens.size(), name);
  };
  MICROGPT_RETURN_IF_ERROR(
      check(condition.prefix.size(), length_of("prefix", condition.prefix)));
  MICROGPT_RETURN_IF_ERROR(check(condition.contains.size(),
                                 length_of("contains", condition.contains)));
  return check(condition.suffix.size(), length_of("suffix", condition.suffix));
}

absl::Status CheckAlphabet(const TokenCondition& condition,
                           const Tokenizer& tokenizer) {
  if (condition.alphabet.empty()) return absl::OkStatus();
  const auto check = [&](std::string_view name,
                         std::span<const Token> tokens) -> absl::Status {
    for (const Token token : tokens) {
      if (std::binary_search(condition.alphabet.begin(),
                             condition.alphabet.end(), token)) {
        continue;
      }
      return Unsatisfiable(
          fmt::format("{} has \"{}\", which is not in alphabet", name,
                      tokenizer.alphabet()[token]));
    }
    return absl::OkStatus();
  };
  MICROGPT_RETURN_IF_ERROR(check("prefix", condition.prefix));
  MICROGPT_RETURN_IF_ERROR(check("contains", condition.contains));
  return check("suffix", condition.suffix);
}

// For every place at which `second` may begin behind the begin of `first`, up
// to `places`: whether both can stand in one string so.
std::vector<bool> FittingPlaces(std::span<const Token> first,
                                std::span<const Token> second, size_t places) {
  std::vector<bool> fits(places + 1, true);
  for (size_t at = 0; at < std::min(first.size(), fits.size()); ++at) {
    const size_t overlap = std::min(first.size() - at, second.size());
    fits[at] = std::equal(second.begin(), second.begin() + overlap,
                          first.begin() + at);
  }
  return fits;
}

// Whether a string of an allowed length has prefix, contains and suffix, which
// may overlap.
bool Fit(const TokenCondition& condition) {
  const size_t longest = condition.max_length;
  const std::span<const Token> contains = condition.contains;
  const std::span<const Token> suffix = condition.suffix;
  const auto of_prefix = [&](std::span<const Token> tokens) {
    return FittingPlaces(condition.prefix, tokens, longest);
  };
  const std::vector<bool> contains_after_prefix = of_prefix(contains);
  const std::vector<bool> suffix_after_prefix = of_prefix(suffix);
  const std::vector<bool> suffix_after_contains =
      FittingPlaces(contains, suffix, longest);
  const std::vector<bool> contains_after_suffix =
      FittingPlaces(suffix, contains, longest);
  const size_t shortest =
      std::max({condition.min_length, condition.prefix.size(), contains.size(),
                suffix.size()});
  for (size_t length = shortest; length <= longest; ++length) {
    const size_t end = length - suffix.size();  // where the suffix begins
    if (!suffix_after_prefix[end]) continue;
    for (size_t at = 0; at + contains.size() <= length; ++at) {
      if (contains_after_prefix[at] &&
          (at <= end ? suffix_after_contains[end - at]
                     : contains_after_suffix[at - end])) {
        return true;
      }
    }
  }
  return false;
}

absl::StatusOr<std::shared_ptr<const RE2>> Compile(const std::string& regex) {
  if (regex.size() > Condition::kMaxRegexBytes) {
    return FieldError(
        "regex", fmt::format("{} bytes are above the maximum {}", regex.size(),
                             Condition::kMaxRegexBytes));
  }
  RE2::Options options;
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_max_mem(Condition::kMaxRegexMemory);
  auto compiled = std::make_shared<const RE2>(regex, options);
  if (!compiled->ok()) {
    return FieldError(
        "regex", fmt::format("\"{}\" is no expression that can be used: {}",
                             regex, compiled->error()));
  }
  if (compiled->ProgramSize() <= Condition::kMaxRegexInstructions) {
    return compiled;
  }
  return FieldError("regex",
                    fmt::format("\"{}\" compiles to {} instructions, above the "
                                "maximum {}",
                                regex, compiled->ProgramSize(),
                                Condition::kMaxRegexInstructions));
}

// Whether a string that begins with `begin` can lie between `min` and `max`.
bool MayBegin(std::string_view begin, std::string_view min,
              std::string_view max) {
  return min.substr(0, begin.size()) <= begin && begin <= max;
}

// Refuses an expression that matches no string of these first characters. What
// it asks of those behind is not looked at.
absl::Status CheckRegexBegin(const RE2& regex, std::string_view prefix,
                             std::span<const std::string> alphabet) {
  constexpr int kBytesToCompare = 64;
  std::string min, max;
  if (!regex.PossibleMatchRange(&min, &max, kBytesToCompare)) {
    return absl::OkStatus();  // it may begin with anything
  }
  if (!prefix.empty()) {
    const std::string_view begin = prefix.substr(0, kBytesToCompare / 2);
    if (MayBegin(begin, min, max)) return absl::OkStatus();
    return Unsatisfiable(
        fmt::format("regex: \"{}\" matches no string that begins with \"{}\"",
                    regex.pattern(), prefix));
  }
  const auto may_begin = [&](const std::string& character) {
    return MayBegin(character, min, max);
  };
  if (std::any_of(alphabet.begin(), alphabet.end(), may_begin)) {
    return absl::OkStatus();
  }
  return Unsatisfiable(fmt::format(
      "regex: \"{}\" matches no string that begins with a character that the "
      "model knows",
      regex.pattern()));
}

// "begins with "ab" and contains "c"", of those that are asked for.
std::string Parts(const ConditionSettings& settings, std::string_view prefix) {
  std::vector<std::string> parts;
  const auto add = [&parts](std::string_view verb, std::string_view text) {
    if (!text.empty()) parts.push_back(fmt::format("{} \"{}\"", verb, text));
  };
  add("begins with", prefix);
  add("ends with", settings.suffix);
  add("contains", settings.contains);
  return fmt::format("{}", fmt::join(parts, " and "));
}

}  // namespace

bool ConditionSettings::empty() const {
  return suffix.empty() && contains.empty() && regex.empty() &&
         alphabet.empty() && !min_length && !max_length;
}

absl::StatusOr<Condition> Condition::Create(const ConditionSettings& settings,
                                            const Tokenizer& tokenizer,
                                            uint32_t block_size,
                                            std::string_view prefix) {
  Condition condition(settings, tokenizer.kind());
  MICROGPT_ASSIGN_OR_RETURN(const TokenCondition tokens,
                            Encode(settings, tokenizer, block_size, prefix));
  if (!settings.regex.empty()) {
    MICROGPT_ASSIGN_OR_RETURN(condition.regex_, Compile(settings.regex));
  }
  MICROGPT_RETURN_IF_ERROR(CheckLengths(tokens, block_size));
  MICROGPT_RETURN_IF_ERROR(CheckAlphabet(tokens, tokenizer));
  if (!Fit(tokens)) {
    return Unsatisfiable(fmt::format("no string of {} to {} characters {}",
                                     tokens.min_length, tokens.max_length,
                                     Parts(settings, prefix)));
  }
  for (const Token token : tokens.alphabet) {
    condition.alphabet_.insert(tokenizer.alphabet()[token]);
  }
  if (condition.regex_ == nullptr) return condition;
  MICROGPT_RETURN_IF_ERROR(
      CheckRegexBegin(*condition.regex_, prefix, tokenizer.alphabet()));
  return condition;
}

bool Condition::IsMetBy(std::string_view text) const {
  return text.ends_with(settings_.suffix) && HasLength(text) &&
         text.find(settings_.contains) != std::string_view::npos &&
         IsInAlphabet(text) &&
         (regex_ == nullptr || RE2::FullMatch(text, *regex_));
}

bool Condition::HasLength(std::string_view text) const {
  if (!settings_.min_length && !settings_.max_length) return true;
  const size_t length = CountCharacters(kind_, text);
  return length >= settings_.min_length.value_or(0) &&
         length <= settings_.max_length.value_or(UINT32_MAX);
}

bool Condition::IsInAlphabet(std::string_view text) const {
  if (alphabet_.empty()) return true;
  while (const auto character = TakeCharacter(kind_, text)) {
    const std::string_view text_of = character->text;
    if (!alphabet_.contains(absl::string_view(text_of.data(), text_of.size())))
      return false;
  }
  return true;
}

}  // namespace microgpt
