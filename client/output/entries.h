// SPDX-License-Identifier: MIT
//
// What views are made of: a message's columns and its row are written side by
// side, so that neither can drift from the other.
#ifndef MICROGPT_CLIENT_OUTPUT_ENTRIES_H_
#define MICROGPT_CLIENT_OUTPUT_ENTRIES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "client/output/figures.h"
#include "client/output/sheet.h"
#include "microgpt/v1/microgpt.pb.h"

namespace microgpt::client {

// A column and what stands in it.
struct Entry {
  Column column;
  Cell cell;
};
using Entries = std::vector<Entry>;

Columns ColumnsOf(const Entries& entries);
Cells CellsOf(Entries entries);

// A line of a card that is in no list and no CSV.
Entry Line(std::string title, std::string text);

Cell Count(std::uint64_t count);         // 2,104
Cell Plain(std::uint64_t count);         // 2104
Cell ByteCount(std::uint64_t bytes);     // 16.0 MiB
Cell LossCell(double loss, bool known);  // 2.32, "-"
Cell Time(const google::protobuf::Timestamp& time, Clock::time_point now);
Cell Elapsed(const google::protobuf::Duration& elapsed);
Cell YesOrNothing(bool yes);
// Nothing if it is not known.
Cell YesOrNo(bool yes, bool known);

// "1 layer · 4 heads · n_embd 16 · block_size 16".
std::string Shape(const v1::Config& config);

// "grapheme"; empty for code points, which is what everybody expects.
std::string UnusualTokenizer(const v1::Config& config);

// "2,104 documents · 14,949 tokens · 71 duplicates"; empty where nothing is
// known.
std::string Figures(const v1::Dataset& dataset);

// "sha256:ab… (names)", with a word where the text is gone.
std::string Identity(const v1::Dataset& dataset);

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_OUTPUT_ENTRIES_H_
