// SPDX-License-Identifier: MIT
#include "core/inspection/continuations.h"

#include <gtest/gtest.h>

#include <string>

namespace microgpt {
namespace {

class ContinuationsTest : public testing::Test {
 protected:
  explicit ContinuationsTest(TokenizerKind kind = TokenizerKind::kCodePoint)
      : tokenizer_(*Tokenizer::ForCorpus(kind, corpus_)) {}

  std::vector<Token> Tokens(const std::string& text) const {
    return *tokenizer_.Encode(text);
  }
  Token One(const std::string& character) const {
    return Tokens(character).at(0);
  }
  Continuations After(const std::string& prefix) const {
    return *Continuations::Count(tokenizer_, corpus_, Tokens(prefix), true, {});
  }

  const Corpus corpus_ = *Corpus::FromText(
      "an\nanna\nanna\nann\nbea\nábe\nanne\na\nanbe\ncafe\u0301\ncafe\n");
  const Tokenizer tokenizer_;
};

TEST_F(ContinuationsTest, CountsDocumentsByTheirNextToken) {
  const Continuations counts = After("an");
  EXPECT_EQ(counts.documents(), 6u);
  EXPECT_EQ(counts.Next(One("n")), 4u);
  EXPECT_EQ(counts.Next(One("b")), 1u);
  EXPECT_EQ(counts.Next(tokenizer_.bos()), 1u) << "the document \"an\"";
  EXPECT_EQ(counts.Next(One("e")), 0u);
}

TEST_F(ContinuationsTest, AndByTheOneBehind) {
  const Continuations counts = After("an");
  EXPECT_EQ(counts.NextAfter(One("n"), One("a")), 2u);
  EXPECT_EQ(counts.NextAfter(One("n"), One("e")), 1u);
  EXPECT_EQ(counts.NextAfter(One("n"), tokenizer_.bos()), 1u);
  EXPECT_EQ(counts.NextAfter(One("b"), One("e")), 1u);
  EXPECT_EQ(counts.NextAfter(One("b"), One("a")), 0u);
}

TEST_F(ContinuationsTest, EveryDocumentBeginsWithNothing) {
  const Continuations counts = After("");
  EXPECT_EQ(counts.documents(), corpus_.size());
  EXPECT_EQ(counts.Next(One("a")), 7u);
  EXPECT_EQ(counts.Next(tokenizer_.bos()), 0u);
}

TEST_F(ContinuationsTest, WhatNoDocumentBeginsWithHasNone) {
  const Continuations counts = After("annab");
  EXPECT_EQ(counts.documents(), 0u);
  EXPECT_EQ(counts.Next(tokenizer_.bos()), 0u);
}

class GraphemeContinuationsTest : public ContinuationsTest {
 protected:
  GraphemeContinuationsTest() : ContinuationsTest(TokenizerKind::kGrapheme) {}
};

TEST_F(GraphemeContinuationsTest, AnAccentMakesAnotherCharacterOfALetter) {
  EXPECT_EQ(After("cafe").documents(), 1u);
  EXPECT_EQ(After("cafe\u0301").documents(), 1u);
  EXPECT_EQ(After("caf").documents(), 2u);
}

TEST_F(ContinuationsTest, ATextOfOtherCharactersIsNotCounted) {
  const Tokenizer fewer(TokenizerKind::kCodePoint, {"a", "n"});
  EXPECT_FALSE(Continuations::Count(fewer, corpus_, {}, false, {}).has_value());
}

TEST_F(ContinuationsTest, AStoppedCountHasNoAnswer) {
  std::stop_source source;
  source.request_stop();
  EXPECT_FALSE(
      Continuations::Count(tokenizer_, corpus_, {}, true, source.get_token())
          .has_value());
}

}  // namespace
}  // namespace microgpt
