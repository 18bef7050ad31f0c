// SPDX-License-Identifier: MIT
#include "core/training/batch.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <numeric>

namespace microgpt {

Batch::Batch(size_t max_documents, size_t block_size, size_t chunk_positions)
    : block_size_(block_size),
      max_documents_(max_documents),
      chunk_positions_(chunk_positions) {
  for (auto* documents : {&short_, &sorted_, &long_, &documents_}) {
    documents->reserve(max_documents);
  }
  ends_.reserve(max_documents);
}

uint64_t Batch::Bytes(size_t max_documents) {
  return sizeof(Batch) +
         max_documents * (4 * sizeof(Document) + sizeof(size_t));
}

// A chunk of short documents ends with the one that reaches its share.
ChunkLimits Batch::Limits(size_t longest) const {
  if (max_documents_ == 1) return {1, longest, longest};
  const size_t short_longest = std::min(longest, Chunk::kShort);
  const size_t positions = std::min(max_documents_ * short_longest,
                                    chunk_positions_ + short_longest);
  return {std::min(max_documents_, positions), std::max(positions, longest),
          longest};
}

size_t Batch::MaxChunks(size_t longest) const {
  if (longest > Chunk::kShort) return max_documents_;
  return std::min(
      max_documents_,
      (max_documents_ * longest + chunk_positions_ - 1) / chunk_positions_);
}

void Batch::Clear() {
  for (auto* documents : {&short_, &long_, &documents_}) documents->clear();
  ends_.clear();
  positions_ = short_positions_ = 0;
}

void Batch::Add(Document document) {
  const size_t positions = CountPositions(document, block_size_);
  positions_ += positions;
  if (positions > Chunk::kShort) return long_.push_back(document);
  short_positions_ += positions;
  short_.push_back(document);
}

void Batch::Cut() {
  assert(short_.size() + long_.size() <= max_documents_);
  const size_t chunks =
      (short_positions_ + chunk_positions_ - 1) / chunk_positions_;
  if (chunks > 1) SortByFirstToken();
  size_t done = 0;
  for (const Document document : short_) {
    documents_.push_back(document);
    done += CountPositions(document, block_size_);
    if (done * chunks >= short_positions_ * (ends_.size() + 1)) {
      ends_.push_back(documents_.size());
    }
  }
  for (const Document document : long_) {
    documents_.push_back(document);
    ends_.push_back(documents_.size());
  }
}

std::span<const Batch::Document> Batch::chunk(size_t i) const {
  const size_t begin = i == 0 ? 0 : ends_[i - 1];
  return std::span(documents_).subspan(begin, ends_[i] - begin);
}

// A counting sort that brings documents that begin alike into the same chunk.
// Tokens may share a bucket: what is wanted is that they are together.
void Batch::SortByFirstToken() {
  constexpr size_t kBuckets = 64;
  const auto bucket = [](Document document) {
    return document.empty() ? 0 : 1 + document[0] % (kBuckets - 1);
  };
  std::array<size_t, kBuckets> next = {};  // place in each bucket
  for (const Document document : short_) {
    if (const size_t b = bucket(document); b + 1 < kBuckets) ++next[b + 1];
  }
  std::partial_sum(next.begin(), next.end(), next.begin());
  sorted_.resize(short_.size());
  for (const Document document : short_) {
    sorted_[next[bucket(document)]++] = document;
  }
  short_.swap(sorted_);
}

}  // namespace microgpt
