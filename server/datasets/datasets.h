// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_DATASETS_DATASETS_H_
#define MICROGPT_SERVER_DATASETS_DATASETS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/text/corpus.h"
#include "core/text/document_set.h"
#include "server/cache/lru_cache.h"
#include "server/store/store.h"

namespace microgpt::server {

// Every dataset there is: the built-in ones and the stored ones, each by a name
// or by its id ("sha256:<hex>"). Keeps the texts that were used last in memory.
// Thread-safe.
class Datasets {
 public:
  // A dataset with what only this class knows of it.
  struct Entry {
    DatasetRecord record;
    bool built_in = false;
  };

  // max_bytes: of texts kept in memory, and as many of what is kept of them to
  // find their documents. store must outlive this.
  Datasets(Store& store, uint64_t max_bytes);

  // NOT_FOUND, naming the nearest.
  absl::StatusOr<Entry> Get(std::string_view dataset) const;

  // By its name or its id.
  bool IsBuiltIn(std::string_view dataset) const {
    return FindBuiltIn(dataset) != nullptr;
  }

  // The text of a dataset. NOT_FOUND. FAILED_PRECONDITION: it was forgotten.
  // Takes time with its size, unless it is in memory.
  absl::StatusOr<std::shared_ptr<const Corpus>> Load(std::string_view dataset);

  // Its documents, to ask whether a string is one of them. As Load, but quick
  // if they were asked for before.
  absl::StatusOr<std::shared_ptr<const DocumentSet>> LoadDocuments(
      const std::string& id);

  // The copy of a text to work with: equal ones are kept once.
  std::shared_ptr<const Corpus> Share(std::shared_ptr<const Corpus> corpus);

  // The built-in datasets, in order of name.
  std::vector<Entry> BuiltIn() const;

  // At most `limit` stored datasets that are not built in, with sequences below
  // `before` (0: all), newest first.
  absl::StatusOr<std::vector<Entry>> List(uint64_t before, size_t limit) const;

  // As Store::AddDataset; the names of the built-in datasets ALREADY_EXIST.
  void Add(const std::string& name, std::shared_ptr<const Corpus> corpus,
           Store::Done<Entry> done);

  // As Store::DeleteDataset; a built-in dataset is FAILED_PRECONDITION.
  void Delete(const std::string& dataset, Store::Done<bool> done);

 private:
  void LetGoIfForgotten(const std::string& id);

  struct BuiltInDataset {
    std::string name;
    std::shared_ptr<const Corpus> corpus;
  };
  const BuiltInDataset* FindBuiltIn(std::string_view dataset) const;
  Entry Describe(const BuiltInDataset& dataset) const;
  void DeleteSecondName(const BuiltInDataset& known, const std::string& name,
                        Store::Done<bool> done);

  Store& store_;
  std::vector<BuiltInDataset> built_in_;
  LruCache<Corpus> corpora_;         // by id
  LruCache<DocumentSet> documents_;  // by id
};

// The figures of a text for a model of this tokenizer and block_size.
DatasetSummary SummarizeDataset(const Corpus& corpus, TokenizerKind tokenizer,
                                uint32_t block_size);

// OK, or a FieldError for "name": a dataset is named as a model is,
// [a-z0-9][a-z0-9._-]{0,62}.
absl::Status ValidateDatasetName(std::string_view name);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_DATASETS_DATASETS_H_
