// SPDX-License-Identifier: MIT
#include "client/output/metrics_view.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <optional>

#include "client/output/entries.h"
#include "client/output/figures.h"

namespace microgpt::client {
namespace {

constexpr Column::Align kRight = Column::Align::kRight;

struct MetricsPoint {
  unsigned step = 0;
  double loss = 0;
  std::optional<double> validation = std::nullopt;
  double rate = 0;
  std::optional<double> gradient = std::nullopt;
};

Cell LossOf(const std::optional<double>& loss) {
  return loss ? Cell(Loss(*loss, 6), Exact(*loss)) : Cell("");
}

Cell Rounded(const std::optional<double>& value) {
  return value ? Cell(fmt::format("{:.4g}", *value), Exact(*value)) : Cell("");
}

Entries MetricsEntries(const MetricsPoint& point) {
  return {
      {{"step", "STEP", kRight}, Plain(point.step)},
      {{"loss", "LOSS", kRight}, LossOf(point.loss)},
      {{"validation_loss", "VALIDATION", kRight}, LossOf(point.validation)},
      {{"learning_rate", "RATE", kRight}, Rounded(point.rate)},
      {{"gradient_norm", "GRADIENT", kRight}, Rounded(point.gradient)},
  };
}

// Of all tensors together, at a place of norm_steps.
double GradientNorm(const v1::GetMetricsResponse& message, int place) {
  double sum = 0;
  for (const v1::GetMetricsResponse::Norms& tensor : message.norms()) {
    if (place >= tensor.gradient_size()) continue;
    const double norm = tensor.gradient(place);
    sum += norm * norm;
  }
  return std::sqrt(sum);
}

// The last of the ascending `steps`, from *place on, that is not after `step`;
// *place becomes the next one. Nothing if there is none.
template <typename Steps>
std::optional<int> LastUpTo(const Steps& steps, unsigned step, int* place) {
  std::optional<int> last;
  for (; *place < steps.size() && steps[*place] <= step; ++*place) {
    last = *place;
  }
  return last;
}

}  // namespace

Columns MetricsColumns() { return ColumnsOf(MetricsEntries({})); }

std::vector<Row> MetricsRows(const v1::GetMetricsResponse& message) {
  std::vector<Row> rows;
  int validation = 0, norm = 0;
  for (int i = 0; i < message.steps_size() && i < message.losses_size() &&
                  i < message.learning_rates_size();
       ++i) {
    MetricsPoint point = {.step = message.steps(i),
                          .loss = message.losses(i),
                          .rate = message.learning_rates(i)};
    const auto v =
        LastUpTo(message.validation_steps(), point.step, &validation);
    if (v && *v < message.validation_losses_size()) {
      point.validation = message.validation_losses(*v);
    }
    const auto n = LastUpTo(message.norm_steps(), point.step, &norm);
    if (n) point.gradient = GradientNorm(message, *n);
    rows.push_back({CellsOf(MetricsEntries(point)), Exact(point.loss)});
  }
  return rows;
}

std::string MetricsHeader() {
  Row titles;
  for (const Column& column : MetricsColumns()) {
    titles.cells.emplace_back(column.title);
  }
  return MetricsLine(titles);
}

std::string MetricsLine(const Row& row) {
  constexpr std::array<std::size_t, 5> kWidths = {7, 9, 10, 10, 9};
  std::string line;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    if (i > 0) line += "  ";
    line += fmt::format("{:>{}}", row.cells[i].shown, kWidths[i]);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

}  // namespace microgpt::client
