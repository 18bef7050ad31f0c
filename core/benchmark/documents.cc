// SPDX-License-Identifier: MIT
#include "core/benchmark/documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "core/random/indexed_random.h"
#include "core/text/characters.h"
#include "core/text/utf8.h"

namespace microgpt::benchmark {
namespace {

constexpr char32_t kFirstIdeograph = 0x4E00;

size_t Length(std::string_view document) {
  return CountCharacters(TokenizerKind::kCodePoint, document);
}

// Begins again with the first line for as long as the last document is short.
Corpus Joined(const Corpus& lines, size_t length) {
  std::string text;
  size_t i = 0;
  while (i < lines.size()) {
    for (size_t characters = 0; characters < length; ++i) {
      const std::string_view line = lines[i % lines.size()];
      text += line;
      characters += Length(line);
    }
    text += '\n';
  }
  return Corpus::FromText(text).value();
}

Corpus Random(const Corpus& lines, uint32_t code_points) {
  IndexedRandom random(/*seed=*/42, /*index=*/0);
  std::string text;
  uint32_t made = 0;  // the first ones in order, so that none is missing
  for (size_t i = 0; i < lines.size(); ++i) {
    for (size_t left = Length(lines[i]); left > 0; --left) {
      const uint32_t k =
          made < code_points
              ? made++
              : static_cast<uint32_t>(random.Uniform() * code_points);
      AppendUtf8(kFirstIdeograph + k, text);
    }
    text += '\n';
  }
  return Corpus::FromText(text).value();
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) return absl::NotFoundError(fmt::format("cannot read {}", path));
  return text;
}

Corpus MakeDocuments(const Case& c, const Corpus& lines) {
  switch (c->documents) {
    case Documents::kLines:
      return lines;
    case Documents::kJoined:
      return Joined(lines, c->model.block_size);
    case Documents::kRandom:
      return Random(lines, c->vocab - 1);
  }
  return lines;
}

std::vector<uint32_t> PredictedTokens(const Corpus& documents,
                                      uint32_t block_size) {
  std::vector<uint32_t> tokens(documents.size());
  for (size_t i = 0; i < documents.size(); ++i) {
    tokens[i] = static_cast<uint32_t>(
        std::min<size_t>(Length(documents[i]) + 1, block_size));
  }
  return tokens;
}

uint32_t VocabSize(const Corpus& documents) {
  return static_cast<uint32_t>(documents.alphabet().size() + 1);
}

}  // namespace microgpt::benchmark
