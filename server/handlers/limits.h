// SPDX-License-Identifier: MIT
//
// What one request may ask for at most. The limits that depend on the machine
// are flags (server/options.h).
#ifndef MICROGPT_SERVER_HANDLERS_LIMITS_H_
#define MICROGPT_SERVER_HANDLERS_LIMITS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace microgpt::server {

inline constexpr size_t kMaxMessageBytes = 16 << 20;
inline constexpr std::chrono::seconds kMaxWait{60};
inline constexpr uint32_t kMaxSamples = 1'000'000;
inline constexpr int kMaxTexts = 10'000;
inline constexpr uint64_t kMaxLogprobBytes = 400'000;
inline constexpr uint32_t kMaxPageSize = 1000;
inline constexpr uint32_t kDefaultPageSize = 50;
inline constexpr size_t kMaxRequestIdLength = 128;
// Train requests, up to 16 MiB each, that may wait to be cleaned, and by how
// many threads.
inline constexpr size_t kMaxIntake = 64;
inline constexpr size_t kIntakeThreads = 4;
// Of a file or text that is streamed, in a message; and in all.
inline constexpr size_t kMaxChunkBytes = 1 << 20;
inline constexpr size_t kMaxDatasetBytes = 256 << 20;
inline constexpr size_t kMaxModelFileBytes = 256 << 20;
// Uploads and exports under way. While a text of short lines is cleaned it
// takes up to eight times its bytes, a model file twice.
inline constexpr size_t kMaxTransfers = 8;
// Changes of models, aliases and datasets that may wait for the store.
inline constexpr size_t kMaxChanges = 64;
// Of the texts of datasets that stay in memory between jobs.
inline constexpr uint64_t kDatasetMemoryBytes = uint64_t{256} << 20;
// Documents of a model's text that are gone through only to tell of a string
// whether it is novel, which nobody asked for.
inline constexpr uint64_t kMaxDocumentsAtHand = 100'000;
// Of the unique strings of one call, all as long as they can be.
inline constexpr uint64_t kMaxUniqueCharacters = uint64_t{64} << 20;
// Evaluations that may wait; one is computed at a time, for it may take half a
// gigabyte for its n-grams.
inline constexpr size_t kMaxEvaluations = 16;
// Of the documents of one, and again of its samples: tokens by parameters. In
// all some fifteen seconds of one core.
inline constexpr double kMaxEvaluationWork = 1e11;
// Of those kept, some 2 KiB each.
inline constexpr uint64_t kEvaluationMemoryBytes = uint64_t{4} << 20;
// Of GetMetrics, as many as there are connections over HTTP: most of them wait.
inline constexpr size_t kMaxMetricsCalls = 1000;
// Of what jobs had learned on their way; jobs/checkpoints.h has what each may
// keep.
inline constexpr uint64_t kCheckpointMemoryBytes = uint64_t{128} << 20;
// Calls that look inside models, under way or waiting; and how many are
// computed at a time. One may take so many multiplications, some ten seconds of
// one core, and so much memory beside its answer.
inline constexpr size_t kMaxInspections = 32;
inline constexpr size_t kInspectionThreads = 2;
inline constexpr double kMaxInspectionWork = 1e10;
inline constexpr double kMaxInspectionBytes = 128 << 20;
// Of one tensor, in a message.
inline constexpr uint32_t kMaxTensorValues = 1'000'000;
// Of one job while it trains: weights, gradients, moments, activations.
inline constexpr uint64_t kMaxTrainingBytes = uint64_t{1} << 30;

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_LIMITS_H_
