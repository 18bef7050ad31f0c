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

// A level is shared if it has at most so many columns a document: copying to
// and from the copies costs as much as a quarter of a column's products.
constexpr double kWorthSharing = 0.75;

size_t ChildrenTableSize(size_t documents) {
  return std::bit_ceil(2 * documents);
}

Token TokenAt(std::span<const Token> document, size_t position, Token bos) {
  return position == 0 ? bos : document[position - 1];
}

}  // namespace

Chunk::Chunk(size_t max_documents, size_t max_positions) {
  for (auto* v : {&tokens_, &positions_, &targets_, &places_, &copies_}) {
    v->reserve(max_positions);
  }
  target_ends_.reserve(max_positions + 1);
  level_documents_.reserve(max_positions + 1);
  level_offsets_.reserve(max_positions);
  speakers_.reserve(max_positions);
  documents_.reserve(max_documents);
  newest_.reserve(max_documents);
  children_.reserve(ChildrenTableSize(max_documents));
}

uint64_t Chunk::Bytes(size_t max_documents, size_t max_positions) {
  return sizeof(Chunk) +
         max_documents * (sizeof(Document) + sizeof(uint32_t)) +
         ChildrenTableSize(max_documents) * sizeof(Child) +
         (9 * max_positions + 2) * sizeof(uint32_t);
}

size_t Chunk::MaxColumns(size_t max_documents, size_t max_positions) {
  const size_t columns = RoundUpToLine(max_positions);
  return max_documents == 1 ? columns : 2 * columns;
}

void Chunk::Lay(std::span<const Document> documents, Token bos,
                size_t block_size) {
  Clear();
  if (documents.size() == 1) return LaySingle(documents[0], bos, block_size);
  SortByLength(documents, block_size);
  newest_.assign(documents_.size(), 0);
  bool shared = true;
  for (size_t level = 0; level < level_documents_.size(); ++level) {
    shared = shared && TryLayShared(level, bos);
    if (!shared) LayUnshared(level, bos);
  }
  copies_begin_ = RoundUpToLine(columns());
  for (size_t level = 0, copy = 0; copy < copies_.size(); ++level) {
    level_offsets_[level] = static_cast<uint32_t>(copies_begin_ + copy);
    copy += level_documents_[level];
  }
  for (uint32_t& speaker : speakers_) {
    speaker += static_cast<uint32_t>(copies_begin_);
  }
  LayTargets(bos);
}

void Chunk::Clear() {
  for (auto* v : {&tokens_, &positions_, &targets_, &target_ends_, &places_,
                  &level_documents_, &level_offsets_, &copies_, &speakers_}) {
    v->clear();
  }
  documents_.clear();
}

void Chunk::LaySingle(Document document, Token bos, size_t block_size) {
  const size_t n = CountPositions(document, block_size);
  for (uint32_t t = 0; t < n; ++t) {
    tokens_.push_back(TokenAt(document, t, bos));
    positions_.push_back(t);
    targets_.push_back(t < document.size() ? document[t] : bos);
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
    if (level_documents_.size() < n) level_documents_.resize(n);
    ++level_documents_[n - 1];
  }
  for (size_t t = level_documents_.size() - 1; t-- > 0;) {
    level_documents_[t] += level_documents_[t + 1];
  }
  // The documents with n positions follow those that have more.
  std::vector<uint32_t>& next = level_offsets_;
  next.assign(level_documents_.begin() + 1, level_documents_.end());
  next.push_back(0);
  documents_.resize(documents.size());
  for (const Document document : documents) {
    documents_[next[CountPositions(document, block_size) - 1]++] = document;
  }
}

// Lays a level whose parents are shared, unless too few of its columns would
// be: then it changes nothing.
bool Chunk::TryLayShared(size_t level, Token bos) {
  const size_t n = level_documents_[level], columns_before = columns();
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
    places_.resize(places_before);
    return false;
  }
  speakers_.resize(columns(), kNone);
  for (size_t i = 0; i < n; ++i) {
    const uint32_t column = places_[places_before + i];
    if (speakers_[column] == kNone) {
      speakers_[column] = static_cast<uint32_t>(copies_.size());
    }
    copies_.push_back(column);
    newest_[i] = column;
  }
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
      return child.column;
    }
  }
}

void Chunk::LayUnshared(size_t level, Token bos) {
  level_offsets_[level] = static_cast<uint32_t>(columns());
  for (size_t i = 0; i < level_documents_[level]; ++i) {
    places_.push_back(static_cast<uint32_t>(columns()));
    tokens_.push_back(TokenAt(documents_[i], level, bos));
    positions_.push_back(static_cast<uint32_t>(level));
  }
}

// A counting sort of what follows by the column that it follows.
void Chunk::LayTargets(Token bos) {
  target_ends_.assign(columns() + 1, 0);
  for (const uint32_t column : places_) ++target_ends_[column + 1];
  for (size_t c = 0; c < columns(); ++c) target_ends_[c + 1] += target_ends_[c];
  targets_.resize(places_.size());
  size_t place = 0;
  for (size_t level = 0; level < level_documents_.size(); ++level) {
    for (size_t i = 0; i < level_documents_[level]; ++i) {
      const Document& document = documents_[i];
      const Token next = level < document.size() ? document[level] : bos;
      targets_[target_ends_[places_[place++]]++] = next;
    }
  }
  // Each beginning has become its end.
  std::copy_backward(target_ends_.begin(), target_ends_.end() - 1,
                     target_ends_.end());
  target_ends_[0] = 0;
}

}  // namespace microgpt
