// SPDX-License-Identifier: MIT
#include "core/inspection/continuations.h"

#include <algorithm>
#include <cstddef>
#include <string>

namespace microgpt {
namespace {

uint64_t KeyOf(Token first, Token second) {
  return uint64_t{first} << 32 | second;
}

}  // namespace

std::optional<Continuations> Continuations::Count(const Tokenizer& tokenizer,
                                                  const Corpus& corpus,
                                                  std::span<const Token> prefix,
                                                  bool after,
                                                  const std::stop_token& stop) {
  Continuations counts(tokenizer);
  const std::string beginning = tokenizer.Decode(prefix);
  for (size_t i = 0; i < corpus.size(); ++i) {
    if (i % 1024 == 0 && stop.stop_requested()) return std::nullopt;
    if (!corpus[i].starts_with(beginning)) continue;
    const auto tokens = tokenizer.Encode(corpus[i]);
    if (!tokens.ok()) return std::nullopt;
    // An accent may join the prefix's last letter.
    const size_t n = prefix.size();
    if (tokens->size() < n ||
        !std::equal(prefix.begin(), prefix.end(), tokens->begin())) {
      continue;
    }
    counts.Add(tokenizer, std::span(*tokens).subspan(n), after);
  }
  return counts;
}

void Continuations::Add(const Tokenizer& tokenizer, std::span<const Token> rest,
                        bool after) {
  ++documents_;
  const Token bos = tokenizer.bos();
  ++next_[rest.empty() ? bos : rest[0]];
  if (after && !rest.empty()) {
    ++after_[KeyOf(rest[0], rest.size() == 1 ? bos : rest[1])];
  }
}

uint32_t Continuations::NextAfter(Token first, Token second) const {
  const auto found = after_.find(KeyOf(first, second));
  return found == after_.end() ? 0 : found->second;
}

}  // namespace microgpt
