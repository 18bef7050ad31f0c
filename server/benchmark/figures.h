// SPDX-License-Identifier: MIT
//
// Rows of figures: a JSON object a line, and what stands in them.
#ifndef MICROGPT_SERVER_BENCHMARK_FIGURES_H_
#define MICROGPT_SERVER_BENCHMARK_FIGURES_H_

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace microgpt::benchmark {

using Row = nlohmann::ordered_json;

// The value that a share of all values are at most. 0.5: the median.
// Preconditions: at least one value; 0 < share <= 1.
double Quantile(std::vector<double> values, double share);

// To four digits: more is noise.
double Rounded(double value);

// Of one figure from several repetitions: `key`, their median, and `key` with
// "_spread", their 10th and 90th percentile.
void AddFigure(const std::string& key, const std::vector<double>& values,
               Row& row);

// {"bench": "rpc", "what": what}.
Row NewRow(std::string_view what);

// A line on standard output, at once.
void Print(const Row& row);

}  // namespace microgpt::benchmark

#endif  // MICROGPT_SERVER_BENCHMARK_FIGURES_H_
