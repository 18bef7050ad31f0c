// SPDX-License-Identifier: MIT
//
// How the figures of a training are shown: a row a point.
#ifndef MICROGPT_CLIENT_OUTPUT_METRICS_VIEW_H_
#define MICROGPT_CLIENT_OUTPUT_METRICS_VIEW_H_

#include <string>
#include <vector>

#include "client/output/printer.h"
#include "client/output/sheet.h"
#include "microgpt/v1/inspector.pb.h"

namespace microgpt::client {

// Step, loss, validation, learning rate, and the norm of the whole gradient.
Columns MetricsColumns();

// A row for each point of a message. Validation and gradient are the newest
// that were taken since the point before; without one the cell is empty. -o
// text: the loss.
std::vector<Row> MetricsRows(const v1::GetMetricsResponse& message);

// As lines of a table whose rows are still to come: columns as wide as figures
// usually are.
std::string MetricsHeader();
std::string MetricsLine(const Row& row);

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_OUTPUT_METRICS_VIEW_H_
