// SPDX-License-Identifier: MIT
#include "server/rpc/status.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>

#include "core/errors/errors.h"
#include "core/text/utf8.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/errors/errors.h"

namespace microgpt::server {
namespace {

google::rpc::Status DetailsOf(const grpc::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  return details;
}

template <typename Detail>
std::optional<Detail> Find(const grpc::Status& status) {
  const google::rpc::Status details = DetailsOf(status);
  for (const google::protobuf::Any& any : details.details()) {
    Detail detail;
    if (any.UnpackTo(&detail)) return detail;
  }
  return std::nullopt;
}

TEST(StatusTest, OkIsOk) {
  EXPECT_TRUE(ToGrpc(absl::OkStatus()).ok());
  EXPECT_EQ(ToGrpc(absl::OkStatus()).error_details(), "");
}

TEST(StatusTest, CodeAndMessageStayAsTheyAre) {
  const grpc::Status status = ToGrpc(absl::NotFoundError("job \"a\" ünknown"));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "job \"a\" ünknown");
  EXPECT_EQ(status.error_details(), "");
}

TEST(StatusTest, EveryCodeIsGrpcsOwn) {
  for (int code = 1; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), "x");
    EXPECT_EQ(static_cast<int>(ToGrpc(status).error_code()), code);
  }
  EXPECT_EQ(ToGrpc(absl::UnavailableError("x")).error_code(),
            grpc::StatusCode::UNAVAILABLE);
}

TEST(StatusTest, AFieldBecomesABadRequest) {
  const grpc::Status status =
      ToGrpc(FieldError("config.n_embd", "0 is below the minimum 1"));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "config.n_embd: 0 is below the minimum 1");
  const auto detail = Find<google::rpc::BadRequest>(status);
  ASSERT_TRUE(detail.has_value());
  ASSERT_EQ(detail->field_violations_size(), 1);
  EXPECT_EQ(detail->field_violations(0).field(), "config.n_embd");
  EXPECT_EQ(detail->field_violations(0).description(),
            "0 is below the minimum 1");
  EXPECT_FALSE(Find<google::rpc::ErrorInfo>(status).has_value());
  EXPECT_FALSE(Find<google::rpc::RetryInfo>(status).has_value());
}

TEST(StatusTest, AReasonBecomesAnErrorInfo) {
  const grpc::Status status = ToGrpc(
      WithReason(absl::FailedPreconditionError("not yet"), "NOT_TRAINED"));
  const auto detail = Find<google::rpc::ErrorInfo>(status);
  ASSERT_TRUE(detail.has_value());
  EXPECT_EQ(detail->reason(), "NOT_TRAINED");
  EXPECT_EQ(detail->domain(), "microgpt");
  EXPECT_EQ(DetailsOf(status).details_size(), 1);
}

TEST(StatusTest, ARetryDelayBecomesARetryInfo) {
  const grpc::Status status =
      ToGrpc(ExhaustedError("queue full", std::chrono::milliseconds(1250)));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  const auto detail = Find<google::rpc::RetryInfo>(status);
  ASSERT_TRUE(detail.has_value());
  EXPECT_EQ(detail->retry_delay().seconds(), 1);
  EXPECT_EQ(detail->retry_delay().nanos(), 250'000'000);
}

TEST(StatusTest, FieldAndReasonTravelTogether) {
  const grpc::Status status = ToGrpc(
      WithReason(FieldError("text", "nothing is left"), "EMPTY_DATASET"));
  EXPECT_TRUE(Find<google::rpc::BadRequest>(status).has_value());
  EXPECT_EQ(Find<google::rpc::ErrorInfo>(status)->reason(), "EMPTY_DATASET");
  EXPECT_EQ(DetailsOf(status).details_size(), 2);
}

TEST(StatusTest, DetailsRepeatCodeAndMessage) {
  const google::rpc::Status details =
      DetailsOf(ToGrpc(FieldError("count", "0 is below the minimum 1")));
  EXPECT_EQ(details.code(), 3);
  EXPECT_EQ(details.message(), "count: 0 is below the minimum 1");
}

TEST(StatusTest, AMessageOfAKilobyteStaysWhole) {
  const std::string message(1024, 'x');
  EXPECT_EQ(ToGrpc(absl::InternalError(message)).error_message(), message);
  EXPECT_EQ(ToGrpc(absl::InternalError(message + "x")).error_message(),
            message + "…");
}

// Of characters of 2, 3 and 4 bytes some do not end at the limit.
TEST(StatusTest, ALongMessageIsCutBetweenCharacters) {
  for (const std::string character : {"é", "…", "𝄞"}) {
    for (size_t offset = 0; offset < 4; ++offset) {
      std::string text(offset, 'x');
      while (text.size() <= 1100) text += character;
      const std::string cut = ToGrpc(absl::InternalError(text)).error_message();
      EXPECT_TRUE(ValidateUtf8("message", cut).ok());
      const std::string kept = cut.substr(0, cut.size() - 3);
      EXPECT_EQ(cut.substr(kept.size()), "…");
      EXPECT_EQ(text.substr(0, kept.size()), kept);
      EXPECT_LE(kept.size(), 1024u);
      EXPECT_GT(kept.size(), 1024u - character.size());
    }
  }
}

// Clients allow 8 KB of trailers; details travel in base64, and what is not
// ASCII in the message as %XX.
TEST(StatusTest, ALongMessageFitsIntoTrailersAlsoWithItsDetails) {
  std::string problem;
  while (problem.size() < 100'000) problem += "é";
  const grpc::Status status =
      ToGrpc(WithReason(FieldError("text", problem), "EMPTY_DATASET"));
  const auto detail = Find<google::rpc::BadRequest>(status);
  ASSERT_TRUE(detail.has_value());
  EXPECT_EQ(detail->field_violations(0).field(), "text");
  EXPECT_LT(detail->field_violations(0).description().size(), 1100u);
  EXPECT_LT(
      3 * status.error_message().size() + status.error_details().size() * 4 / 3,
      8192u);
}

}  // namespace
}  // namespace microgpt::server
