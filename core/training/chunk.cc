// SPDX-License-Identifier: MIT
#include "core/training/chunk.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <limits>

#include "core/kernels/aligned.h"

namespace microgpt {
namespace {

constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();

// A level is shared if it has at most so many columns a document: what sharing
// costs is as much as a quarter of a column's products.
constexpr double kWorthSharing = 0.75;
constexpr size_t kMostShared = 4;  // levels

size_t ChildrenTableSize(size_t documents) {
  return std::bit_ceil(2 * documents);
}

Token TokenAt(std::span<const Token> document, size_t position, Token bos) {
  return position == 0 ? bos : document[position - 1];
}

// What follows a position that the document has.
Token Next(std::span<const Token> document, size_t position, Token bos) {
  return position < document.size() ? document[position] : bos;
}

// The copies of a level's columns: one for each of the columns behind it, level
// by level.
size_t MaxCopies(size_t max_documents, size_t max_positions) {
  return max_documents == 1 ? 0 : (kMostShared + 1) * max_positions / 2;
}

size_t MaxStrandLevels(size_t max_positions) {
  return (kMostShared + 1) * std::min(max_positions, Chunk::kShort);
}

}  // namespace

Chunk::Chunk(size_t max_documents, size_t max_positions) {
  for (auto* v : {&tokens_, &positions_, &targets_, &places_, &parents_}) {
    v->reserve(max_positions);
  }
  target_ends_.reserve(max_positions + 1);
  copies_.reserve(MaxCopies(max_documents, max_positions));
  level_lanes_.reserve(max_positions);
  level_columns_.reserve(max_positions);
  strand_offsets_.reserve(MaxStrandLevels(max_positions));
  strand_lanes_.reserve(MaxStrandLevels(max_positions));
  documents_.reserve(max_documents);
  newest_.reserve(std::max(max_documents, max_positions));
  children_.reserve(ChildrenTableSize(max_documents));
}

uint64_t Chunk::Bytes(size_t max_documents, size_t max_positions) {
  return sizeof(Chunk) + max_documents * sizeof(Document) +
         ChildrenTableSize(max_documents) * sizeof(Child) +
         (9 * max_positions + 1 + MaxCopies(max_documents, max_positions) +
          2 * MaxStrandLevels(max_positions)) *
             sizeof(uint32_t);
}

size_t Chunk::MaxColumns(size_t max_documents, size_t max_positions) {
  return RoundUpToLine(max_positions) + MaxCopies(max_documents, max_positions);
}

void Chunk::Lay(std::span<const Document> documents, Token bos,
                size_t block_size) {
  Clear();
  if (documents.size() == 1) return LaySingle(documents[0], bos, block_size);
  SortByLength(documents, block_size);
  assert(level_lanes_.size() <= kShort);
  newest_.assign(documents_.size(), 0);
  for (size_t level = 0; level < level_lanes_.size(); ++level) {
    level_columns_.push_back(static_cast<uint32_t>(columns()));
    if (shared_levels_ < level || !TryLayShared(level, bos)) {
      LayUnshared(level, bos);
    }
  }
  copies_begin_ = RoundUpToLine(columns());
  LayStrands();
  LayTargets(bos);
}

void Chunk::Clear() {
  for (auto* v : {&tokens_, &positions_, &targets_, &target_ends_, &places_,
                  &copies_, &level_lanes_, &level_columns_, &strand_offsets_,
                  &strand_lanes_, &parents_}) {
    v->clear();
  }
  documents_.clear();
  shared_levels_ = 0;
}

Chunk::Strands Chunk::Strand(size_t i) const {
  // Strands to shared columns end there.
  const bool shared = i < shared_levels_;
  const size_t begin = i * (i + 1) / 2;
  const size_t size = shared ? i + 1 : level_lanes_.size();
  return {i, std::span(strand_offsets_).subspan(begin, size),
          std::span(strand_lanes_).subspan(begin, size)};
}

// To the columns of every shared level, and through the documents.
void Chunk::LayStrands() {
  for (size_t level = 0; level < shared_levels_; ++level) {
    const uint32_t begin = level_columns_[level];
    const size_t end = level + 1 < level_columns_.size()
                           ? level_columns_[level + 1]
                           : columns();
    AddCopies(std::span(parents_).subspan(begin, end - begin), level);
    strand_offsets_.push_back(begin);
    strand_lanes_.push_back(static_cast<uint32_t>(end - begin));
  }
  const size_t rest = level_lanes_.size() - shared_levels_;
  if (rest == 0) return;
  AddCopies(std::span(newest_).first(level_lanes_[shared_levels_]),
            shared_levels_);
  for (size_t level = shared_levels_; level < level_lanes_.size(); ++level) {
    strand_offsets_.push_back(level_columns_[level]);
    strand_lanes_.push_back(level_lanes_[level]);
  }
}

// Copies for lanes that go on from the columns `ends` of level levels - 1, of
// these and of all before them.
void Chunk::AddCopies(std::span<const uint32_t> ends, size_t levels) {
  const size_t begin = copies_.size();
  copies_.resize(begin + levels * ends.size());
  for (size_t i = 0; i < ends.size(); ++i) {
    uint32_t column = ends[i];
    for (size_t level = levels; level-- > 0; column = parents_[column]) {
      copies_[begin + level * ends.size() + i] = column;
    }
  }
  for (size_t level = 0; level < levels; ++level) {
    const size_t place = copies_begin_ + begin + level * ends.size();
    strand_offsets_.push_back(static_cast<uint32_t>(place));
    strand_lanes_.push_back(static_cast<uint32_t>(ends.size()));
  }
}

void Chunk::LaySingle(Document document, Token bos, size_t block_size) {
  const size_t n = CountPositions(document, block_size);
  for (uint32_t t = 0; t < n; ++t) {
    tokens_.push_back(TokenAt(document, t, bos));
    positions_.push_back(t);
    targets_.push_back(Next(document, t, bos));
    target_ends_.push_back(t);
  }
  target_ends_.push_back(static_cast<uint32_t>(n));
  copies_begin_ = RoundUpToLine(n);
}

// A counting sort, which keeps the order among equals.
void Chunk::SortByLength(std::span<const Document> documents,
                         size_t block_size) {
  for (const Document document : documents) {
    const size_t n = CountPositions(document, block_size);
    if (level_lanes_.size() < n) level_lanes_.resize(n);
    ++level_lanes_[n - 1];
  }
  for (size_t t = level_lanes_.size() - 1; t-- > 0;) {
    level_lanes_[t] += level_lanes_[t + 1];
  }
  // The documents with n positions follow those that have more.
  std::vector<uint32_t>& next = newest_;
  next.assign(level_lanes_.begin() + 1, level_lanes_.end());
  next.push_back(0);
  documents_.resize(documents.size());
  for (const Document document : documents) {
    documents_[next[CountPositions(document, block_size) - 1]++] = document;
  }
}

// Lays a level whose parents are shared, unless too few of its columns would
// be: then it changes nothing.
bool Chunk::TryLayShared(size_t level, Token bos) {
  if (level == kMostShared) return false;
  const size_t n = level_lanes_[level], columns_before = columns();
  children_.assign(ChildrenTableSize(n), {kNone, 0, 0});
  const size_t places_before = places_.size();
  for (size_t i = 0; i < n; ++i) {
    const Token token = TokenAt(documents_[i], level, bos);
    places_.push_back(FindOrAddChild(newest_[i], token, level));
  }
  const size_t added = columns() - columns_before;
  if (static_cast<double>(added) > kWorthSharing * static_cast<double>(n)) {
    tokens_.resize(columns_before);
    positions_.resize(columns_before);
    parents_.resize(columns_before);
    places_.resize(places_before);
    return false;
  }
  std::copy_n(places_.begin() + static_cast<ptrdiff_t>(places_before), n,
              newest_.begin());
  ++shared_levels_;
  return true;
}

uint32_t Chunk::FindOrAddChild(uint32_t parent, Token token, size_t level) {
  const size_t mask = children_.size() - 1;
  size_t i = (parent * size_t{0x9E3779B1} + token * size_t{0x85EBCA77}) >> 7;
  while (true) {
    Child& child = children_[i++ & mask];
    if (child.parent == parent && child.token == token) return child.column;
    if (child.parent == kNone) {
      child = {parent, token, static_cast<uint32_t>(columns())};
      tokens_.push_back(token);
      positions_.push_back(static_cast<uint32_t>(level));
      parents_.push_back(parent);
      return child.column;
    }
  }
}

void Chunk::LayUnshared(size_t level, Token bos) {
  const size_t n = level_lanes_[level], begin = columns();
  positions_.resize(begin + n, static_cast<uint32_t>(level));
  tokens_.resize(begin + n);
  for (size_t i = 0; i < n; ++i) {
    tokens_[begin + i] = TokenAt(documents_[i], level, bos);
  }
}

void Chunk::LayTargets(Token bos) {
  LaySharedTargets(bos);
  for (size_t level = shared_levels_; level < level_lanes_.size(); ++level) {
    for (size_t i = 0; i < level_lanes_[level]; ++i) {
      targets_.push_back(Next(documents_[i], level, bos));
      target_ends_.push_back(static_cast<uint32_t>(targets_.size()));
    }
  }
}

// A counting sort of what follows by the column that it follows.
void Chunk::LaySharedTargets(Token bos) {
  const size_t columns = parents_.size();
  target_ends_.assign(columns + 1, 0);
  for (const uint32_t column : places_) ++target_ends_[column + 1];
  for (size_t c = 0; c < columns; ++c) target_ends_[c + 1] += target_ends_[c];
  targets_.resize(places_.size());
  size_t place = 0;
  for (size_t level = 0; level < shared_levels_; ++level) {
    for (size_t i = 0; i < level_lanes_[level]; ++i) {
      const Token next = Next(documents_[i], level, bos);
      targets_[target_ends_[places_[place++]]++] = next;
    }
  }
  // Each beginning has become its end.
  std::copy_backward(target_ends_.begin(), target_ends_.end() - 1,
                     target_ends_.end());
  target_ends_[0] = 0;
}

}  // namespace microgpt
