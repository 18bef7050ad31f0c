// SPDX-License-Identifier: MIT
#include "server/errors/errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <utility>
#include <vector>

#include "absl/strings/cord.h"

namespace microgpt::server {
namespace {

constexpr char kRetryMs[] = "microgpt/retry_ms";

// How many bytes of `a` have to be inserted, dropped, replaced or swapped with
// their neighbour to make `b` of it (optimal string alignment).
size_t EditDistance(std::string_view a, std::string_view b) {
  // row[j]: the distance from the first i bytes of a to the first j of b.
  std::vector<size_t> row(b.size() + 1), above, two_above;
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    two_above = std::exchange(above, row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, row[j - 1] + 1, above[j] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], two_above[j - 2] + 1);
      }
    }
  }
  return row.back();
}

}  // namespace

absl::Status ExhaustedError(std::string_view message,
                            std::chrono::milliseconds retry) {
  absl::Status status = absl::ResourceExhaustedError(std::string(message));
  status.SetPayload(kRetryMs, absl::Cord(std::to_string(retry.count())));
  return status;
}

std::optional<std::chrono::milliseconds> RetryDelayOf(
    const absl::Status& status) {
  const auto payload = status.GetPayload(kRetryMs);
  if (!payload.has_value()) return std::nullopt;
  return std::chrono::milliseconds(std::atoll(std::string(*payload).c_str()));
}

absl::Status UnknownNameError(std::string_view kind, std::string_view name,
                              std::span<const std::string> known) {
  const std::string_view nearest = Nearest(name, known);
  return absl::NotFoundError(
      nearest.empty() ? fmt::format("{} \"{}\" not found", kind, name)
                      : fmt::format("{} \"{}\" not found: did you mean \"{}\"?",
                                    kind, name, nearest));
}

std::string_view Nearest(std::string_view name,
                         std::span<const std::string> known) {
  std::string_view nearest;
  size_t least = std::max<size_t>(1, name.size() / 3) + 1;
  for (const std::string& candidate : known) {
    const size_t longer = std::max(name.size(), candidate.size());
    const size_t shorter = std::min(name.size(), candidate.size());
    if (longer - shorter >= least) continue;  // no need to compute it
    const size_t distance = EditDistance(name, candidate);
    if (distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

std::string CodeName(absl::StatusCode code) {
  return absl::StatusCodeToString(code);
}

}  // namespace microgpt::server
