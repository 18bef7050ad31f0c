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

// Optimal string alignment, in bytes: the insertions, deletions, replacements
// and swaps of neighbours that make `b` of `a`; `limit` if they are as many or
// more.
size_t EditDistance(std::string_view a, std::string_view b, size_t limit) {
  if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) >= limit) {
    return limit;
  }
  // row[j] is the distance of the first i bytes of a and the first j of b; the
  // rows of i - 1 and i - 2 are kept beside.
  std::vector<size_t> row(b.size() + 1), before(row), two_before(row);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    std::swap(two_before, before);
    std::swap(before, row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = before[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, before[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], two_before[j - 2] + 1);
      }
    }
    // What two rows have reached, no later one falls below.
    const size_t least =
        std::min(*std::min_element(row.begin(), row.end()),
                 *std::min_element(before.begin(), before.end()));
    if (least >= limit) return limit;
  }
  return std::min(row[b.size()], limit);
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
  if (name.size() < 2) return nearest;
  size_t least = std::max<size_t>(1, name.size() / 3) + 1;
  for (const std::string& candidate : known) {
    const size_t distance = EditDistance(name, candidate, least);
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
