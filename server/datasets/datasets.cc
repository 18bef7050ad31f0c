// SPDX-License-Identifier: MIT
#include "server/datasets/datasets.h"

#include <fmt/format.h>

#include <utility>

#include "core/text/tokenizer.h"
#include "core/text/utf8.h"
#include "core/training/trainer.h"
#include "server/datasets/builtin.h"
#include "server/errors/errors.h"
#include "server/errors/names.h"

namespace microgpt::server {

DatasetSummary SummarizeDataset(const Corpus& corpus, TokenizerKind tokenizer,
                                uint32_t block_size) {
  return {.id = corpus.id(),
          .documents = corpus.size(),
          .tokens = CountCharacters(tokenizer, corpus) + corpus.size(),
          .duplicates = corpus.duplicates(),
          .truncated = CountTruncated(tokenizer, corpus, block_size)};
}

absl::Status ValidateDatasetName(std::string_view name) {
  return ValidateName("name", "dataset", name);
}

Datasets::Datasets(Store& store, uint64_t max_bytes)
    : store_(store), corpora_(max_bytes), documents_(max_bytes) {
  for (const std::string_view name : BuiltinDatasetNames()) {
    absl::StatusOr<Corpus> corpus =
        Corpus::FromText(BuiltinDataset(name).value());
    built_in_.push_back({std::string(name),
                         std::make_shared<const Corpus>(*std::move(corpus))});
  }
}

const Datasets::BuiltInDataset* Datasets::FindBuiltIn(
    std::string_view dataset) const {
  for (const BuiltInDataset& known : built_in_) {
    if (known.name == dataset || known.corpus->id() == dataset) return &known;
  }
  return nullptr;
}

Datasets::Entry Datasets::Describe(const BuiltInDataset& dataset) const {
  const Corpus& corpus = *dataset.corpus;
  Entry entry{.record = {}, .built_in = true};
  DatasetRecord& record = entry.record;
  // When it was used first, and names it has beside its own.
  if (absl::StatusOr<DatasetRecord> stored = store_.GetDataset(corpus.id());
      stored.ok()) {
    record = *std::move(stored);
  }
  record.names.insert(record.names.begin(), dataset.name);
  record.forgotten = false;
  record.id = corpus.id();
  record.documents = corpus.size();
  record.characters = corpus.characters();
  record.duplicates = corpus.duplicates();
  record.longest = corpus.longest();
  record.bytes = corpus.bytes();
  record.alphabet.clear();
  for (const char32_t character : corpus.alphabet()) {
    AppendUtf8(character, record.alphabet);
  }
  return entry;
}

absl::StatusOr<Datasets::Entry> Datasets::Get(std::string_view dataset) const {
  if (const BuiltInDataset* known = FindBuiltIn(dataset)) {
    return Describe(*known);
  }
  absl::StatusOr<DatasetRecord> stored = store_.GetDataset(dataset);
  if (stored.ok()) return Entry{.record = *std::move(stored)};
  if (!absl::IsNotFound(stored.status())) return stored.status();
  std::vector<std::string> names;
  for (const BuiltInDataset& known : built_in_) names.push_back(known.name);
  if (Nearest(dataset, names).empty()) return stored.status();
  return UnknownNameError("dataset", dataset, names);
}

absl::StatusOr<std::shared_ptr<const Corpus>> Datasets::Load(
    std::string_view dataset) {
  if (const BuiltInDataset* known = FindBuiltIn(dataset)) return known->corpus;
  MICROGPT_ASSIGN_OR_RETURN(const Entry entry, Get(dataset));
  if (entry.record.forgotten) {
    return absl::FailedPreconditionError(fmt::format(
        "dataset \"{}\": its text was deleted; add it again to train on it",
        dataset));
  }
  if (auto corpus = corpora_.Find(entry.record.id)) return corpus;
  MICROGPT_ASSIGN_OR_RETURN(auto corpus, store_.LoadCorpus(entry.record.id));
  corpus = Share(std::move(corpus));
  LetGoIfForgotten(entry.record.id);
  return corpus;
}

// After a text came into memory: it may have been deleted meanwhile.
void Datasets::LetGoIfForgotten(const std::string& id) {
  const absl::StatusOr<Entry> entry = Get(id);
  if (entry.ok() && !entry->record.forgotten) return;
  corpora_.Erase(id);
  documents_.Erase(id);
}

absl::StatusOr<std::shared_ptr<const DocumentSet>> Datasets::LoadDocuments(
    const std::string& id) {
  if (auto documents = documents_.Find(id)) return documents;
  MICROGPT_ASSIGN_OR_RETURN(auto corpus, Load(id));
  auto documents = documents_.Insert(
      id, std::make_shared<const DocumentSet>(std::move(corpus)));
  LetGoIfForgotten(id);
  return documents;
}

std::shared_ptr<const Corpus> Datasets::Share(
    std::shared_ptr<const Corpus> corpus) {
  const std::string& id = corpus->id();
  if (const BuiltInDataset* known = FindBuiltIn(id)) return known->corpus;
  return corpora_.Insert(id, corpus);
}

std::vector<Datasets::Entry> Datasets::BuiltIn() const {
  std::vector<Entry> entries;
  for (const BuiltInDataset& known : built_in_) {
    entries.push_back(Describe(known));
  }
  return entries;
}

absl::StatusOr<std::vector<Datasets::Entry>> Datasets::List(
    uint64_t before, size_t limit) const {
  // Built-in ones that were trained on are stored too: as many more are asked
  // for as may have to be left out.
  MICROGPT_ASSIGN_OR_RETURN(
      std::vector<DatasetRecord> records,
      store_.ListDatasets(before, limit + built_in_.size()));
  std::vector<Entry> entries;
  for (DatasetRecord& record : records) {
    if (entries.size() == limit) break;
    if (FindBuiltIn(record.id) == nullptr) {
      entries.push_back({.record = std::move(record)});
    }
  }
  return entries;
}

void Datasets::Add(const std::string& name,
                   std::shared_ptr<const Corpus> corpus,
                   Store::Done<Entry> done) {
  const BuiltInDataset* const known = FindBuiltIn(name);
  if (known != nullptr && known->corpus->id() != corpus->id()) {
    return done(absl::AlreadyExistsError(
        fmt::format("name: \"{}\" is a built-in dataset", name)));
  }
  if (known != nullptr) return done(Describe(*known));
  const std::string id = corpus->id();
  store_.AddDataset(
      name, std::move(corpus),
      [this, id, done = std::move(done)](absl::StatusOr<DatasetRecord> added) {
        if (!added.ok()) return done(added.status());
        if (const BuiltInDataset* same = FindBuiltIn(id)) {
          return done(Describe(*same));
        }
        done(Entry{.record = *std::move(added)});
      });
}

void Datasets::Delete(const std::string& dataset, Store::Done<bool> done) {
  if (FindBuiltIn(dataset) != nullptr) {
    return done(absl::FailedPreconditionError(fmt::format(
        "dataset \"{}\" is built in: it cannot be deleted", dataset)));
  }
  const absl::StatusOr<Entry> entry = Get(dataset);
  if (!entry.ok()) return done(entry.status());
  const std::string& id = entry->record.id;
  if (const BuiltInDataset* known = FindBuiltIn(id)) {
    return DeleteSecondName(*known, dataset, std::move(done));
  }
  store_.DeleteDataset(dataset, [this, id, done = std::move(done)](
                                    absl::StatusOr<bool> forgotten) {
    // If it is still stored, it comes back on use.
    corpora_.Erase(id);
    documents_.Erase(id);
    done(std::move(forgotten));
  });
}

// A built-in text goes with no name: the store keeps it for those who refer to
// it.
void Datasets::DeleteSecondName(const BuiltInDataset& known,
                                const std::string& name,
                                Store::Done<bool> done) {
  store_.DeleteDataset(name, [this, &known, done = std::move(done)](
                                 const absl::StatusOr<bool>& forgotten) {
    if (!forgotten.ok() || !*forgotten) return done(forgotten);
    store_.AddDataset("", known.corpus,
                      [done](const absl::StatusOr<DatasetRecord>& added) {
                        if (!added.ok()) return done(added.status());
                        done(false);
                      });
  });
}

}  // namespace microgpt::server
