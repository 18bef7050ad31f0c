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

// The largest chunk that something has room for.
struct ChunkLimits {
  size_t documents;  // 1: any single one
  size_t positions;  // in all documents
  size_t longest;    // positions of the longest document
};

// Documents that are computed together, a column a token. Not thread-safe; its
// memory is reused from one Lay to the next.
//
// A single document has its positions in order. Several stand position by
// position, the longest document first, so that the same position of different
// documents makes neighbouring columns: attention works on a vector of them at
// a time. Where many documents begin alike, what they have in common is there
// only once (the states of a causal model depend on the prefix alone), as far
// as that saves more than it costs.
class Chunk {
 public:
  // Room for chunks of at most so many documents, and positions in all of them.
  Chunk(size_t max_documents, size_t max_positions);

  // How many bytes such an object takes, without making it.
  static uint64_t Bytes(size_t max_documents, size_t max_positions);

  // How many columns, copies included, such a chunk has at most.
  static size_t MaxColumns(size_t max_documents, size_t max_positions);

  // Several documents have at most so many positions each; a single one has any
  // number.
  static constexpr size_t kShort = 32;

  // Lays 1..max_documents documents out.
  void Lay(std::span<const std::span<const Token>> documents, Token bos,
           size_t block_size);

  // How many columns there are, the token of each, and its place in its
  // document.
  size_t columns() const { return tokens_.size(); }
  std::span<const Token> tokens() const { return tokens_; }
  std::span<const uint32_t> positions() const { return positions_; }

  // The tokens that follow column c, one for each document that has it.
  std::span<const Token> Targets(size_t c) const {
    return std::span(targets_).subspan(target_ends_[c],
                                       target_ends_[c + 1] - target_ends_[c]);
  }

  // What attention of several documents works on: lanes that go from position
  // to position, side by side, each through the columns of one document, or
  // through shared ones to those that end there.
  struct Strands {
    size_t first_query;  // positions from here on ask; every one is a key
    // At each position the column of lane 0, which those of the other lanes
    // follow, and how many lanes have it.
    std::span<const uint32_t> offsets;
    std::span<const uint32_t> lanes;
  };
  // Together they ask for every column once. None for a single document.
  size_t strands() const {
    return shared_levels_ + (shared_levels_ < level_lanes_.size() ? 1 : 0);
  }
  Strands Strand(size_t i) const;

  // Lanes whose keys are shared columns find copies of them, in columns from
  // copies_begin() on: the column that each copy is of.
  size_t copies_begin() const { return copies_begin_; }
  size_t columns_and_copies() const { return copies_begin_ + copies_.size(); }
  std::span<const uint32_t> copies() const { return copies_; }

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
  uint32_t FindOrAddChild(uint32_t parent, Token token, size_t level);
  void LayStrands();
  void AddCopies(std::span<const uint32_t> ends, size_t levels);
  void LayTargets(Token bos);
  void LaySharedTargets(Token bos);

  std::vector<Token> tokens_;
  std::vector<uint32_t> positions_;
  std::vector<Token> targets_;
  std::vector<uint32_t> target_ends_;
  size_t shared_levels_ = 0;
  size_t copies_begin_ = 0;
  std::vector<uint32_t> copies_;
  std::vector<uint32_t> strand_offsets_;  // of all strands
  std::vector<uint32_t> strand_lanes_;

  // Of use while documents are laid out.
  std::vector<Document> documents_;      // the longest first
  std::vector<uint32_t> level_lanes_;    // documents that have each position
  std::vector<uint32_t> level_columns_;  // where each level's columns begin
  std::vector<uint32_t> newest_;   // the column of each one's last position
  std::vector<uint32_t> parents_;  // the column before each shared one
  std::vector<uint32_t> places_;   // the column of each shared position
  std::vector<Child> children_;    // hash table
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_TRAINING_CHUNK_H_
