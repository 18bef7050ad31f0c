// SPDX-License-Identifier: MIT
//
// How models and datasets are shown: their columns, and their row in them.
#ifndef MICROGPT_CLIENT_OUTPUT_REGISTRY_VIEWS_H_
#define MICROGPT_CLIENT_OUTPUT_REGISTRY_VIEWS_H_

#include <string>
#include <string_view>

#include "client/output/figures.h"
#include "client/output/printer.h"
#include "client/output/sheet.h"
#include "microgpt/v1/microgpt.pb.h"
#include "microgpt/v1/registry.pb.h"

namespace microgpt::client {

// -o text: the name and version.
Columns ModelListColumns();  // the few that fit a line; CSV has all
Columns ModelCardColumns();
Row ModelListRow(const v1::Model& model, Clock::time_point now);
Row ModelCardRow(const v1::Model& model, Clock::time_point now);

// "old@1  4,192 parameters · 27 tokens  imported, once names@3".
std::string Imported(const v1::Model& model);

// -o text: the name, or the id of a dataset that has none.
Columns DatasetListColumns();
Columns DatasetCardColumns();
Row DatasetListRow(const v1::Dataset& dataset, Clock::time_point now);
Row DatasetCardRow(const v1::Dataset& dataset, Clock::time_point now);

// "pets  2,104 documents · 14,949 tokens · 71 duplicates".
std::string Added(std::string_view name, const v1::Dataset& dataset);

// What became of `name`. -o text: the name.
Columns DeletedModelColumns();
Row DeletedModelRow(std::string_view name,
                    const v1::DeleteModelResponse& response);
Columns DeletedDatasetColumns();
Row DeletedDatasetRow(std::string_view name,
                      const v1::DeleteDatasetResponse& response);

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_OUTPUT_REGISTRY_VIEWS_H_
