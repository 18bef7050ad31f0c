// SPDX-License-Identifier: MIT
#include "server/errors/errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "absl/strings/cord.h"

namespace microgpt::server {
namespace {

constexpr char kRetryMs[] = "microgpt/retry_ms";

// Optimal string alignment, in bytes: the insertions, deletions, replacements
// and swaps of neighbours that make `b` of `a`.
size_t EditDistance(std::string_view a, std::string_view b) {
  // distance[i][j] is that of the first i bytes of a and the first j of b.
  std::vector<std::vector<size_t>> distance(a.size() + 1,
                                            std::vector<size_t>(b.size() + 1));
  for (size_t j = 0; j <= b.size(); ++j) distance[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    distance[i][0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced =
          distance[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      distance[i][j] =
          std::min({replaced, distance[i - 1][j] + 1, distance[i][j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        distance[i][j] = std::min(distance[i][j], distance[i - 2][j - 2] + 1);
      }
    }
  }
  return distance[a.size()][b.size()];
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
