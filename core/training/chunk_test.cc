// SPDX-License-Identifier: MIT
//
// A chunk is read back through what attention and the loss see of it, and
// compared with the documents that were laid out.
#include "core/training/chunk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <tuple>
#include <vector>

#include "core/kernels/aligned.h"
#include "core/training/allocations.h"

namespace microgpt {
namespace {

using Document = std::vector<Token>;
using Documents = std::vector<std::span<const Token>>;

// Documents that begin alike the more the smaller the alphabet, with the limits
// of a chunk for them.
struct Example {
  std::vector<Document> documents;
  Token bos;  // the last token
  size_t block_size;

  Documents Spans() const { return {documents.begin(), documents.end()}; }
  size_t Positions() const {
    size_t positions = 0;
    for (const Document& document : documents) {
      positions += CountPositions(document, block_size);
    }
    return positions;
  }
};

Example RandomExample(uint32_t seed) {
  std::mt19937 random(seed);
  const auto number = [&](size_t min, size_t max) {
    return min + random() % (max - min + 1);
  };
  Example example;
  example.bos = static_cast<Token>(number(1, seed % 3 == 0 ? 40 : 4));
  example.block_size = number(1, Chunk::kShort);
  const size_t longest = number(1, 40);
  for (size_t n = number(1, seed % 4 == 0 ? 200 : 20); n > 0; --n) {
    Document document(number(seed % 5 == 0 ? 0 : 1, longest));
    for (Token& token : document) {
      token = static_cast<Token>(number(0, example.bos - 1));
    }
    example.documents.push_back(document);
  }
  return example;
}

constexpr uint32_t kExamples = 300;

class LaidOut {
 public:
  explicit LaidOut(const Example& example)
      : chunk_(example.documents.size(), example.Positions()) {
    chunk_.Lay(example.Spans(), example.bos, example.block_size);
  }
  const Chunk& operator*() const { return chunk_; }
  const Chunk* operator->() const { return &chunk_; }

 private:
  Chunk chunk_;
};

// The column that a key of a strand is, or is a copy of.
uint32_t Resolve(const Chunk& chunk, uint32_t column) {
  if (column < chunk.copies_begin()) return column;
  return chunk.copies()[column - chunk.copies_begin()];
}

// Calls f(column that asks, the columns that it sees as keys, in order).
template <class F>
void ForEachQuery(const Chunk& chunk, const F& f) {
  if (chunk.strands() == 0) {
    std::vector<uint32_t> keys;
    for (uint32_t c = 0; c < chunk.columns(); ++c) {
      keys.push_back(c);
      f(c, keys);
    }
  }
  for (size_t i = 0; i < chunk.strands(); ++i) {
    const Chunk::Strands strands = chunk.Strand(i);
    ASSERT_EQ(strands.offsets.size(), strands.lanes.size());
    for (size_t t = strands.first_query; t < strands.lanes.size(); ++t) {
      for (uint32_t lane = 0; lane < strands.lanes[t]; ++lane) {
        std::vector<uint32_t> keys;
        for (size_t s = 0; s <= t; ++s) {
          ASSERT_LT(lane, strands.lanes[s]);
          keys.push_back(Resolve(chunk, strands.offsets[s] + lane));
        }
        f(strands.offsets[t] + lane, keys);
      }
    }
  }
}

// What each column stands for: the tokens up to its own.
std::vector<Document> Prefixes(const Chunk& chunk) {
  std::vector<Document> prefixes(chunk.columns());
  ForEachQuery(chunk, [&](uint32_t column, const std::vector<uint32_t>& keys) {
    for (const uint32_t key : keys) {
      prefixes[column].push_back(chunk.tokens()[key]);
    }
  });
  return prefixes;
}

// Each with its prefix.
void ExpectEveryTargetOnce(const Example& example) {
  std::multiset<std::pair<Document, Token>> want, got;
  for (const Document& document : example.documents) {
    Document prefix = {example.bos};
    const size_t n = CountPositions(document, example.block_size);
    for (size_t t = 0; t < n; ++t) {
      const Token next = t < document.size() ? document[t] : example.bos;
      want.emplace(prefix, next);
      prefix.push_back(next);
    }
  }
  const LaidOut chunk(example);
  const std::vector<Document> prefixes = Prefixes(*chunk);
  for (size_t c = 0; c < chunk->columns(); ++c) {
    ASSERT_FALSE(chunk->Targets(c).empty());
    for (const Token target : chunk->Targets(c)) {
      got.emplace(prefixes[c], target);
    }
  }
  ASSERT_EQ(got, want);
}

TEST(ChunkTest, EveryPositionOfEveryDocumentHasItsTargetOnce) {
  for (uint32_t seed = 0; seed < kExamples; ++seed) {
    SCOPED_TRACE(seed);
    ExpectEveryTargetOnce(RandomExample(seed));
  }
}

// So many that in the table of shared columns some get in each other's way.
TEST(ChunkTest, HundredsOfBeginningsAreToldApart) {
  for (uint32_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    Example example{.documents = std::vector<Document>(1000),
                    .bos = 10 + seed % 20,
                    .block_size = 6};
    for (Document& document : example.documents) {
      for (int i = 0; i < 4; ++i) document.push_back(random() % example.bos);
    }
    ExpectEveryTargetOnce(example);
  }
}

TEST(ChunkTest, StrandsAskForEveryColumnOnce) {
  for (uint32_t seed = 0; seed < kExamples; ++seed) {
    SCOPED_TRACE(seed);
    const LaidOut chunk(RandomExample(seed));
    std::vector<int> asked(chunk->columns());
    ForEachQuery(*chunk, [&](uint32_t column, const auto&) {
      ASSERT_LT(column, chunk->columns());
      ++asked[column];
    });
    EXPECT_EQ(asked, std::vector<int>(chunk->columns(), 1));
  }
}

TEST(ChunkTest, AQuerySeesOneKeyOfEveryPositionUpToItself) {
  for (uint32_t seed = 0; seed < kExamples; ++seed) {
    SCOPED_TRACE(seed);
    const LaidOut chunk(RandomExample(seed));
    ForEachQuery(*chunk, [&](uint32_t column, const auto& keys) {
      ASSERT_EQ(keys.size(), chunk->positions()[column] + 1);
      ASSERT_EQ(keys.back(), column);
      for (size_t s = 0; s < keys.size(); ++s) {
        ASSERT_EQ(chunk->positions()[keys[s]], s);
      }
    });
  }
}

// Lanes only end, and a vector of them may be read from the first that asks.
TEST(ChunkTest, StrandsLoseLanesFromPositionToPosition) {
  for (uint32_t seed = 0; seed < kExamples; ++seed) {
    const LaidOut chunk(RandomExample(seed));
    for (size_t i = 0; i < chunk->strands(); ++i) {
      const auto lanes = chunk->Strand(i).lanes;
      EXPECT_TRUE(std::ranges::is_sorted(lanes, std::greater()));
      EXPECT_GT(lanes.back(), 0);
      EXPECT_LT(chunk->Strand(i).first_query, lanes.size());
    }
  }
}

// What is shared is there once; behind it every column is one document's.
TEST(ChunkTest, ColumnsOfSharedLevelsAreDistinctPrefixes) {
  size_t shared_levels = 0;
  for (uint32_t seed = 0; seed < kExamples; ++seed) {
    SCOPED_TRACE(seed);
    const LaidOut chunk(RandomExample(seed));
    if (chunk->strands() == 0) continue;
    // So many levels are shared, or one less: the last strand tells both alike
    // where it has but one level that asks.
    const size_t last = chunk->strands() - 1;
    const size_t levels =
        last + (chunk->Strand(last).lanes.size() == last + 1 ? 1 : 0);
    const std::vector<Document> prefixes = Prefixes(*chunk);
    std::set<Document> seen;
    for (size_t c = 0; c < chunk->columns(); ++c) {
      if (chunk->positions()[c] + 1 < levels) {
        EXPECT_TRUE(seen.insert(prefixes[c]).second) << "column " << c;
      } else if (chunk->positions()[c] >= levels) {
        EXPECT_EQ(chunk->Targets(c).size(), 1);
      }
    }
    shared_levels += levels;
  }
  EXPECT_GT(shared_levels, kExamples);
}

TEST(ChunkTest, DocumentsThatBeginAlikeShareTheirBeginning) {
  Example example{.documents = {}, .bos = 5, .block_size = 16};
  for (Token i = 0; i < 10; ++i) {
    example.documents.push_back({1, 2, 3, i % 5, i % 3});
  }
  const LaidOut chunk(example);
  EXPECT_LT(chunk->columns(), example.Positions());
  EXPECT_EQ(chunk->Targets(0).size(), 10);
  EXPECT_EQ(std::ranges::count(chunk->positions(), 0), 1);
  EXPECT_EQ(std::ranges::count(chunk->positions(), 3), 1);
}

TEST(ChunkTest, DocumentsThatBeginDifferentlyShareTheFirstPositionAlone) {
  Example example{.documents = {}, .bos = 20, .block_size = 16};
  for (Token i = 0; i < 20; ++i) example.documents.push_back({i, i, i});
  const LaidOut chunk(example);
  EXPECT_EQ(chunk->columns(), 1 + 20 * 3);
}

TEST(ChunkTest, ASingleDocumentIsInOrderWithoutStrandsOrCopies) {
  const Example example{.documents = {{3, 1, 2}}, .bos = 4, .block_size = 16};
  const LaidOut chunk(example);
  EXPECT_EQ(chunk->strands(), 0);
  EXPECT_TRUE(chunk->copies().empty());
  EXPECT_TRUE(
      std::ranges::equal(chunk->tokens(), std::vector<Token>{4, 3, 1, 2}));
  EXPECT_TRUE(std::ranges::equal(chunk->positions(),
                                 std::vector<uint32_t>{0, 1, 2, 3}));
  EXPECT_EQ(chunk->Targets(2)[0], 2);
  EXPECT_EQ(chunk->Targets(3)[0], 4);
}

TEST(ChunkTest, BlockSizeCutsDocumentsOffAndTheirEndMark) {
  const Example example{.documents = {{3, 1, 2}}, .bos = 4, .block_size = 3};
  const LaidOut chunk(example);
  EXPECT_EQ(chunk->columns(), 3);
  EXPECT_EQ(chunk->Targets(2)[0], 2);
}

TEST(ChunkTest, ColumnsAndCopiesFitIntoTheMost) {
  for (uint32_t seed = 0; seed < kExamples; ++seed) {
    const Example example = RandomExample(seed);
    const LaidOut chunk(example);
    EXPECT_LE(chunk->columns(), chunk->copies_begin());
    EXPECT_EQ(chunk->copies_begin(), RoundUpToLine(chunk->columns()));
    EXPECT_LE(chunk->columns_and_copies(),
              Chunk::MaxColumns(example.documents.size(), example.Positions()));
  }
}

// All that can be asked of a chunk.
auto Everything(const Chunk& chunk) {
  const auto copy = [](std::span<const uint32_t> span) {
    return std::vector<uint32_t>(span.begin(), span.end());
  };
  std::vector<std::vector<uint32_t>> rest;
  for (size_t c = 0; c < chunk.columns(); ++c) {
    rest.push_back(copy(chunk.Targets(c)));
  }
  for (size_t i = 0; i < chunk.strands(); ++i) {
    rest.push_back(copy(chunk.Strand(i).offsets));
    rest.push_back(copy(chunk.Strand(i).lanes));
  }
  return std::tuple(copy(chunk.tokens()), copy(chunk.positions()),
                    copy(chunk.copies()), chunk.copies_begin(), rest);
}

TEST(ChunkTest, WhatWasLaidOutBeforeDoesNotMatter) {
  Chunk used(200, 200 * Chunk::kShort);
  for (uint32_t seed = 0; seed < kExamples; ++seed) {
    SCOPED_TRACE(seed);
    const Example example = RandomExample(seed);
    used.Lay(example.Spans(), example.bos, example.block_size);
    EXPECT_EQ(Everything(used), Everything(*LaidOut(example)));
  }
}

TEST(ChunkTest, LayingOutAllocatesNothing) {
  for (uint32_t seed = 0; seed < kExamples; ++seed) {
    SCOPED_TRACE(seed);
    const Example example = RandomExample(seed);
    const Documents documents = example.Spans();
    Chunk chunk(documents.size(), example.Positions());
    const size_t before = AllocatedBytes();
    chunk.Lay(documents, example.bos, example.block_size);
    EXPECT_EQ(AllocatedBytes(), before);
  }
}

TEST(ChunkTest, BytesIsWhatConstructionTakes) {
  for (const auto& [documents, positions] :
       {std::pair<size_t, size_t>{1, 16}, {1, 1000}, {20, 300}, {64, 64}}) {
    const size_t before = AllocatedBytes();
    const Chunk chunk(documents, positions);
    EXPECT_EQ(AllocatedBytes() - before + sizeof(Chunk),
              Chunk::Bytes(documents, positions));
  }
}

}  // namespace
}  // namespace microgpt
