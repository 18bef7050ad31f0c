// SPDX-License-Identifier: MIT
//
// Errors that were planted and caught: a partial line forgotten, a CRLF counted
// as two lines when it is cut, lines counted anew in each piece; a document
// that was stripped copied before the clean ones that precede it, documents of
// equal hash bits taken for equal.
#include "core/text/corpus_builder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/errors/errors.h"
#include "core/random/python_random.h"
#include "core/text/utf8.h"

namespace microgpt {
namespace {

using std::string_view_literals::operator""sv;
using Strings = std::vector<std::string>;

// What a builder makes of these pieces of a text.
absl::StatusOr<Corpus> Build(const std::vector<std::string_view>& pieces) {
  CorpusBuilder builder;
  for (const std::string_view piece : pieces) {
    MICROGPT_RETURN_IF_ERROR(builder.Append(piece));
  }
  return std::move(builder).Finish();
}

Strings Documents(const Corpus& corpus) {
  Strings documents;
  for (size_t i = 0; i < corpus.size(); ++i) documents.emplace_back(corpus[i]);
  return documents;
}

void ExpectEqual(const absl::StatusOr<Corpus>& a,
                 const absl::StatusOr<Corpus>& b) {
  ASSERT_EQ(a.status(), b.status());
  if (!a.ok()) return;
  EXPECT_EQ(a->id(), b->id());
  EXPECT_EQ(Documents(*a), Documents(*b));
  EXPECT_TRUE(std::ranges::equal(a->alphabet(), b->alphabet()));
  EXPECT_EQ(a->characters(), b->characters());
  EXPECT_EQ(a->longest(), b->longest());
  EXPECT_EQ(a->duplicates(), b->duplicates());
}

// Of what matters to lines and to UTF-8; some of it is not UTF-8.
std::string RandomText(PythonRandom& random) {
  const std::vector<std::string_view> parts = {
      "\uFEFF", "\r", "\n", "\r\n",    " ",  "\u3000", "\u0085", "a",
      "b",      "a",  "é",  "e\u0301", "山", "山",     "😀",      "\0"sv};
  const std::vector<std::string_view> ill_formed = {
      "\xE5\xB1", "\xFF", "\x80", "\xC2", "\xF0\x9F\x98", "\xED\xA0\x80"};
  std::string text;
  for (uint32_t n = random.RandBelow(40); n > 0; --n) {
    const auto& from = random.RandBelow(80) == 0 ? ill_formed : parts;
    text += from[random.RandBelow(static_cast<uint32_t>(from.size()))];
  }
  return text;
}

std::vector<std::string_view> CutAnywhere(std::string_view text,
                                          PythonRandom& random) {
  std::vector<std::string_view> pieces;
  while (!text.empty()) {
    const size_t size = random.RandBelow(6);  // 0: an empty piece
    pieces.push_back(text.substr(0, size));
    text.remove_prefix(std::min(size, text.size()));
  }
  return pieces;
}

// The documents of a text, by other means.
Strings ExpectedDocuments(std::string text) {
  std::ranges::replace(text, '\r', '\n');
  Strings documents;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    std::string_view document = Strip(line);
    while (documents.empty() && document.starts_with("\uFEFF")) {
      document = Strip(document.substr(3));
    }
    if (!document.empty()) documents.emplace_back(document);
  }
  return documents;
}

TEST(CorpusBuilderTest, ATextCutAnywhereIsTheWholeText) {
  PythonRandom random(1);
  int corpora = 0, not_utf8 = 0, empty = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = RandomText(random);
    const absl::StatusOr<Corpus> whole = Corpus::FromText(text);
    ExpectEqual(Build(CutAnywhere(text, random)), whole);
    if (whole.ok()) {
      EXPECT_EQ(Documents(*whole), ExpectedDocuments(text));
      ExpectEqual(Corpus::FromText(whole->text()), whole);
      ++corpora;
    } else if (ReasonOf(whole.status()) == "EMPTY_DATASET") {
      EXPECT_EQ(ExpectedDocuments(text), Strings());
      ++empty;
    } else {
      EXPECT_EQ(whole.status(), ValidateUtf8("text", text));
      ++not_utf8;
    }
    if (HasFailure()) FAIL() << "text " << i << ": " << text;
  }
  EXPECT_GT(corpora, 1000);
  EXPECT_GT(not_utf8, 1000);
  EXPECT_GT(empty, 100);
}

// Of many lines: most are clean and short, so that they come again.
std::string RandomLines(PythonRandom& random, uint32_t lines) {
  const std::vector<std::string_view> letters = {"a", "b", "c", "d", "e", "f"};
  const std::vector<std::string_view> others = {" ",  "\t", "é",    "\u3000",
                                                "山", "😀",  "\r\n", "\r"};
  std::string text;
  for (uint32_t i = 0; i < lines; ++i) {
    for (uint32_t n = random.RandBelow(12); n > 0; --n) {
      const auto& from = random.RandBelow(30) == 0 ? others : letters;
      text += from[random.RandBelow(static_cast<uint32_t>(from.size()))];
    }
    text += '\n';
  }
  return text;
}

// The figures of documents, by other means.
void ExpectFigures(const Corpus& corpus, const Strings& documents) {
  std::set<char32_t> alphabet;
  uint64_t characters = 0, longest = 0;
  for (std::string_view rest : documents) {
    uint64_t length = 0;
    for (; !rest.empty(); ++length) alphabet.insert(*TakeCodePoint(rest));
    characters += length;
    longest = std::max(longest, length);
  }
  const std::set<std::string> distinct(documents.begin(), documents.end());
  EXPECT_EQ(corpus.characters(), characters);
  EXPECT_EQ(corpus.longest(), longest);
  EXPECT_EQ(corpus.duplicates(), documents.size() - distinct.size());
  EXPECT_TRUE(std::ranges::equal(corpus.alphabet(), alphabet));
}

TEST(CorpusBuilderTest, ManyLinesAreCleanedAndCountedAsOneByOne) {
  PythonRandom random(2);
  for (const uint32_t lines : {1, 31, 32, 33, 1000, 20'000}) {
    const std::string text = RandomLines(random, lines) + "z";
    const Strings documents = ExpectedDocuments(text);
    const Corpus whole = *Corpus::FromText(text);
    EXPECT_EQ(Documents(whole), documents);
    ExpectFigures(whole, documents);
    const std::vector<std::string_view> views(documents.begin(),
                                              documents.end());
    ExpectEqual(Corpus::FromDocuments(views), whole);
    ExpectEqual(Build(CutAnywhere(text, random)), whole);
    const std::string_view all = text;
    for (const size_t cut : {all.size() / 3, all.size() - 2, all.size()}) {
      ExpectEqual(Build({all.substr(0, cut), all.substr(cut)}), whole);
    }
  }
}

TEST(CorpusBuilderTest, ACharacterMayBeCut) {
  EXPECT_EQ(Documents(*Build({"\xE5", "\xB1", "\xB1\xF0\x9F", "\x98\x80\n"})),
            (Strings{"山😀"}));
}

TEST(CorpusBuilderTest, WhiteSpaceMayBeCut) {
  EXPECT_EQ(
      Documents(*Build({" a \xE3", "\x80", "\x80", "\n\xE3\x80", "\x80z"})),
      (Strings{"a", "z"}));
}

TEST(CorpusBuilderTest, AByteOrderMarkMayBeCut) {
  EXPECT_EQ(Documents(*Build({"\xEF", "\xBB", "\xBF", "emma\n"})),
            (Strings{"emma"}));
  EXPECT_EQ(Build({"\xEF", "\xBB"}).status().message(),
            "text: not UTF-8 at line 1, byte 1 (0xEF)");
}

TEST(CorpusBuilderTest, ACrlfThatIsCutEndsOneLine) {
  EXPECT_EQ(Build({"a\r", "\nb\r", "", "\n\xFF"}).status().message(),
            "text: not UTF-8 at line 3, byte 1 (0xFF)");
  EXPECT_EQ(Build({"a\r", "\n\n\r\r", "\n\xFF"}).status().message(),
            "text: not UTF-8 at line 5, byte 1 (0xFF)");
}

TEST(CorpusBuilderTest, LineAndByteOfAnErrorAreThoseOfTheWholeText) {
  EXPECT_EQ(Build({"em", "ma\nol", "iv\xC0", "\xAFia\nava\n"}).status(),
            Corpus::FromText("emma\noliv\xC0\xAFia\nava\n").status());
}

TEST(CorpusBuilderTest, TextThatIsNotUtf8IsRefusedWhenItsLineEnds) {
  CorpusBuilder builder;
  EXPECT_TRUE(builder.Append("emma\nb\xFF").ok());
  EXPECT_EQ(builder.Append("\nava").message(),
            "text: not UTF-8 at line 2, byte 2 (0xFF)");
}

TEST(CorpusBuilderTest, TheLastLineNeedsNoEnd) {
  EXPECT_EQ(Documents(*Build({"em", "ma\nav", "a"})), (Strings{"emma", "ava"}));
}

TEST(CorpusBuilderTest, NothingIsAnEmptyDataset) {
  EXPECT_EQ(ReasonOf(Build({}).status()), "EMPTY_DATASET");
  EXPECT_EQ(ReasonOf(Build({"", " \r", "\n"}).status()), "EMPTY_DATASET");
  EXPECT_EQ(FieldOf(Build({}).status()), "text");
}

TEST(CorpusBuilderTest, TheErrorsNameTheFieldThatTheTextCameIn) {
  CorpusBuilder bad("chunk"), empty("chunk");
  EXPECT_EQ(FieldOf(bad.Append("\xFF\n")), "chunk");
  EXPECT_EQ(FieldOf(std::move(empty).Finish().status()), "chunk");
}

}  // namespace
}  // namespace microgpt
