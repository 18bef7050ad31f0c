// SPDX-License-Identifier: MIT
#include "server/benchmark/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace microgpt::benchmark {

double Quantile(std::vector<double> values, double share) {
  const auto rank = static_cast<size_t>(
      std::ceil(share * static_cast<double>(values.size())));
  const auto at = values.begin() + static_cast<ptrdiff_t>(rank - 1);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

double Rounded(double value) {
  if (value == 0 || !std::isfinite(value)) return value;
  const double digits = 3 - std::floor(std::log10(std::abs(value)));
  // Never by a power below 1, which has no exact double.
  if (digits < 0) {
    const double unit = std::pow(10, -digits);
    return std::round(value / unit) * unit;
  }
  const double unit = std::pow(10, digits);
  return std::round(value * unit) / unit;
}

void AddFigure(const std::string& key, const std::vector<double>& values,
               Row& row) {
  row[key] = Rounded(Quantile(values, 0.5));
  row[key + "_spread"] = {Rounded(Quantile(values, 0.1)),
                          Rounded(Quantile(values, 0.9))};
}

Row NewRow(std::string_view what) {
  return {{"bench", "rpc"}, {"what", std::string(what)}};
}

void Print(const Row& row) {
  fmt::print("{}\n", row.dump());
  std::fflush(stdout);
}

}  // namespace microgpt::benchmark
