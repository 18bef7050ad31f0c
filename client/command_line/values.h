// SPDX-License-Identifier: MIT
//
// Options with values that CLI11 would read too loosely (it takes "010" for 8
// and "-1" for a large number). Each complains with the option's name.
#ifndef MICROGPT_CLIENT_COMMAND_LINE_VALUES_H_
#define MICROGPT_CLIENT_COMMAND_LINE_VALUES_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "CLI/CLI.hpp"

namespace microgpt::client {

// Decimal digits only; nothing for any other text.
std::optional<std::uint32_t> ParseWhole(std::string_view text);
std::optional<double> ParseReal(std::string_view text);
// "500ms", "30s", "1.5m", "2h", from 1 ms up to a year.
std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text);

// `names` as in CLI11: "-n,--count". `set` is called while parsing.
CLI::Option* AddWhole(CLI::App& app, const std::string& names,
                      std::function<void(std::uint32_t)> set,
                      const std::string& help);
CLI::Option* AddReal(CLI::App& app, const std::string& names,
                     std::function<void(double)> set, const std::string& help);
CLI::Option* AddDuration(CLI::App& app, const std::string& names,
                         std::function<void(std::chrono::milliseconds)> set,
                         const std::string& help);
// Text that must be UTF-8, as everything sent to the server. As an argument it
// must not be empty: that would mean another thing than what was left out.
CLI::Option* AddText(CLI::App& app, const std::string& names,
                     std::string* value, const std::string& help);
// One or more of them, as an argument; these may be empty.
CLI::Option* AddTexts(CLI::App& app, const std::string& name,
                      std::vector<std::string>* values,
                      const std::string& help);

// Has `option` refuse a text that is empty, as "$UNSET" in a script is.
CLI::Option* RefuseEmpty(CLI::Option* option);

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_COMMAND_LINE_VALUES_H_
