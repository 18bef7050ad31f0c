// SPDX-License-Identifier: MIT
//
// What the tests of stores are made with.
#ifndef MICROGPT_SERVER_STORE_FIXTURES_TEST_H_
#define MICROGPT_SERVER_STORE_FIXTURES_TEST_H_

#include <fmt/format.h>

#include <bit>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/format/model_file.h"
#include "core/model/model.h"
#include "core/model/parameters.h"
#include "core/text/corpus.h"
#include "server/store/await.h"
#include "server/store/columns.h"
#include "server/store/records.h"
#include "server/store/store.h"

namespace microgpt::server {

inline std::shared_ptr<const Corpus> MakeCorpus(std::string_view text) {
  return std::make_shared<const Corpus>(*Corpus::FromText(text));
}

// A model of the character "a" whose first weight is `weight`.
inline std::shared_ptr<const Model> MakeModel(float weight) {
  const ModelConfig config;
  Parameters<float> parameters(config, 2);
  parameters.values()[0] = weight;
  return std::make_shared<const Model>(
      config, Tokenizer(TokenizerKind::kCodePoint, {"a"}),
      std::move(parameters), PythonRandom(1));
}

// Of a MakeModel.
inline float WeightOf(const Model& model) {
  return std::get<Parameters<float>>(model.parameters()).values()[0];
}

inline JobRecord MakeJob(std::string id, std::string model,
                         const Corpus& corpus) {
  JobRecord job;
  job.id = std::move(id);
  job.model = std::move(model);
  job.dataset.id = corpus.id();
  job.dataset.documents = corpus.size();
  return job;
}

inline Time TimeOf(int64_t microseconds) {
  return Time(std::chrono::microseconds(microseconds));
}

// A store whose writes are waited for.
class WaitingStore {
 public:
  explicit WaitingStore(Store& store) : store_(store) {}

  absl::StatusOr<JobRecord> Accept(const JobRecord& job,
                                   const std::shared_ptr<const Corpus>& corpus,
                                   TextOrigin origin = TextOrigin::kSent) {
    return Await<JobRecord>([&](auto done) {
      store_.AcceptJob(job, corpus, origin, std::chrono::milliseconds(0), done);
    });
  }
  absl::StatusOr<JobRecord> Finish(const JobRecord& job,
                                   std::vector<double> losses,
                                   std::shared_ptr<const Model> model,
                                   NormHistory norms = {}) {
    return Await<JobRecord>([&](auto done) {
      store_.FinishJob(
          std::make_shared<const FinishedJob>(FinishedJob{
              job, std::move(losses), std::move(model), std::move(norms)}),
          done);
    });
  }
  absl::StatusOr<DatasetRecord> AddDataset(
      std::string_view name, const std::shared_ptr<const Corpus>& corpus) {
    return Await<DatasetRecord>(
        [&](auto done) { store_.AddDataset(name, corpus, done); });
  }
  absl::StatusOr<bool> DeleteDataset(std::string_view dataset) {
    return Await<bool>([&](auto done) { store_.DeleteDataset(dataset, done); });
  }
  absl::StatusOr<ModelVersion> AddVersion(
      const ModelVersion& version, const std::shared_ptr<const Model>& model) {
    return Await<ModelVersion>(
        [&](auto done) { store_.AddVersion(version, model, done); });
  }
  absl::StatusOr<ModelVersion> DeleteVersion(std::string_view name,
                                             uint32_t version) {
    return Await<ModelVersion>(
        [&](auto done) { store_.DeleteVersion(name, version, done); });
  }
  absl::StatusOr<Store::DeletedModel> DeleteModel(std::string_view name) {
    return Await<Store::DeletedModel>(
        [&](auto done) { store_.DeleteModel(name, done); });
  }
  absl::StatusOr<ModelVersion> SetAlias(
      std::string_view name, std::string_view alias, uint32_t version,
      std::optional<uint32_t> expected = std::nullopt) {
    return Await<ModelVersion>([&](auto done) {
      store_.SetAlias(name, alias, version, expected, done);
    });
  }
  absl::StatusOr<ModelVersion> DeleteAlias(
      std::string_view name, std::string_view alias,
      std::optional<uint32_t> expected = std::nullopt) {
    return Await<ModelVersion>(
        [&](auto done) { store_.DeleteAlias(name, alias, expected, done); });
  }

 private:
  Store& store_;
};

// --- Everything of a record as text, to compare it bit for bit ---

inline uint64_t Bits(double value) { return std::bit_cast<uint64_t>(value); }

inline std::string TextOf(const DatasetSummary& dataset) {
  return fmt::format("{} {} {} {} {} {}", dataset.id, dataset.documents,
                     dataset.tokens, dataset.duplicates, dataset.truncated,
                     dataset.forgotten);
}

inline std::string TextOf(const DatasetRecord& dataset) {
  return fmt::format("{} {} {} {} {} {} {} {} {} {} {}", dataset.id,
                     dataset.sequence, ToColumn(dataset.names),
                     dataset.documents, dataset.characters, dataset.duplicates,
                     dataset.longest, dataset.bytes, dataset.alphabet,
                     dataset.forgotten, ToColumn(dataset.create_time));
}

inline std::string TextOf(const JobRecord& job) {
  std::string text = fmt::format(
      "{} {} {} {} {} {} [{}] {} {} {}\n{} {} {} {} {} {} {} {} [{}] {}",
      job.id, job.model, job.request_id, job.fingerprint,
      ToColumn(job.model_config), ToColumn(job.training_config),
      TextOf(job.dataset), job.vocab_size, job.num_parameters,
      ToColumn(job.create_time), ToColumn(job.state), job.attempt, job.revision,
      job.step, Bits(job.loss), job.elapsed.count(), ToColumn(job.samples),
      job.version, job.error.ToString(),
      job.end_time ? ToColumn(*job.end_time) : -1);
  for (const ValidationPoint& point : job.validation) {
    text += fmt::format(" {}:{}", point.step, Bits(point.loss));
  }
  return text;
}

inline std::string TextOf(const ModelVersion& version) {
  const auto text_of = [](const std::optional<double>& value) {
    return value ? std::to_string(Bits(*value)) : "unknown";
  };
  return fmt::format(
      "{} {} {} {} {} {} {} {} [{}] {} {} {} {} {} {} {}", version.Reference(),
      version.sha256, version.job, version.base, ToColumn(version.model_config),
      ToColumn(version.tokenizer), ToColumn(version.precision),
      version.training_config ? ToColumn(*version.training_config) : "unknown",
      version.dataset ? TextOf(*version.dataset) : "unknown",
      version.vocab_size, version.num_parameters, version.memory_bytes,
      text_of(version.loss), text_of(version.validation_loss),
      ToColumn(version.create_time), ToColumn(version.aliases));
}

// Norms of a MakeJob at these steps, each another number.
inline NormHistory MakeNorms(std::vector<uint32_t> steps) {
  NormHistory norms;
  const size_t values = NormHistory::kNorms * CountTensors(ModelConfig());
  for (size_t i = 0; i < values * steps.size(); ++i) {
    norms.values.push_back(1.0f / static_cast<float>(i + 1));
  }
  norms.steps = std::move(steps);
  return norms;
}

inline std::vector<uint64_t> BitsOf(std::span<const double> values) {
  std::vector<uint64_t> bits;
  for (const double value : values) bits.push_back(Bits(value));
  return bits;
}

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_STORE_FIXTURES_TEST_H_
