// SPDX-License-Identifier: MIT
//
// The documents that a case trains on, made of the lines of any text.
#ifndef MICROGPT_CORE_BENCHMARK_DOCUMENTS_H_
#define MICROGPT_CORE_BENCHMARK_DOCUMENTS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/benchmark/case.h"
#include "core/text/corpus.h"

namespace microgpt::benchmark {

// All of a file. NOT_FOUND if it cannot be read.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// The documents of a case, as `documents`, `vocab` and block_size have it.
// Random ones hold every code point of their alphabet if they have that many
// characters together. The same lines give the same documents.
Corpus MakeDocuments(const Case& c, const Corpus& lines);

// How many tokens a model with this block_size predicts for each document:
// its characters and its end mark, as far as block_size goes.
std::vector<uint32_t> PredictedTokens(const Corpus& documents,
                                      uint32_t block_size);

// Tokens that a model of these documents has: code points and BOS.
uint32_t VocabSize(const Corpus& documents);

}  // namespace microgpt::benchmark

#endif  // MICROGPT_CORE_BENCHMARK_DOCUMENTS_H_
