// SPDX-License-Identifier: MIT
#include "server/store/norm_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>
#include <string>

#include "core/errors/errors.h"
#include "core/model/parameters.h"
#include "server/store/job_table.h"

namespace microgpt::server::norm_table {
namespace {

using sqlite::Connection;
using sqlite::Statement;

// As the schema promises.
constexpr size_t kPieceSteps = 64;
static_assert(std::endian::native == std::endian::little,
              "norms are kept as they stand in memory");

// Values of one step.
size_t ValuesAStep(const JobRecord& job) {
  return NormHistory::kNorms * CountTensors(job.model_config);
}

// The records of steps [begin, end).
std::string Encode(const NormHistory& norms, size_t begin, size_t end) {
  const size_t values = norms.values.size() / norms.steps.size();
  std::string bytes;
  bytes.reserve((end - begin) * (1 + values) * sizeof(float));
  for (size_t i = begin; i < end; ++i) {
    bytes.append(reinterpret_cast<const char*>(&norms.steps[i]),
                 sizeof(uint32_t));
    bytes.append(reinterpret_cast<const char*>(&norms.values[i * values]),
                 values * sizeof(float));
  }
  return bytes;
}

// Appends those records whose steps are from..to.
void Decode(std::string_view bytes, size_t values, uint32_t from, uint32_t to,
            NormHistory& norms) {
  const size_t record = sizeof(uint32_t) + values * sizeof(float);
  for (; !bytes.empty(); bytes.remove_prefix(record)) {
    uint32_t step;
    std::memcpy(&step, bytes.data(), sizeof(step));
    if (step < from || step > to) continue;
    norms.steps.push_back(step);
    norms.values.resize(norms.values.size() + values);
    std::memcpy(norms.values.data() + norms.values.size() - values,
                bytes.data() + sizeof(step), values * sizeof(float));
  }
}

}  // namespace

absl::Status Insert(Connection& db, const JobRecord& job,
                    const NormHistory& norms) {
  for (size_t begin = 0; begin < norms.steps.size(); begin += kPieceSteps) {
    const size_t end = std::min(begin + kPieceSteps, norms.steps.size());
    const std::string bytes = Encode(norms, begin, end);
    MICROGPT_RETURN_IF_ERROR(db.Run("INSERT INTO norms VALUES (?, ?, ?)",
                                    job.id, norms.steps[end - 1],
                                    sqlite::Blob{bytes}));
  }
  return absl::OkStatus();
}

absl::StatusOr<NormHistory> Get(Connection& db, std::string_view id,
                                uint32_t from, uint32_t to) {
  MICROGPT_ASSIGN_OR_RETURN(const JobRecord job, job_table::Get(db, id));
  const size_t values = ValuesAStep(job);
  const size_t record = sizeof(uint32_t) + values * sizeof(float);
  NormHistory norms;
  Statement pieces = db.Query(
      "SELECT bytes FROM norms WHERE job = ? AND last_step >= ?"
      " ORDER BY last_step",
      id, from);
  while (pieces.Next()) {
    std::string_view bytes;
    pieces.Read(bytes);
    if (bytes.empty() || bytes.size() % record != 0) {
      return absl::DataLossError(
          fmt::format("the norms of job {} are damaged", id));
    }
    uint32_t first;
    std::memcpy(&first, bytes.data(), sizeof(first));
    if (first > to) break;
    Decode(bytes, values, from, to, norms);
  }
  MICROGPT_RETURN_IF_ERROR(pieces.status());
  return norms;
}

}  // namespace microgpt::server::norm_table
