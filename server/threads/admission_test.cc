// SPDX-License-Identifier: MIT
#include "server/threads/admission.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "server/errors/errors.h"

namespace microgpt::server {
namespace {

TEST(AdmissionTest, AdmitsOnlySoManyCallsAtOnce) {
  Admission admission(2, "test calls");
  auto first = admission.Admit();
  auto second = admission.Admit();
  ASSERT_TRUE(first.ok() && second.ok());
  const absl::Status refused = admission.Admit().status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(std::string(refused.message()),
            "2 test calls are under way, which is the limit");
  EXPECT_NE(RetryDelayOf(refused), std::nullopt);
  first->reset();
  EXPECT_EQ(admission.calls(), 1u);
  EXPECT_TRUE(admission.Admit().ok());
}

TEST(AdmissionTest, ATicketMayOutliveWhoGaveIt) {
  Admission::Ticket ticket;
  {
    Admission admission(1, "test calls");
    ticket = *admission.Admit();
  }
  ticket.reset();
}

TEST(AdmissionTest, OfManyThreadsNeverMoreAreInThanThereArePlaces) {
  constexpr size_t kPlaces = 3;
  Admission admission(kPlaces, "test calls");
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int round = 0; round < 2000; ++round) {
          const auto ticket = admission.Admit();
          EXPECT_LE(admission.calls(), kPlaces);
        }
      });
    }
  }
  EXPECT_EQ(admission.calls(), 0u);
}

}  // namespace
}  // namespace microgpt::server
