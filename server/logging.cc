// SPDX-License-Identifier: MIT
#include "server/logging.h"

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

namespace microgpt::server {
namespace {

// %* in a pattern: the message as a JSON string.
class JsonMessage : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& out) override {
    const nlohmann::json text =
        std::string(message.payload.begin(), message.payload.end());
    const std::string quoted =
        text.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    out.append(quoted.data(), quoted.data() + quoted.size());
  }

  std::unique_ptr<custom_flag_formatter> clone() const override {
    return spdlog::details::make_unique<JsonMessage>();
  }
};

std::unique_ptr<spdlog::formatter> MakeFormatter(bool json) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>(
      spdlog::pattern_time_type::utc);
  if (json) {
    formatter->add_flag<JsonMessage>('*').set_pattern(
        R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":%*})");
  } else {
    formatter->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%-7l%$ %v");
  }
  return formatter;
}

void LogGrpc(gpr_log_func_args* args) {
  spdlog::debug("grpc: {}", args->message);
}

void LogProtobuf(google::protobuf::LogLevel, const char*, int,
                 const std::string& message) {
  spdlog::debug("protobuf: {}", message);
}

}  // namespace

void StartLogging(bool json, const std::string& level) {
  auto logger = std::make_shared<spdlog::logger>(
      "microgptd", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  logger->set_formatter(MakeFormatter(json));
  logger->set_level(spdlog::level::from_str(level));
  spdlog::set_default_logger(std::move(logger));
  gpr_set_log_function(LogGrpc);
  google::protobuf::SetLogHandler(LogProtobuf);
}

}  // namespace microgpt::server
