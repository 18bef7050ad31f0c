// SPDX-License-Identifier: MIT
#include "core/text/corpus.h"

#include <gtest/gtest.h>

#include "core/errors/errors.h"
#include "core/text/utf8.h"

namespace microgpt {
namespace {

using std::string_view_literals::operator""sv;
using Strings = std::vector<std::string>;

Corpus FromText(std::string_view text) {
  absl::StatusOr<Corpus> corpus = Corpus::FromText(text);
  EXPECT_TRUE(corpus.ok()) << corpus.status();
  return *std::move(corpus);
}

Strings Documents(const Corpus& corpus) {
  Strings documents;
  for (size_t i = 0; i < corpus.size(); ++i) documents.emplace_back(corpus[i]);
  return documents;
}

absl::Status ErrorOf(std::string_view text) {
  return Corpus::FromText(text).status();
}

absl::StatusOr<Corpus> FromDocuments(std::vector<std::string_view> documents) {
  return Corpus::FromDocuments(documents);
}

TEST(CorpusTest, ADocumentIsALineHoweverItEnds) {
  const Strings expected = {"emma", "olivia", "ava"};
  EXPECT_EQ(Documents(FromText("emma\nolivia\nava\n")), expected);
  EXPECT_EQ(Documents(FromText("emma\r\nolivia\r\nava\r\n")), expected);
  EXPECT_EQ(Documents(FromText("emma\rolivia\rava\r")), expected);
  EXPECT_EQ(Documents(FromText("emma\rolivia\r\nava\n")), expected);
  EXPECT_EQ(Documents(FromText("emma\nolivia\nava")), expected);
}

TEST(CorpusTest, OrderAndDuplicatesAreKept) {
  const Corpus corpus = FromText("b\na\nb\nb\nc\n");
  EXPECT_EQ(Documents(corpus), (Strings{"b", "a", "b", "b", "c"}));
  EXPECT_EQ(corpus.duplicates(), 2u);
}

TEST(CorpusTest, EmptyAndWhiteSpaceLinesAreDropped) {
  EXPECT_EQ(Documents(FromText("\n\n  \nemma\n\t\r\n\u3000\nava\n\n")),
            (Strings{"emma", "ava"}));
}

TEST(CorpusTest, BothEndsAreStrippedOfAnyWhiteSpaceAndNoneInside) {
  EXPECT_EQ(Documents(FromText("\u3000 a b\u00A0c \u2009\x1f\n\u0085é\u0085")),
            (Strings{"a b\u00A0c", "é"}));
}

// U+0085, U+2028, form feed and file separator end lines for Python's
// splitlines(), but not for its files, nor here.
TEST(CorpusTest, OtherSeparatorsDoNotEndALine) {
  EXPECT_EQ(Documents(FromText("a\u2028b\u0085c\fd\x1c"
                               "e\n")),
            (Strings{"a\u2028b\u0085c\fd\x1c"
                     "e"}));
}

TEST(CorpusTest, ByteOrderMarksAreDroppedBeforeTheFirstDocumentOnly) {
  EXPECT_EQ(Documents(FromText("\uFEFFemma\n\uFEFFava\n")),
            (Strings{"emma", "\uFEFFava"}));
  EXPECT_EQ(Documents(*FromDocuments({"\uFEFFemma", "\uFEFFava"})),
            (Strings{"emma", "\uFEFFava"}));
  EXPECT_EQ(Documents(FromText("em\uFEFFma")), (Strings{"em\uFEFFma"}));
}

TEST(CorpusTest, NeitherWhiteSpaceNorAnotherOneKeepsAByteOrderMark) {
  for (const std::string_view text :
       {"\uFEFF\uFEFFemma", " \uFEFF emma", "\uFEFF\n\n\uFEFFemma"}) {
    EXPECT_EQ(Documents(FromText(text)), (Strings{"emma"})) << text;
  }
  EXPECT_EQ(Documents(*FromDocuments({"\uFEFF", "\uFEFF\nemma"})),
            (Strings{"emma"}));
}

TEST(CorpusTest, NulAndControlCharactersAreCharactersLikeOthers) {
  const Corpus corpus = FromText("a\0b\n\x01\n"sv);
  EXPECT_EQ(corpus[0], "a\0b"sv);
  EXPECT_EQ(corpus[1], "\x01");
  EXPECT_EQ(corpus.characters(), 4u);
}

TEST(CorpusTest, NothingIsNormalised) {
  const Corpus corpus = FromText("\u00E9\ne\u0301\n");
  EXPECT_EQ(corpus.duplicates(), 0u);
  EXPECT_EQ(corpus.characters(), 3u);
}

TEST(CorpusTest, CharactersAreCodePointsOfTheDocumentsAlone) {
  const Corpus corpus = FromText("  山田 太郎\r\né😀\n");
  EXPECT_EQ(corpus.characters(), 7u);
  EXPECT_EQ(std::u32string(corpus.alphabet().begin(), corpus.alphabet().end()),
            U" é太山田郎😀");
}

TEST(CorpusTest, StrippedWhiteSpaceIsNotInTheAlphabet) {
  const Corpus corpus = FromText(" \tba\u3000\n");
  EXPECT_EQ(std::u32string(corpus.alphabet().begin(), corpus.alphabet().end()),
            U"ab");
}

// printf 'emma\nolivia\nava\n' | sha256sum
TEST(CorpusTest, IdIsTheSha256OfTheDocumentsWithALineFeedEach) {
  const std::string id =
      "sha256:"
      "89e11e9e973f88599a3771682b8c66f346e1fca5328ac8ec2163454c09c2a9de";
  EXPECT_EQ(FromText("emma\nolivia\nava\n").id(), id);
  EXPECT_EQ(FromText("\uFEFF emma\r\n\r\nolivia \rava").id(), id);
  EXPECT_EQ(FromDocuments({"emma", " olivia", "", "ava"})->id(), id);
  EXPECT_NE(FromText("olivia\nemma\nava\n").id(), id);
  EXPECT_NE(FromText("emmaolivia\nava\n").id(), id);
}

TEST(CorpusTest, ItsTextHasALineFeedAfterEachDocument) {
  const Corpus corpus = FromText("\uFEFF emma\r\n\r\nmaéva \rava");
  EXPECT_EQ(corpus.text(), "emma\nmaéva\nava\n");
  EXPECT_EQ(corpus.bytes(), 16u);
  EXPECT_EQ(FromText(corpus.text()).id(), corpus.id());
}

TEST(CorpusTest, TheLongestDocumentIsTheOneWithMostCodePoints) {
  EXPECT_EQ(FromText("abcd\nééé\n").longest(), 4u);
  EXPECT_EQ(FromText("abc\n  山山山山  \n").longest(), 4u);
}

TEST(CorpusTest, TextThatIsNotUtf8IsRefusedWithLineAndByte) {
  EXPECT_EQ(ErrorOf("emma\nol\xC0\xAFivia\n").message(),
            "text: not UTF-8 at line 2, byte 3 (0xC0)");
  EXPECT_EQ(ErrorOf("a\r\nb\r\xED\xA0\x80\n").message(),
            "text: not UTF-8 at line 3, byte 1 (0xED)");
  EXPECT_EQ(ErrorOf("山\xE5\xB1").message(),
            "text: not UTF-8 at line 1, byte 4 (0xE5)");
  EXPECT_EQ(FieldOf(ErrorOf("\xFF")), "text");
}

TEST(CorpusTest, StrippingDoesNotHideWhatIsNotUtf8) {
  EXPECT_FALSE(ErrorOf("a \x80 \n").ok());
  EXPECT_FALSE(ErrorOf("\xF0\u3000").ok());
  EXPECT_FALSE(ErrorOf("a\n \xA0 \n").ok());  // a no-break space of Latin-1
  EXPECT_FALSE(ErrorOf("\x80\x80\x80\x80\x80").ok());
  EXPECT_FALSE(ErrorOf("\xC2\n\xA0").ok());
}

TEST(CorpusTest, NothingLeftIsAnEmptyDataset) {
  for (const std::string_view text :
       {""sv, "\n"sv, " \r\n\t\r"sv, "\uFEFF"sv}) {
    const absl::Status status = ErrorOf(text);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(status), "EMPTY_DATASET");
    EXPECT_EQ(FieldOf(status), "text");
  }
  EXPECT_EQ(FieldOf(FromDocuments({}).status()), "documents");
  EXPECT_EQ(ReasonOf(FromDocuments({" ", ""}).status()), "EMPTY_DATASET");
}

TEST(CorpusTest, ALineBreakInsideADocumentIsRefusedWithItsIndex) {
  for (const std::string_view document : {"em\nma"sv, "em\rma"sv, "a\r\nb"sv}) {
    const absl::Status status = FromDocuments({"ava", document}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(FieldOf(status), "documents[1]");
  }
  EXPECT_EQ(FromDocuments({"em\nma"}).status().message(),
            "documents[0]: a line break (0x0A) inside of a document; a document"
            " is one line");
  EXPECT_EQ(Documents(*FromDocuments({"emma\n", "\r\nava"})),
            (Strings{"emma", "ava"}));
}

TEST(CorpusTest, ADocumentThatIsNotUtf8IsRefusedWithItsIndex) {
  EXPECT_EQ(FromDocuments({"emma", "ava", "o\xFF"}).status().message(),
            "documents[2]: not UTF-8 at line 1, byte 2 (0xFF)");
}

TEST(CorpusTest, AVocabularyOfThousandsIsCollectedInOrder) {
  std::string text;
  for (char32_t c = U'一' + 2344; c >= U'一'; --c) {
    AppendUtf8(c, text);
    text += '\n';
  }
  const Corpus corpus = FromText(text);
  ASSERT_EQ(corpus.alphabet().size(), 2345u);
  for (size_t i = 0; i < 2345; ++i) {
    ASSERT_EQ(corpus.alphabet()[i], U'一' + i);
  }
}

TEST(CorpusTest, AMillionDocumentsAreNoTrouble) {
  std::string text;
  for (int i = 0; i < 1000000; ++i) {
    text += std::to_string(i % 999999);
    text += '\n';
  }
  const Corpus corpus = FromText(text);
  EXPECT_EQ(corpus.size(), 1000000u);
  EXPECT_EQ(corpus[999998], "999998");
  EXPECT_EQ(corpus.duplicates(), 1u);
  EXPECT_GE(corpus.memory_bytes(), text.size() + 8 * corpus.size());
  EXPECT_LE(corpus.memory_bytes(), 2 * text.size() + 8 * corpus.size());
}

TEST(CorpusTest, AMovedCorpusKeepsItsDocuments) {
  Corpus corpus = FromText("a\nb\n");  // short enough to sit in the string
  const Corpus moved = std::move(corpus);
  EXPECT_EQ(Documents(moved), (Strings{"a", "b"}));
}

}  // namespace
}  // namespace microgpt
