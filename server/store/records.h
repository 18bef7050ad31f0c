// SPDX-License-Identifier: MIT
//
// What lasts, as plain values: jobs, datasets, model versions.
#ifndef MICROGPT_SERVER_STORE_RECORDS_H_
#define MICROGPT_SERVER_STORE_RECORDS_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/model/config.h"
#include "core/model/model.h"

namespace microgpt::server {

using Time = std::chrono::system_clock::time_point;

// A corpus in figures; the text itself is a shared Corpus.
struct DatasetSummary {
  std::string id;  // "sha256:<hex>"
  uint64_t documents = 0;
  uint64_t tokens = 0;  // characters and end marks
  uint64_t duplicates = 0;
  uint64_t truncated = 0;  // by the job's block_size
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

// A training job: what was asked for, and how far it is. Everything but the
// losses of its steps, which are too many to copy around.
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
  uint32_t revision = 1;                // grows with each change
  uint32_t queue_position = 0;          // 1 is next; 0 when not queued
  uint32_t step = 0;                    // steps done
  double loss = 0;                      // mean of the last 100 steps
  std::chrono::nanoseconds elapsed{0};  // spent training
  std::vector<ValidationPoint> validation;
  std::vector<std::string> samples;  // drawn from the newest weights
  uint32_t version = 0;              // of the model made; 0 until SUCCEEDED
  absl::Status error;                // why it failed
  std::optional<Time> end_time;
};

// One immutable version of a model.
struct ModelVersion {
  std::string name;
  uint32_t version = 0;
  JobRecord job;  // that made it, as it ended
  std::shared_ptr<const Model> model;

  std::string Reference() const { return name + "@" + std::to_string(version); }
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_STORE_RECORDS_H_
