// SPDX-License-Identifier: MIT
//
// How messages of the API are shown: their columns, and their row in them.
// registry_views.h has models and datasets.
#ifndef MICROGPT_CLIENT_OUTPUT_VIEWS_H_
#define MICROGPT_CLIENT_OUTPUT_VIEWS_H_

#include <string>
#include <string_view>

#include "client/output/figures.h"
#include "client/output/printer.h"
#include "client/output/sheet.h"
#include "microgpt/v1/microgpt.pb.h"
#include "microgpt/v1/registry.pb.h"

namespace microgpt::client {

// "succeeded", "running", …
std::string StateName(v1::Job::State state);

// "names@2"; "names" while there is no version.
std::string ModelAndVersion(std::string_view name, unsigned version);

// -o text: the state.
Columns JobListColumns();  // the few that fit a line; CSV has all
Columns JobCardColumns();
Row JobListRow(const v1::Job& job, Clock::time_point now);
Row JobCardRow(const v1::Job& job, Clock::time_point now);

// -o text: the sample's text.
Columns SampleColumns(bool with_logprobs);
Row SampleRow(const v1::Sample& sample, bool with_logprobs);

// -o text: the token's text, empty for the end mark.
Columns TokenColumns();
Row TokenRow(const v1::Token& token);

// -o text: the log-probability, "-" for a text that has none.
Columns ScoreColumns(bool with_logprobs);
Row ScoreRow(std::string_view text, const v1::Score& score, bool with_logprobs);

// -o text: the server's version.
Columns ServerInfoColumns();
Row ServerInfoRow(const v1::ServerInfo& info, Clock::time_point now);

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_OUTPUT_VIEWS_H_
