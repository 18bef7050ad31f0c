// SPDX-License-Identifier: MIT
#include "client/command_line/values.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "client/output/utf8.h"

namespace microgpt::client {
namespace {

template <typename T>
std::optional<T> ParseNumber(std::string_view text) {
  T value{};
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end) return std::nullopt;
  return value;
}

// An option whose text `parse` turns into a value for `set`.
template <typename T>
CLI::Option* AddParsed(CLI::App& app, const std::string& names,
                       std::optional<T> (*parse)(std::string_view),
                       std::function<void(T)> set, const char* what,
                       const std::string& help) {
  const std::string flag = names.substr(names.find("--"));
  return app.add_option_function<std::string>(
      names,
      [flag, parse, set = std::move(set), what](const std::string& text) {
        const std::optional<T> value = parse(text);
        if (!value.has_value()) {
          throw CLI::ValidationError(
              flag, fmt::format("\"{}\" is not {}", text, what));
        }
        set(*value);
      },
      help);
}

void RequireUtf8(const std::string& flag, const std::string& text) {
  if (const auto at = FirstInvalidByte(text)) {
    throw CLI::ValidationError(flag,
                               fmt::format("byte {} is not UTF-8", *at + 1));
  }
}

}  // namespace

std::optional<std::uint32_t> ParseWhole(std::string_view text) {
  return ParseNumber<std::uint32_t>(text);
}

std::optional<double> ParseReal(std::string_view text) {
  return ParseNumber<double>(text);
}

std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text) {
  struct Unit {
    std::string_view suffix;
    double milliseconds;
  };
  constexpr std::array<Unit, 4> kUnits = {
      {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}}};
  constexpr double kYear = 365.0 * 24 * 3600000;
  for (const Unit& unit : kUnits) {
    if (!text.ends_with(unit.suffix)) continue;
    const auto count =
        ParseReal(text.substr(0, text.size() - unit.suffix.size()));
    if (!count.has_value()) return std::nullopt;
    const double milliseconds = std::round(*count * unit.milliseconds);
    if (!(milliseconds >= 1 && milliseconds <= kYear)) return std::nullopt;
    return std::chrono::milliseconds(static_cast<std::int64_t>(milliseconds));
  }
  return std::nullopt;
}

CLI::Option* AddWhole(CLI::App& app, const std::string& names,
                      std::function<void(std::uint32_t)> set,
                      const std::string& help) {
  return AddParsed<std::uint32_t>(app, names, ParseWhole, std::move(set),
                                  "a whole number from 0 to 4294967295", help)
      ->option_text("N");
}

CLI::Option* AddReal(CLI::App& app, const std::string& names,
                     std::function<void(double)> set, const std::string& help) {
  return AddParsed<double>(app, names, ParseReal, std::move(set), "a number",
                           help)
      ->option_text("X");
}

CLI::Option* AddDuration(CLI::App& app, const std::string& names,
                         std::function<void(std::chrono::milliseconds)> set,
                         const std::string& help) {
  return AddParsed<std::chrono::milliseconds>(
             app, names, ParseDuration, std::move(set),
             "a duration such as 500ms, 30s, 2m or 1h", help)
      ->option_text("TIME");
}

CLI::Option* AddText(CLI::App& app, const std::string& names,
                     std::string* value, const std::string& help) {
  const std::size_t dashes = names.find("--");
  const bool is_argument = dashes == std::string::npos;
  const std::string flag = is_argument ? names : names.substr(dashes);
  CLI::Option* const option = app.add_option_function<std::string>(
                                     names,
                                     [flag, value](const std::string& text) {
                                       RequireUtf8(flag, text);
                                       *value = text;
                                     },
                                     help)
                                  ->option_text("TEXT");
  return is_argument ? RefuseEmpty(option) : option;
}

CLI::Option* AddTexts(CLI::App& app, const std::string& name,
                      std::vector<std::string>* values,
                      const std::string& help) {
  return app.add_option_function<std::vector<std::string>>(
      name,
      [name, values](const std::vector<std::string>& texts) {
        for (const std::string& text : texts) RequireUtf8(name, text);
        *values = texts;
      },
      help);
}

CLI::Option* RefuseEmpty(CLI::Option* option) {
  return option->check(
      [](const std::string& text) {
        return text.empty() ? "must not be empty" : "";
      },
      "");
}

}  // namespace microgpt::client
