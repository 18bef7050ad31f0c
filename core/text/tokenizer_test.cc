// SPDX-License-Identifier: MIT
#include "core/text/tokenizer.h"

#include <gtest/gtest.h>

#include <numeric>

#include "core/text/utf8.h"

namespace microgpt {
namespace {

using std::string_view_literals::operator""sv;

// Of code points.
Tokenizer For(std::u32string_view alphabet) {
  std::vector<std::string> characters;
  for (const char32_t code_point : alphabet) {
    AppendUtf8(code_point, characters.emplace_back());
  }
  return Tokenizer(TokenizerKind::kCodePoint, std::move(characters));
}

std::string ErrorOf(const Tokenizer& tokenizer, std::string_view text) {
  const absl::Status status = tokenizer.Encode(text).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  return std::string(status.message());
}

TEST(TokenizerTest, CharactersAreNumberedInOrderAndBosComesLast) {
  const Tokenizer tokenizer = For(U"abé山😀");
  EXPECT_EQ(tokenizer.bos(), 5u);
  EXPECT_EQ(tokenizer.vocab_size(), 6u);
  EXPECT_EQ(*tokenizer.Encode("😀b山aé"), (std::vector<Token>{4, 1, 3, 0, 2}));
  EXPECT_EQ(tokenizer.Encode("")->size(), 0u);
}

TEST(TokenizerTest, DecodeIsTheInverseOfEncode) {
  const Tokenizer tokenizer = For(U"abé山😀");
  for (const std::string_view text : {""sv, "a"sv, "😀b山aé"sv, "山山山"sv}) {
    EXPECT_EQ(tokenizer.Decode(*tokenizer.Encode(text)), text);
  }
}

TEST(TokenizerTest, AnUnknownCharacterIsNamedWithCodePointAndPosition) {
  const Tokenizer tokenizer = For(U"abé");
  EXPECT_EQ(ErrorOf(tokenizer, "aéz"),
            "'z' (U+007A) at position 3 is none of the model's characters");
  EXPECT_EQ(ErrorOf(tokenizer, "ab😀"),
            "'😀' (U+1F600) at position 3 is none of the model's characters");
  EXPECT_EQ(ErrorOf(tokenizer, " "),
            "' ' (U+0020) at position 1 is none of the model's characters");
}

TEST(TokenizerTest, CharactersThatCannotBeSeenAreNamedByCodePointAlone) {
  const Tokenizer tokenizer = For(U"abé");
  EXPECT_EQ(ErrorOf(tokenizer, "a\nb"),
            "U+000A at position 2 is none of the model's characters");
  EXPECT_EQ(ErrorOf(tokenizer, "\0"sv),
            "U+0000 at position 1 is none of the model's characters");
  EXPECT_EQ(ErrorOf(tokenizer, "\u3000"),
            "U+3000 at position 1 is none of the model's characters");
}

TEST(TokenizerTest, TextThatIsNotUtf8IsRefusedByPosition) {
  EXPECT_EQ(ErrorOf(For(U"abé"), "éa\xFF"), "not UTF-8 at position 3");
}

TEST(TokenizerTest, EveryCharacterOfALargeVocabularyIsFound) {
  std::u32string alphabet(2345, U'一');
  std::iota(alphabet.begin(), alphabet.end(), U'一');
  const Tokenizer tokenizer = For(alphabet);
  std::vector<Token> tokens(alphabet.size());
  std::iota(tokens.begin(), tokens.end(), 0);
  const std::string text = tokenizer.Decode(tokens);
  EXPECT_EQ(text.size(), 3 * 2345u);
  EXPECT_EQ(*tokenizer.Encode(text), tokens);
  EXPECT_EQ(tokenizer.bos(), 2345u);
}

TEST(TokenizerTest, ACorpusIsEncodedDocumentByDocument) {
  const absl::StatusOr<Corpus> corpus = Corpus::FromText("ba\né\nab\n");
  ASSERT_TRUE(corpus.ok());
  const Tokenizer tokenizer =
      Tokenizer::ForCorpus(TokenizerKind::kCodePoint, *corpus);
  const TokenizedCorpus tokenized = tokenizer.Encode(*corpus);
  ASSERT_EQ(tokenized.size(), 3u);
  const auto tokens = [&tokenized](size_t i) {
    return std::vector<Token>(tokenized[i].begin(), tokenized[i].end());
  };
  EXPECT_EQ(tokens(0), (std::vector<Token>{1, 0}));
  EXPECT_EQ(tokens(1), (std::vector<Token>{2}));
  EXPECT_EQ(tokens(2), (std::vector<Token>{0, 1}));
}

TEST(TokenizerDeathTest, AnAlphabetOutOfOrderIsOurOwnBug) {
  EXPECT_DEATH(For(U"ba"), "greater_equal");
  EXPECT_DEATH(For(U"aa"), "greater_equal");
}

}  // namespace
}  // namespace microgpt
