// SPDX-License-Identifier: MIT
#include "core/benchmark/documents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace microgpt::benchmark {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

Corpus Lines(std::string_view text) { return Corpus::FromText(text).value(); }

TEST(DocumentsTest, TheEndMarkIsPredictedUnlessBlockSizeCutsItOff) {
  EXPECT_THAT(PredictedTokens(Lines("a\nabc\nabcd\näöüß€\n"), 4),
              ElementsAre(2, 4, 4, 4));
}

TEST(DocumentsTest, JoinedLinesFillTheBlock) {
  const Case c = Case::Create({.model = {.block_size = 8},
                               .documents = Documents::kJoined})
                     .value();
  const Corpus documents = MakeDocuments(c, Lines("abc\ndefgh\ni\n"));
  EXPECT_EQ(documents.text(), "abcdefgh\niabcdefgh\n");
  EXPECT_THAT(PredictedTokens(documents, 8), Each(8));
}

TEST(DocumentsTest, RandomDocumentsHaveTheLengthsOfTheLinesAndTheAlphabet) {
  const Case c =
      Case::Create({.documents = Documents::kRandom, .vocab = 6}).value();
  const Corpus lines = Lines("abc\nd\näöüß\n");
  const Corpus documents = MakeDocuments(c, lines);
  EXPECT_EQ(VocabSize(documents), 6);
  EXPECT_EQ(PredictedTokens(documents, 16), PredictedTokens(lines, 16));
  EXPECT_EQ(documents.id(), MakeDocuments(c, lines).id());
}

TEST(DocumentsTest, AFileThatIsNotThereIsNamed) {
  EXPECT_EQ(ReadFile("/no/such/file").status().message(),
            "cannot read /no/such/file");
}

}  // namespace
}  // namespace microgpt::benchmark
