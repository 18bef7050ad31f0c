// SPDX-License-Identifier: MIT
//
// How an evaluation of a model is shown.
#ifndef MICROGPT_CLIENT_OUTPUT_EVALUATION_VIEW_H_
#define MICROGPT_CLIENT_OUTPUT_EVALUATION_VIEW_H_

#include <string>

#include "client/output/printer.h"
#include "client/output/sheet.h"
#include "microgpt/v1/microgpt.pb.h"

namespace microgpt::client {

// For people: the losses below each other, the samples, how far they are from
// the documents, and then the advice, a sentence a line.
std::string EvaluationCard(const v1::Evaluation& evaluation);

// For programs, a row with every figure. -o text: the model's loss.
Columns EvaluationColumns();
Row EvaluationRow(const v1::Evaluation& evaluation);

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_OUTPUT_EVALUATION_VIEW_H_
