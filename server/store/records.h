// SPDX-License-Identifier: MIT
//
// What lasts, as plain values: jobs, datasets, versions of models.
#ifndef MICROGPT_SERVER_STORE_RECORDS_H_
#define MICROGPT_SERVER_STORE_RECORDS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/model/config.h"
#include "core/model/model.h"
#include "core/text/tokenizer.h"

namespace microgpt::server {

using Time = std::chrono::system_clock::time_point;  // kept in microseconds

// A corpus in figures, as a job or a model sees it; the text itself is a
// shared Corpus.
struct DatasetSummary {
  std::string id;  // "sha256:<hex>"
  uint64_t documents = 0;
  uint64_t tokens = 0;  // predicted in one pass: characters and end marks
  uint64_t duplicates = 0;
  uint64_t truncated = 0;  // by block_size
  bool forgotten = false;  // its text was deleted (filled in when read)
};

// A stored dataset.
struct DatasetRecord {
  std::string id;                  // "sha256:<hex>"
  uint64_t sequence = 0;           // from 1; grows with each new dataset
  std::vector<std::string> names;  // sorted; none: known by its id
  uint64_t documents = 0;
  uint64_t characters = 0;  // code points
  uint64_t duplicates = 0;
  uint64_t longest = 0;  // characters of the longest document
  uint64_t bytes = 0;    // of its documents, each with a line feed
  std::string alphabet;  // each code point once, sorted
  bool forgotten = false;
  Time create_time;
};

enum class JobState {
  kQueued,
  kRunning,
  kCancelling,
  kSucceeded,
  kFailed,
  kCancelled
};

inline bool IsDone(JobState state) { return state >= JobState::kSucceeded; }

struct ValidationPoint {
  uint32_t step;  // steps done
  double loss;    // nats a token
};

// L2 norms of a job's tensors at some of its steps, ascending.
struct NormHistory {
  std::vector<uint32_t> steps;
  // For each step, for each tensor in the order of TensorSpecs: kNorms of them,
  // of the gradient, of the weights after the step, and of the update.
  std::vector<float> values;

  static constexpr size_t kNorms = 3;
};

// A training job: what was asked for, and how far it is. Everything but the
// losses and norms of its steps, which are too many to copy around.
struct JobRecord {
  std::string id;
  std::string model;
  std::string request_id;   // empty: none
  std::string fingerprint;  // of the request, to compare with another's
  ModelConfig model_config;
  TrainingConfig training_config;
  DatasetSummary dataset;
  uint32_t vocab_size = 0;
  uint64_t num_parameters = 0;
  Time create_time;

  JobState state = JobState::kQueued;
  uint32_t attempt = 1;   // one more for each restart
  uint32_t revision = 1;  // grows with each change
  // 1 is next; 0 when not queued. The JobBoard's to tell: it is not stored.
  uint32_t queue_position = 0;
  uint32_t step = 0;                    // steps done
  double loss = 0;                      // mean of the last 100 steps
  std::chrono::nanoseconds elapsed{0};  // spent training
  std::vector<ValidationPoint> validation;
  std::vector<std::string> samples;  // drawn from the newest weights
  uint32_t version = 0;              // of the model made; 0 until SUCCEEDED
  absl::Status error;                // why it failed
  std::optional<Time> end_time;
};

// A job that has ended, with all that came of it.
struct FinishedJob {
  JobRecord job;                       // in a final state
  std::vector<double> losses;          // of each step done
  std::shared_ptr<const Model> model;  // null unless it succeeded
  NormHistory norms = {};
};

// "names@3".
inline std::string ReferenceTo(const std::string& name, uint32_t version) {
  return name + "@" + std::to_string(version);
}

// One immutable version of a model: all about it but its weights.
struct ModelVersion {
  std::string name;
  uint32_t version = 0;
  std::string sha256;  // ModelSha256 of its weights, tokenizer and generator
  std::string job;     // that made it; empty: it was imported
  std::string base;    // imported: "names@3", as its file says
  ModelConfig model_config;
  TokenizerKind tokenizer = TokenizerKind::kCodePoint;
  Precision precision = Precision::kFloat32;
  std::optional<TrainingConfig> training_config;  // nullopt: not known
  std::optional<DatasetSummary> dataset;          // nullopt: not known
  uint32_t vocab_size = 0;
  uint64_t num_parameters = 0;
  uint64_t memory_bytes = 0;  // of its Model
  std::optional<double> loss;
  std::optional<double> validation_loss;
  Time create_time;
  std::vector<std::string> aliases;  // sorted, "prod"; filled in when read

  std::string Reference() const { return ReferenceTo(name, version); }
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_STORE_RECORDS_H_
