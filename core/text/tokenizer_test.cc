// SPDX-License-Identifier: MIT
#include "core/text/tokenizer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "core/random/python_random.h"
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

Tokenizer OfClusters(std::vector<std::string> alphabet) {
  return Tokenizer(TokenizerKind::kGrapheme, std::move(alphabet));
}

std::vector<std::string> AlphabetOf(TokenizerKind kind, std::string_view text) {
  const auto tokenizer =
      Tokenizer::ForCorpus(kind, *Corpus::FromText(text)).value();
  return {tokenizer.alphabet().begin(), tokenizer.alphabet().end()};
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

TEST(TokenizerTest, TheAlphabetOfACorpusIsOfTheKindAskedForAndSorted) {
  const std::string_view text = "be\u0301e\n🇯🇵é\n👩‍👧be\n";
  using Strings = std::vector<std::string>;
  EXPECT_EQ(AlphabetOf(TokenizerKind::kCodePoint, text),
            (Strings{"b", "e", "é", "\u0301", "\u200D", "🇯", "🇵", "👧", "👩"}));
  EXPECT_EQ(AlphabetOf(TokenizerKind::kGrapheme, text),
            (Strings{"b", "e", "e\u0301", "é", "🇯🇵", "👩‍👧"}));
}

TEST(TokenizerTest, AClusterIsOneToken) {
  const Tokenizer tokenizer = OfClusters({"a", "e", "e\u0301", "कि", "क्", "🇩🇪",
                                          "👩‍👧", "👩‍👧‍👦"});
  EXPECT_EQ(tokenizer.kind(), TokenizerKind::kGrapheme);
  EXPECT_EQ(tokenizer.vocab_size(), 9u);
  const std::string_view text =
      "👩‍👧‍👦e\u0301🇩🇪aकिe👩‍👧क्";
  const std::vector<Token> tokens = {7, 2, 5, 0, 3, 1, 6, 4};
  EXPECT_EQ(*tokenizer.Encode(text), tokens);
  EXPECT_EQ(tokenizer.Decode(tokens), text);
}

TEST(TokenizerTest, AnUnknownClusterIsNamedWithItsCodePointsAndPosition) {
  const Tokenizer tokenizer =
      OfClusters({"a", "e", "n\u0303", "👩‍👧‍👦"});
  const auto unknown = [](std::string_view named) {
    return std::string(named) + " is none of the model's characters";
  };
  EXPECT_EQ(ErrorOf(tokenizer, "n\u0303ae\u0301a"),
            unknown("'e\u0301' (U+0065 U+0301) at position 3"));
  EXPECT_EQ(ErrorOf(tokenizer, "👩‍👧‍👦👩‍👧"),
            unknown("'👩‍👧' (U+1F469 U+200D U+1F467) at position 2"));
  // Neither a part of a character nor what it begins with is in the alphabet.
  EXPECT_EQ(ErrorOf(tokenizer, "n"), unknown("'n' (U+006E) at position 1"));
  EXPECT_EQ(ErrorOf(tokenizer, "👩"), unknown("'👩' (U+1F469) at position 1"));
  EXPECT_EQ(ErrorOf(tokenizer, "a\r\n"),
            unknown("U+000D U+000A at position 2"));
  EXPECT_EQ(ErrorOf(tokenizer, "ae\xCC"), "not UTF-8 at position 3");
}

TEST(TokenizerTest, OfAClusterWithoutEndTheBeginningIsNamed) {
  std::string text = "e";
  for (int i = 0; i < 1000; ++i) text += "\u0301";
  std::string begun = "e", codes = "U+0065";
  for (int i = 1; i < 12; ++i) {
    begun += "\u0301";
    codes += " U+0301";
  }
  EXPECT_EQ(ErrorOf(OfClusters({"e"}), text),
            "'" + begun + "…' (" + codes +
                "…) at position 1 is none of the model's characters");
}

TEST(TokenizerTest, EveryClusterOfManyWithTheSameBeginningIsFound) {
  std::string text;
  for (char32_t vowel = 0x1161; vowel <= 0x1175; ++vowel) {
    for (char32_t last = 0x11A8; last <= 0x11C2; ++last) {
      for (const char32_t jamo : {char32_t{0x1100}, vowel, last}) {
        AppendUtf8(jamo, text);
      }
    }
  }
  const Corpus corpus = *Corpus::FromText(text);
  const Tokenizer tokenizer =
      Tokenizer::ForCorpus(TokenizerKind::kGrapheme, corpus).value();
  std::vector<Token> tokens(21 * 27);
  std::iota(tokens.begin(), tokens.end(), 0);
  EXPECT_EQ(*tokenizer.Encode(text), tokens);
}

TEST(TokenizerTest, ADocumentMayBeginWithAMark) {
  const Corpus corpus = *Corpus::FromText("\u0301e\n");
  const Tokenizer tokenizer =
      Tokenizer::ForCorpus(TokenizerKind::kGrapheme, corpus).value();
  EXPECT_EQ(*tokenizer.Encode("\u0301e"), (std::vector<Token>{1, 0}));
  // A model may well put it after the letter, where it is a part of it.
  EXPECT_EQ(tokenizer.Decode(std::vector<Token>{0, 1}), "e\u0301");
  EXPECT_FALSE(tokenizer.Encode("e\u0301").ok());
}

TEST(TokenizerTest, ClustersOfOneCodePointAreTheSameTokensAsCodePoints) {
  const std::string_view text = "maéva 山田😀";
  const Corpus corpus = *Corpus::FromText(text);
  const auto code_points =
      Tokenizer::ForCorpus(TokenizerKind::kCodePoint, corpus).value();
  const auto clusters =
      Tokenizer::ForCorpus(TokenizerKind::kGrapheme, corpus).value();
  EXPECT_TRUE(std::ranges::equal(clusters.alphabet(), code_points.alphabet()));
  EXPECT_EQ(*clusters.Encode(text), *code_points.Encode(text));
}

TEST(TokenizerTest, CharactersOfACorpusAreOfTheKindAskedFor) {
  const Corpus corpus = *Corpus::FromText("be\u0301\n🇯🇵\n");
  EXPECT_EQ(CountCharacters(TokenizerKind::kCodePoint, corpus), 5u);
  EXPECT_EQ(CountCharacters(TokenizerKind::kGrapheme, corpus), 3u);
}

TEST(TokenizerTest, LongClustersCountAsMemory) {
  const size_t brief = OfClusters({"a", "👩‍👧"}).memory_bytes();
  EXPECT_EQ(brief, sizeof(Tokenizer) + 2 * Tokenizer::kBytesPerCharacter);
  const std::string family = "👩‍👩‍👧‍👦";  // 25 bytes
  EXPECT_GE(OfClusters({"a", family}).memory_bytes(), brief + family.size());
}

TEST(TokenizerTest, ACorpusIsEncodedDocumentByDocument) {
  const Corpus corpus = *Corpus::FromText("ba\né\ne\u0301b\n");
  const auto tokens = [&corpus](TokenizerKind kind) {
    const Tokenizer tokenizer = Tokenizer::ForCorpus(kind, corpus).value();
    const TokenizedCorpus tokenized = tokenizer.Encode(corpus);
    std::vector<std::vector<Token>> documents;
    for (size_t i = 0; i < tokenized.size(); ++i) {
      documents.emplace_back(tokenized[i].begin(), tokenized[i].end());
    }
    return documents;
  };
  using Documents = std::vector<std::vector<Token>>;
  EXPECT_EQ(tokens(TokenizerKind::kCodePoint),
            (Documents{{1, 0}, {3}, {2, 4, 1}}));
  EXPECT_EQ(tokens(TokenizerKind::kGrapheme), (Documents{{1, 0}, {3}, {2, 1}}));
}

// Of one to nine code points from all over Unicode, some joined to clusters.
std::string RandomDocuments(PythonRandom& random, int documents) {
  const std::u32string often = U"abe\u0301é山あカ\u3099👩\u200D👧🇯🇵 ";
  std::string text;
  for (int i = 0; i < documents; ++i) {
    for (uint32_t n = 1 + random.RandBelow(9); n > 0; --n) {
      char32_t c = 0x20 + random.RandBelow(0x20000);
      if (c >= 0xD800 && c < 0xE000) c = U'z';  // no surrogates
      const auto size = static_cast<uint32_t>(often.size());
      if (random.RandBelow(10) > 0) c = often[random.RandBelow(size)];
      AppendUtf8(c, text);
    }
    text += '\n';
  }
  return text;
}

TEST(TokenizerTest, ACorpusIsEncodedAsItsDocumentsAre) {
  PythonRandom random(1);
  for (const int documents : {1, 2, 500}) {
    const Corpus corpus =
        *Corpus::FromText(RandomDocuments(random, documents) + "z");
    for (const auto kind :
         {TokenizerKind::kCodePoint, TokenizerKind::kGrapheme}) {
      const Tokenizer tokenizer = Tokenizer::ForCorpus(kind, corpus).value();
      const TokenizedCorpus tokenized = tokenizer.Encode(corpus);
      ASSERT_EQ(tokenized.size(), corpus.size());
      for (size_t i = 0; i < corpus.size(); ++i) {
        ASSERT_TRUE(
            std::ranges::equal(tokenized[i], *tokenizer.Encode(corpus[i])))
            << corpus[i];
      }
    }
  }
}

TEST(TokenizerTest, ACorpusMayHaveFewerCharactersThanItsTokenizer) {
  const Corpus corpus = *Corpus::FromText("山b\nb\n");
  for (const auto kind :
       {TokenizerKind::kCodePoint, TokenizerKind::kGrapheme}) {
    const Tokenizer tokenizer(kind, {"\n", "a", "b", "é", "山", "😀"});
    const TokenizedCorpus tokenized = tokenizer.Encode(corpus);
    ASSERT_EQ(tokenized.size(), 2u);
    EXPECT_TRUE(std::ranges::equal(tokenized[0], std::vector<Token>{4, 2}));
    EXPECT_TRUE(std::ranges::equal(tokenized[1], std::vector<Token>{2}));
  }
}

std::string CorpusError(TokenizerKind kind, std::string_view text) {
  const absl::Status status =
      Tokenizer::ForCorpus(kind, *Corpus::FromText(text)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  return std::string(status.message());
}

// A letter and as many marks: 1 + 2 * marks bytes.
std::string Marked(std::string letter, size_t marks) {
  for (size_t i = 0; i < marks; ++i) letter += "\u0301";
  return letter;
}

TEST(TokenizerTest, ACharacterHasALimitThatNamesTheDocument) {
  const std::string longest = Marked("é", 127);  // 256 bytes
  const std::string longer = Marked("a", 128);   // 257
  EXPECT_EQ(AlphabetOf(TokenizerKind::kGrapheme, "b\nc" + longest + "\n"),
            (std::vector<std::string>{"b", "c", longest}));
  EXPECT_EQ(
      CorpusError(TokenizerKind::kGrapheme, "b\n" + longest + "\nc" + longer),
      "document 3: a character of 257 bytes is above the maximum 256");
  EXPECT_EQ(AlphabetOf(TokenizerKind::kCodePoint, longer),
            (std::vector<std::string>{"a", "\u0301"}));
}

TEST(TokenizerTest, AnAlphabetHasALimitOfCharacters) {
  std::string text;
  size_t characters = 0;
  for (char32_t c = 0x10FFFF; characters < (1 << 20); --c) {
    if (c >= 0xD800 && c < 0xE000) continue;  // surrogates
    AppendUtf8(c, text);
    ++characters;
  }
  const absl::StatusOr<Tokenizer> largest =
      Tokenizer::ForCorpus(TokenizerKind::kCodePoint, *Corpus::FromText(text));
  ASSERT_TRUE(largest.ok()) << largest.status();
  EXPECT_EQ(largest->vocab_size(), (1u << 20) + 1);
  EXPECT_EQ(CorpusError(TokenizerKind::kCodePoint, text + "a"),
            "1048577 different characters are above the maximum 1048576");
}

TEST(TokenizerTest, AnAlphabetHasALimitOfBytes) {
  std::vector<std::string> alphabet(16'384, std::string(256, 'x'));
  EXPECT_TRUE(CheckAlphabetSize(alphabet).ok());
  alphabet.emplace_back("y");
  EXPECT_EQ(CheckAlphabetSize(alphabet).message(),
            "different characters of 4194305 bytes in all are above the "
            "maximum 4194304");
}

TEST(TokenizerDeathTest, AnAlphabetOutOfOrderIsOurOwnBug) {
  EXPECT_DEATH(For(U"ba"), "greater_equal");
  EXPECT_DEATH(For(U"aa"), "greater_equal");
  EXPECT_DEATH(OfClusters({"é", "e\u0301"}), "greater_equal");
}

TEST(TokenizerDeathTest, ACorpusWithAnotherAlphabetIsOurOwnBug) {
  const Corpus corpus = *Corpus::FromText("ab\n");
  EXPECT_DEATH(For(U"a").Encode(corpus), "none");
  EXPECT_DEATH(For(U"a").Encode(*Corpus::FromText("a😀\n")), "none");
  EXPECT_DEATH(OfClusters({"a"}).Encode(corpus), "none");
}

TEST(TokenizerDeathTest, AClusterAmongCodePointsIsOurOwnBug) {
  EXPECT_DEATH(Tokenizer(TokenizerKind::kCodePoint, {"a", "e\u0301"}),
               "IsOneCharacter");
  EXPECT_DEATH(OfClusters({"ab"}), "IsOneCharacter");
}

}  // namespace
}  // namespace microgpt
