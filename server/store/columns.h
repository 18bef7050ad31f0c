// SPDX-License-Identifier: MIT
//
// How the values of records stand in the columns of tables: so that a person
// can read them in the sqlite3 shell, and no bit is lost.
#ifndef MICROGPT_SERVER_STORE_COLUMNS_H_
#define MICROGPT_SERVER_STORE_COLUMNS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/config.h"
#include "core/text/tokenizer.h"
#include "server/store/records.h"

namespace microgpt::server {

// Microseconds since 1970.
int64_t ToColumn(Time time);
Time TimeOfColumn(int64_t microseconds);

// A word: "queued", "code_point", "float32".
std::string ToColumn(JobState state);
std::string ToColumn(TokenizerKind kind);
std::string ToColumn(Precision precision);

// JSON. Numbers that are not finite are "nan", "inf" and "-inf".
std::string ToColumn(const ModelConfig& config);
std::string ToColumn(const TrainingConfig& config);
std::string ToColumn(const std::vector<ValidationPoint>& validation);
std::string ToColumn(const std::vector<std::string>& strings);

// The value of which ToColumn made `column`; false if there is none. A setting
// that is absent has its default: it was added to the settings later.
[[nodiscard]] bool FromColumn(std::string_view column, JobState& state);
[[nodiscard]] bool FromColumn(std::string_view column, TokenizerKind& kind);
[[nodiscard]] bool FromColumn(std::string_view column, Precision& precision);
[[nodiscard]] bool FromColumn(std::string_view column, ModelConfig& config);
[[nodiscard]] bool FromColumn(std::string_view column, TrainingConfig& config);
[[nodiscard]] bool FromColumn(std::string_view column,
                              std::vector<ValidationPoint>& validation);
[[nodiscard]] bool FromColumn(std::string_view column,
                              std::vector<std::string>& strings);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_STORE_COLUMNS_H_
