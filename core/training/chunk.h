// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_TRAINING_CHUNK_H_
#define MICROGPT_CORE_TRAINING_CHUNK_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/text/tokenizer.h"

namespace microgpt {

// How many predictions a document is good for: its characters and its end mark,
// as far as block_size goes.
inline size_t CountPositions(std::span<const Token> document,
                             size_t block_size) {
  const size_t positions = document.size() + 1;
  return positions < block_size ? positions : block_size;
}

// Documents that are computed together, a column a token. Not thread-safe; its
// memory is reused from one Lay to the next.
//
// A single document has its positions in order. Several stand position by
// position, the longest document first, so that neighbouring columns are the
// same position of different documents: attention works on a vector of
// documents at a time. Where many of them begin alike, what they have in common
// is there only once (the states of a causal model depend on the prefix alone),
// as far as that saves more than it costs. Attention then works on copies of
// these columns, one a document, as if nothing were shared.
class Chunk {
 public:
  // Room for chunks of at most so many documents, and positions in all of them.
  Chunk(size_t max_documents, size_t max_positions);

  // How many bytes such an object takes, without making it.
  static uint64_t Bytes(size_t max_documents, size_t max_positions);

  // How many columns, copies included, such a chunk has at most.
  static size_t MaxColumns(size_t max_documents, size_t max_positions);

  // Lays 1..max_documents documents out.
  void Lay(std::span<const std::span<const Token>> documents, Token bos,
           size_t block_size);

  // How many columns there are, without copies; the token of each, and its
  // place in its document.
  size_t columns() const { return tokens_.size(); }
  std::span<const Token> tokens() const { return tokens_; }
  std::span<const uint32_t> positions() const { return positions_; }

  // The tokens that follow column c, one for each document that has it.
  std::span<const Token> Targets(size_t c) const {
    return std::span(targets_).subspan(target_ends_[c],
                                       target_ends_[c + 1] - target_ends_[c]);
  }

  // How many documents have position t; of a single document, nothing.
  std::span<const uint32_t> level_documents() const { return level_documents_; }
  // The column of the first document's position t, which those of the others
  // follow: of its copy, if it is shared.
  std::span<const uint32_t> level_offsets() const { return level_offsets_; }

  // Columns from copies_begin() on are copies; copies() has the column that
  // each is of. The first columns are the shared ones; speakers() has the one
  // copy of each that speaks for it, so that nothing is counted twice.
  size_t copies_begin() const { return copies_begin_; }
  std::span<const uint32_t> copies() const { return copies_; }
  std::span<const uint32_t> speakers() const { return speakers_; }

 private:
  using Document = std::span<const Token>;
  // A shared column's child, found by its token.
  struct Child {
    uint32_t parent;
    Token token;
    uint32_t column;
  };

  void Clear();
  void LaySingle(Document document, Token bos, size_t block_size);
  void SortByLength(std::span<const Document> documents, size_t block_size);
  bool TryLayShared(size_t level, Token bos);
  void LayUnshared(size_t level, Token bos);
  void LayTargets(Token bos);
  uint32_t FindOrAddChild(uint32_t parent, Token token, size_t level);

  std::vector<Token> tokens_;
  std::vector<uint32_t> positions_;
  std::vector<Token> targets_;
  std::vector<uint32_t> target_ends_;
  std::vector<uint32_t> level_documents_, level_offsets_;
  size_t copies_begin_ = 0;
  std::vector<uint32_t> copies_, speakers_;

  // Of use while documents are laid out.
  std::vector<Document> documents_;  // the longest first
  std::vector<uint32_t> newest_;     // the column of each one's last position
  std::vector<uint32_t> places_;     // the column of every position, by level
  std::vector<Child> children_;      // hash table
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_TRAINING_CHUNK_H_
