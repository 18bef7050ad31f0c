// SPDX-License-Identifier: MIT
//
// The datasets that every server has, whatever was sent to it.
#ifndef MICROGPT_SERVER_DATASETS_BUILTIN_H_
#define MICROGPT_SERVER_DATASETS_BUILTIN_H_

#include <optional>
#include <span>
#include <string_view>

namespace microgpt {

// The text of a built-in dataset, one document a line; nullopt if there is none
// of this name. Lives as long as the program.
//
// "names": given names from many languages, in lower case a-z.
// "cities-ja": Japan's municipalities in hiragana, without 市, 町, 村 or 区:
// さっぽろ, よこはま.
//
// Both are sorted by code point, have none twice, and were written for this
// project.
std::optional<std::string_view> BuiltinDataset(std::string_view name);

// What BuiltinDataset() knows, sorted. Lives as long as the program.
std::span<const std::string_view> BuiltinDatasetNames();

}  // namespace microgpt

#endif  // MICROGPT_SERVER_DATASETS_BUILTIN_H_
