// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_TRAINING_BATCH_H_
#define MICROGPT_CORE_TRAINING_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/text/tokenizer.h"
#include "core/training/chunk.h"

namespace microgpt {

// The documents of one step, cut into chunks. What is cut where depends on the
// documents alone. Not thread-safe; its memory is reused from step to step.
class Batch {
 public:
  using Document = std::span<const Token>;

  // chunk_positions: about how many positions the chunks of short documents
  // are to have.
  Batch(size_t max_documents, size_t block_size, size_t chunk_positions);

  // How many bytes such an object takes, without making it.
  static uint64_t Bytes(size_t max_documents);

  // What chunks of such a batch can have at most, and how many there can be, if
  // no document has more than `longest` positions.
  ChunkLimits Limits(size_t longest) const;
  size_t MaxChunks(size_t longest) const;

  // Begins a new batch; at most max_documents are added to it before it is cut.
  void Clear();
  void Add(Document document);
  void Cut();

  size_t documents() const { return documents_.size(); }
  size_t positions() const { return positions_; }  // of all documents
  size_t chunks() const { return ends_.size(); }
  // The documents of a chunk. Those of more than Chunk::kShort positions are
  // chunks of their own: attention has enough to do with each.
  std::span<const Document> chunk(size_t i) const;

 private:
  void SortByFirstToken();

  const size_t block_size_;
  const size_t max_documents_;
  const size_t chunk_positions_;
  size_t positions_ = 0;
  size_t short_positions_ = 0;
  std::vector<Document> short_, long_;
  std::vector<Document> sorted_;     // of use while short_ is sorted
  std::vector<Document> documents_;  // in the order of the chunks
  std::vector<size_t> ends_;         // of the chunks
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_TRAINING_BATCH_H_
