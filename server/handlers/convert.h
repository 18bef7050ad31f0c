// SPDX-License-Identifier: MIT
//
// Between the messages of the API and the types that the rest of the server
// works with. Parsing validates: errors are FieldErrors that name the field by
// its path in the request.
#ifndef MICROGPT_SERVER_HANDLERS_CONVERT_H_
#define MICROGPT_SERVER_HANDLERS_CONVERT_H_

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/evaluation/evaluation.h"
#include "core/generation/sampling.h"
#include "core/model/config.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "microgpt/v1/microgpt.pb.h"
#include "microgpt/v1/registry.pb.h"
#include "server/datasets/datasets.h"
#include "server/store/records.h"

namespace microgpt::server {

struct Configs {
  ModelConfig model;
  TrainingConfig training;
};

// Unset fields become their defaults.
absl::StatusOr<Configs> ParseConfig(const v1::Config& config);

absl::StatusOr<SamplingConfig> ParseSampling(
    const v1::GenerateRequest& request);

// A duration from 0 to `maximum`.
absl::StatusOr<std::chrono::nanoseconds> ParseDuration(
    std::string_view field, const google::protobuf::Duration& duration,
    std::chrono::nanoseconds maximum);

// Every field filled in, so that it trains the same bits when sent back.
v1::Config ToProto(const ModelConfig& model, const TrainingConfig& training);

// Without what only `full` asks for.
v1::Job ToProto(const JobRecord& job);

// The steps (from 1) whose losses a job's history shows: every one if there are
// at most 256; else every one with a validation loss, and the rest spread
// evenly, the last included.
std::vector<uint32_t> HistorySteps(const JobRecord& job);

// Adds what `full` asks for. losses: of HistorySteps(job).
void AddDetails(const JobRecord& job, std::span<const double> losses,
                const std::string& alphabet, v1::Job& message);

v1::Model ToProto(const ModelVersion& version);

// Without advice. version: the one that was evaluated.
v1::Evaluation ToProto(const Evaluation& evaluation,
                       const ModelVersion& version);

// Without what only `full` asks for.
v1::Dataset ToProto(const Datasets::Entry& dataset);

google::protobuf::Duration ToProto(std::chrono::nanoseconds duration);
google::protobuf::Timestamp ToProto(Time time);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_CONVERT_H_
