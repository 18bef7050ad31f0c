// SPDX-License-Identifier: MIT
#include "core/text/tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <functional>
#include <optional>

#include "absl/container/flat_hash_set.h"
#include "core/errors/errors.h"
#include "core/text/code_point_set.h"
#include "core/text/utf8.h"

namespace microgpt {
namespace {

// A cluster may have any number of accents; a message has room for so many
// code points. The longest of the emoji that Unicode recommends has ten.
constexpr int kMostCodePointsNamed = 12;

// "'é' (U+0065 U+0301)", or the code points alone where there is nothing to be
// seen.
std::string Describe(const Character& character) {
  std::string codes;
  std::string_view rest = character.text;
  for (int i = 0; i < kMostCodePointsNamed && !rest.empty(); ++i) {
    codes += fmt::format("{}U+{:04X}", i == 0 ? "" : " ",
                         static_cast<uint32_t>(*TakeCodePoint(rest)));
  }
  if (!CanBeSeen(character.first)) return codes;
  std::string_view named = character.text;
  named.remove_suffix(rest.size());
  const std::string_view more = rest.empty() ? "" : "…";
  return fmt::format("'{}{}' ({}{})", named, more, codes, more);
}

absl::Status NotUtf8(size_t position) {
  return absl::InvalidArgumentError(
      fmt::format("not UTF-8 at position {}", position));
}

absl::Status UnknownCharacter(const Character& character, size_t position) {
  return absl::InvalidArgumentError(
      fmt::format("{} at position {} is none of the model's characters",
                  Describe(character), position));
}

bool IsOneCodePoint(const Character& character) {
  return character.text.size() == Utf8Size(character.first);
}

// Tokens by code point, in pages of which there are as many as needed: what a
// search takes too long for, once a corpus is to be encoded.
class CodePointTable {
 public:
  // none: the token of all code points that are not inserted.
  explicit CodePointTable(Token none) : none_(none), tokens_(kPage, none) {}

  Token none() const { return none_; }

  void Insert(char32_t code_point, Token token) {
    const size_t index = code_point / kPage;
    if (index >= pages_.size()) pages_.resize(index + 1);
    uint32_t& page = pages_[index];
    if (page == 0) {
      page = static_cast<uint32_t>(tokens_.size());
      tokens_.resize(tokens_.size() + kPage, none_);
    }
    tokens_[page + code_point % kPage] = token;
  }

  Token Find(char32_t code_point) const {
    const size_t index = code_point / kPage;
    if (index >= pages_.size()) return none_;
    return tokens_[pages_[index] + code_point % kPage];
  }

 private:
  static constexpr size_t kPage = 256;

  Token none_;
  std::vector<uint32_t> pages_;  // where in tokens_; 0: a page of none_
  std::vector<Token> tokens_;
};

std::vector<std::string> ToUtf8(std::span<const char32_t> code_points) {
  std::vector<std::string> characters(code_points.size());
  for (size_t i = 0; i < code_points.size(); ++i) {
    AppendUtf8(code_points[i], characters[i]);
  }
  return characters;
}

// All documents in one loop without a branch at their ends, which a processor
// could not foresee.
TokenizedCorpus EncodeCodePoints(const Corpus& corpus,
                                 const CodePointTable& table) {
  assert(std::ranges::all_of(corpus.alphabet(), [&table](char32_t c) {
    return table.Find(c) != table.none();
  }));
  std::array<Token, 128> ascii;
  for (char32_t c = 0; c < ascii.size(); ++c) ascii[c] = table.Find(c);
  std::vector<Token> tokens(corpus.characters());
  std::vector<size_t> ends(corpus.size());
  size_t n = 0, document = 0;
  const std::string_view text = corpus.text().substr(0, corpus.bytes() - 1);
  for (size_t i = 0; i < text.size();) {
    const auto byte = static_cast<uint8_t>(text[i]);
    // Of these two, one is written over when the next character comes.
    ends[document] = n;
    if (byte < ascii.size()) {
      tokens[n] = ascii[byte];
      ++i;
    } else {
      std::string_view rest = text.substr(i);
      tokens[n] = table.Find(*TakeCodePoint(rest));
      i = text.size() - rest.size();
    }
    const bool is_end = byte == '\n';
    n += !is_end;
    document += is_end;
  }
  ends[document] = n;  // the line feed of the last document is left out
  return TokenizedCorpus(std::move(tokens), std::move(ends));
}

template <typename Find>
TokenizedCorpus EncodeClusters(const Corpus& corpus, Token none,
                               const Find& find) {
  std::vector<Token> tokens;
  std::vector<size_t> ends;
  tokens.reserve(corpus.characters());
  ends.reserve(corpus.size());
  for (size_t i = 0; i < corpus.size(); ++i) {
    for (std::string_view rest = corpus[i]; !rest.empty();) {
      tokens.push_back(find(*TakeCharacter(TokenizerKind::kGrapheme, rest)));
      assert(tokens.back() != none);
    }
    ends.push_back(tokens.size());
  }
  tokens.shrink_to_fit();  // there may be fewer clusters than code points
  return TokenizedCorpus(std::move(tokens), std::move(ends));
}

absl::StatusOr<std::vector<std::string>> ClustersOf(const Corpus& corpus) {
  CodePointSet of_one;  // the clusters of one code point: most of them
  absl::flat_hash_set<std::string_view> of_more;
  for (size_t i = 0; i < corpus.size(); ++i) {
    for (std::string_view rest = corpus[i]; !rest.empty();) {
      const Character cluster = *TakeCharacter(TokenizerKind::kGrapheme, rest);
      if (IsOneCodePoint(cluster)) {
        of_one.Insert(cluster.first);
        continue;
      }
      if (absl::Status status = CheckCharacterSize(cluster.text);
          !status.ok()) {
        return absl::InvalidArgumentError(fmt::format(
            "document {}: {}", i + 1, std::string(status.message())));
      }
      of_more.insert(cluster.text);
    }
  }
  std::vector<std::string> clusters = ToUtf8(of_one.Ascending());
  clusters.insert(clusters.end(), of_more.begin(), of_more.end());
  std::ranges::sort(clusters);
  return clusters;
}

char32_t FirstCodePoint(std::string_view text) {
  const std::optional<char32_t> first = TakeCodePoint(text);
  assert(first.has_value());
  return *first;
}

}  // namespace

absl::Status CheckCharacterSize(std::string_view character) {
  if (character.size() <= kMaxCharacterBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("a character of {} bytes is above the maximum {}",
                  character.size(), kMaxCharacterBytes));
}

absl::Status CheckAlphabetSize(std::span<const std::string> alphabet) {
  if (alphabet.size() > kMaxAlphabet) {
    return absl::InvalidArgumentError(
        fmt::format("{} different characters are above the maximum {}",
                    alphabet.size(), kMaxAlphabet));
  }
  size_t bytes = 0;
  for (const std::string& character : alphabet) bytes += character.size();
  if (bytes <= kMaxAlphabetBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("different characters of {} bytes in all are above the "
                  "maximum {}",
                  bytes, kMaxAlphabetBytes));
}

absl::StatusOr<Tokenizer> Tokenizer::ForCorpus(TokenizerKind kind,
                                               const Corpus& corpus) {
  absl::StatusOr<std::vector<std::string>> alphabet =
      kind == TokenizerKind::kGrapheme ? ClustersOf(corpus)
                                       : ToUtf8(corpus.alphabet());
  if (!alphabet.ok()) return alphabet.status();
  MICROGPT_RETURN_IF_ERROR(CheckAlphabetSize(*alphabet));
  return Tokenizer(kind, *std::move(alphabet));
}

Tokenizer::Tokenizer(TokenizerKind kind, std::vector<std::string> alphabet)
    : kind_(kind), alphabet_(std::move(alphabet)) {
  assert(!alphabet_.empty());
  // Ascending and distinct: no character is followed by one that is not above.
  assert(std::adjacent_find(alphabet_.begin(), alphabet_.end(),
                            std::greater_equal<>()) == alphabet_.end());
  assert(std::ranges::all_of(alphabet_, [kind](std::string_view character) {
    return IsOneCharacter(kind, character);
  }));
  ascii_.fill(bos());
  firsts_.reserve(alphabet_.size());
  for (Token id = 0; id < bos(); ++id) {
    firsts_.push_back(FirstCodePoint(alphabet_[id]));
    if (alphabet_[id].size() == 1) ascii_[firsts_[id]] = id;
  }
}

Token Tokenizer::Find(const Character& character) const {
  if (character.text.size() == 1) return ascii_[character.first];
  // Code points are compared faster than strings, of which few are left then.
  const auto [low, high] =
      std::equal_range(firsts_.begin(), firsts_.end(), character.first);
  const auto begin = alphabet_.begin() + (low - firsts_.begin());
  const auto end = alphabet_.begin() + (high - firsts_.begin());
  const auto found = std::lower_bound(begin, end, character.text);
  if (found == end || *found != character.text) return bos();
  return static_cast<Token>(found - alphabet_.begin());
}

absl::StatusOr<std::vector<Token>> Tokenizer::Encode(
    std::string_view text) const {
  std::vector<Token> tokens;
  while (!text.empty()) {
    const std::optional<Character> character = TakeCharacter(kind_, text);
    const size_t position = tokens.size() + 1;
    if (!character.has_value()) return NotUtf8(position);
    tokens.push_back(Find(*character));
    if (tokens.back() == bos()) return UnknownCharacter(*character, position);
  }
  return tokens;
}

TokenizedCorpus Tokenizer::Encode(const Corpus& corpus) const {
  CodePointTable table(bos());
  for (Token id = 0; id < bos(); ++id) {
    const bool one = IsOneCodePoint({alphabet_[id], firsts_[id]});
    if (one) table.Insert(firsts_[id], id);
  }
  if (kind_ == TokenizerKind::kCodePoint)
    return EncodeCodePoints(corpus, table);
  return EncodeClusters(corpus, bos(), [&](const Character& cluster) {
    return IsOneCodePoint(cluster) ? table.Find(cluster.first) : Find(cluster);
  });
}

std::string Tokenizer::Decode(std::span<const Token> tokens) const {
  std::string text;
  for (const Token token : tokens) {
    assert(token < bos());
    text += alphabet_[token];
  }
  return text;
}

size_t Tokenizer::memory_bytes() const {
  const size_t in_place = std::string().capacity();
  size_t bytes = sizeof(*this) + alphabet_.size() * kBytesPerCharacter;
  for (const std::string& character : alphabet_) {
    if (character.capacity() > in_place) bytes += character.capacity() + 1;
  }
  return bytes;
}

uint64_t CountCharacters(TokenizerKind kind, const Corpus& corpus) {
  if (kind == TokenizerKind::kCodePoint) return corpus.characters();
  uint64_t count = 0;
  for (size_t i = 0; i < corpus.size(); ++i) {
    count += CountCharacters(kind, corpus[i]);
  }
  return count;
}

}  // namespace microgpt
