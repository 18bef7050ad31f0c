// SPDX-License-Identifier: MIT
#include "core/training/batch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include "core/training/allocations.h"
#include "core/training/chunk.h"

namespace microgpt {
namespace {

// Documents of which every one has its own memory, so that they can be told
// apart.
struct Example {
  std::vector<std::vector<Token>> documents;
  size_t block_size, chunk_positions, longest = 0;
  size_t positions = 0;
};

Example RandomExample(uint32_t seed) {
  std::mt19937 random(seed);
  const auto number = [&](size_t min, size_t max) {
    return min + random() % (max - min + 1);
  };
  Example example;
  example.block_size = number(1, seed % 2 == 0 ? 20 : 80);
  example.chunk_positions = number(1, 256);
  const size_t longest = number(1, 100);
  for (size_t n = number(1, seed % 3 == 0 ? 300 : 10); n > 0; --n) {
    std::vector<Token> document(number(1, longest));
    for (Token& token : document) token = static_cast<Token>(number(0, 25));
    const size_t n_positions = CountPositions(document, example.block_size);
    example.longest = std::max(example.longest, n_positions);
    example.positions += n_positions;
    example.documents.push_back(document);
  }
  return example;
}

constexpr uint32_t kExamples = 300;

Batch BatchFor(const Example& example) {
  return Batch(example.documents.size(), example.block_size,
               example.chunk_positions);
}

void Cut(const Example& example, Batch& batch) {
  batch.Clear();
  for (const auto& document : example.documents) batch.Add(document);
  batch.Cut();
}

TEST(BatchTest, ChunksHaveEveryDocumentOnce) {
  for (uint32_t seed = 0; seed < kExamples; ++seed) {
    SCOPED_TRACE(seed);
    const Example example = RandomExample(seed);
    Batch batch = BatchFor(example);
    Cut(example, batch);
    EXPECT_EQ(batch.positions(), example.positions);
    std::map<const Token*, size_t> want, got;
    for (const auto& document : example.documents) {
      want[document.data()] = document.size();
    }
    size_t documents = 0;
    for (size_t i = 0; i < batch.chunks(); ++i) {
      ASSERT_FALSE(batch.chunk(i).empty());
      for (const Batch::Document document : batch.chunk(i)) {
        got[document.data()] = document.size();
        ++documents;
      }
    }
    EXPECT_EQ(got, want);
    EXPECT_EQ(documents, example.documents.size());
  }
}

TEST(BatchTest, ChunksKeepTheirLimits) {
  for (uint32_t seed = 0; seed < kExamples; ++seed) {
    SCOPED_TRACE(seed);
    const Example example = RandomExample(seed);
    Batch batch = BatchFor(example);
    Cut(example, batch);
    const ChunkLimits limits = batch.Limits(example.longest);
    EXPECT_EQ(limits.longest, example.longest);
    EXPECT_LE(batch.chunks(), batch.MaxChunks(example.longest));
    for (size_t i = 0; i < batch.chunks(); ++i) {
      size_t positions = 0;
      for (const Batch::Document document : batch.chunk(i)) {
        const size_t n = CountPositions(document, example.block_size);
        positions += n;
        if (batch.chunk(i).size() > 1) {
          EXPECT_LE(n, Chunk::kShort);
        }
      }
      EXPECT_LE(positions, limits.positions);
      EXPECT_LE(batch.chunk(i).size(), limits.documents);
    }
  }
}

TEST(BatchTest, MaxChunksIsWhatTheLongestDocumentsMake) {
  EXPECT_EQ(Batch(36, 16, 64).MaxChunks(16), 9);
  EXPECT_EQ(Batch(36, 16, 64).MaxChunks(1), 1);
  EXPECT_EQ(Batch(2, 32, 16).MaxChunks(32), 2);
  EXPECT_EQ(Batch(36, 64, 1000).MaxChunks(Chunk::kShort + 1), 36);
}

TEST(BatchTest, ADocumentOfManyPositionsIsAChunkOfItsOwn) {
  Batch batch(4, 100, 1000);
  const std::vector<Token> short_one(5), long_one(Chunk::kShort);
  batch.Clear();
  for (const auto* document : {&short_one, &long_one, &short_one, &long_one}) {
    batch.Add(*document);
  }
  batch.Cut();
  ASSERT_EQ(batch.chunks(), 3);
  EXPECT_EQ(batch.chunk(0).size(), 2);
  EXPECT_EQ(batch.chunk(1).size(), 1);
  EXPECT_EQ(batch.chunk(2)[0].data(), long_one.data());
}

TEST(BatchTest, WhatFitsIntoOneChunkIsOneInTheOrderOfTheDocuments) {
  Batch batch(3, 16, 64);
  const std::vector<Token> a = {3}, b = {1, 2}, c = {2};
  batch.Clear();
  for (const auto* document : {&a, &b, &c}) batch.Add(*document);
  batch.Cut();
  ASSERT_EQ(batch.chunks(), 1);
  EXPECT_EQ(batch.chunk(0)[0].data(), a.data());
  EXPECT_EQ(batch.chunk(0)[1].data(), b.data());
  EXPECT_EQ(batch.chunk(0)[2].data(), c.data());
}

TEST(BatchTest, DocumentsThatBeginAlikeComeIntoTheSameChunk) {
  Batch batch(40, 16, 20);
  std::vector<std::vector<Token>> documents;
  for (Token i = 0; i < 40; ++i) documents.push_back({i % 4, i});
  batch.Clear();
  for (const auto& document : documents) batch.Add(document);
  batch.Cut();
  ASSERT_EQ(batch.chunks(), 6);
  std::vector<Token> first;
  for (size_t i = 0; i < batch.chunks(); ++i) {
    for (const auto document : batch.chunk(i)) first.push_back(document[0]);
  }
  EXPECT_TRUE(std::ranges::is_sorted(first));
}

// Which document is in which chunk, by its memory.
std::vector<std::vector<const Token*>> Cuts(const Batch& batch) {
  std::vector<std::vector<const Token*>> cuts(batch.chunks());
  for (size_t i = 0; i < batch.chunks(); ++i) {
    for (const auto document : batch.chunk(i)) {
      cuts[i].push_back(document.data());
    }
  }
  return cuts;
}

TEST(BatchTest, TheSameDocumentsAreCutAlikeWhateverCameBefore) {
  for (uint32_t seed = 0; seed < kExamples; ++seed) {
    SCOPED_TRACE(seed);
    Example example = RandomExample(seed);
    Batch fresh = BatchFor(example), used = BatchFor(example);
    Cut(example, fresh);
    Cut(example, used);
    std::ranges::reverse(example.documents);
    Cut(example, used);
    std::ranges::reverse(example.documents);
    Cut(example, used);
    EXPECT_EQ(Cuts(used), Cuts(fresh));
  }
}

TEST(BatchTest, CuttingAllocatesNothing) {
  for (uint32_t seed = 0; seed < kExamples; ++seed) {
    const Example example = RandomExample(seed);
    Batch batch = BatchFor(example);
    const size_t before = AllocatedBytes();
    Cut(example, batch);
    EXPECT_EQ(AllocatedBytes(), before);
  }
}

TEST(BatchTest, BytesIsWhatConstructionTakes) {
  for (const size_t documents : {1, 10, 4096}) {
    const size_t before = AllocatedBytes();
    const Batch batch(documents, 16, 256);
    EXPECT_EQ(AllocatedBytes() - before + sizeof(Batch),
              Batch::Bytes(documents));
  }
}

}  // namespace
}  // namespace microgpt
