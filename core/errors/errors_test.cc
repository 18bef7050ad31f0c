// SPDX-License-Identifier: MIT
#include "core/errors/errors.h"

#include <gtest/gtest.h>

#include "core/errors/valid.h"

namespace microgpt {
namespace {

TEST(ErrorsTest, FieldErrorNamesTheFieldInMessageAndPayload) {
  const absl::Status status = FieldError("n_embd", "17 is no multiple of 4");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "n_embd: 17 is no multiple of 4");
  EXPECT_EQ(FieldOf(status), "n_embd");
}

TEST(ErrorsTest, PrefixFieldKeepsProblemAndReason) {
  const absl::Status status = PrefixField(
      "config.", WithReason(FieldError("steps", "0 is below 1"), "TOO_SMALL"));
  EXPECT_EQ(status.message(), "config.steps: 0 is below 1");
  EXPECT_EQ(FieldOf(status), "config.steps");
  EXPECT_EQ(ReasonOf(status), "TOO_SMALL");
}

TEST(ErrorsTest, PrefixFieldLeavesOtherStatusesAlone) {
  const absl::Status status = absl::NotFoundError("no such model");
  EXPECT_EQ(PrefixField("config.", status), status);
  EXPECT_EQ(PrefixField("config.", absl::OkStatus()), absl::OkStatus());
}

struct Even {
  int value = 0;
  absl::Status Validate() const {
    return value % 2 == 0 ? absl::OkStatus()
                          : FieldError("value", "must be even");
  }
};

TEST(ValidTest, HoldsOnlyWhatValidates) {
  EXPECT_EQ((*Valid<Even>::Create({.value = 4}))->value, 4);
  EXPECT_EQ(FieldOf(Valid<Even>::Create({.value = 3}).status()), "value");
}

}  // namespace
}  // namespace microgpt
