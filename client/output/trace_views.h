// SPDX-License-Identifier: MIT
//
// How a trace of a text through a model is shown, a view each. Bars are
// characters, so that they can be read in a pipe too.
//
// ⟨ and ⟩ stand for the marks at the begin and the end of a string, ␣ for a
// blank.
#ifndef MICROGPT_CLIENT_OUTPUT_TRACE_VIEWS_H_
#define MICROGPT_CLIENT_OUTPUT_TRACE_VIEWS_H_

#include <optional>
#include <string>

#include "client/output/printer.h"
#include "client/output/sheet.h"
#include "microgpt/v1/inspector.pb.h"

namespace microgpt::client {

// "names@3 · step 1000 · loss of the text 2.46".
std::string TraceSummary(const v1::TraceResponse& trace);

// A row a position: what was read, what came then, how great a surprise that
// was, and what the model had rather expected. -o text: the loss.
Columns PositionColumns();
Row PositionRow(const v1::TraceResponse::Position& position);
std::string PredictionsView(const v1::TraceResponse& trace);

// A square a head, or of one head: how much each token read (a row) looks at
// those before it. Empty if there is no such head.
std::string AttentionView(const v1::TraceResponse& trace,
                          std::optional<unsigned> head);

// A bar a neuron of the MLP, as high as it is active, · where it is not.
std::string MlpView(const v1::TraceResponse& trace);

// How long the residual stream is after each stage, and how far it turned.
std::string ResidualView(const v1::TraceResponse& trace);

// What the stream after each stage would predict.
std::string LensView(const v1::TraceResponse& trace);

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_OUTPUT_TRACE_VIEWS_H_
