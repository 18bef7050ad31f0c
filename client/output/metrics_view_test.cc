// SPDX-License-Identifier: MIT
#include "client/output/metrics_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace microgpt::client {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

v1::GetMetricsResponse TwoPoints() {
  v1::GetMetricsResponse message;
  for (const unsigned step : {10u, 20u}) {
    message.add_steps(step);
    message.add_losses(25.0 / step);
    message.add_learning_rates(0.01 / step);
  }
  for (const unsigned step : {3u, 9u, 17u}) {
    message.add_norm_steps(step);
  }
  for (const char* name : {"wte", "wpe"}) {
    v1::GetMetricsResponse::Norms* tensor = message.add_norms();
    tensor->set_tensor(name);
    for (const float norm : {1.0f, 3.0f, 6.0f}) {
      tensor->add_gradient(name[1] == 't' ? norm : norm * 4 / 3);
    }
  }
  message.add_validation_steps(20);
  message.add_validation_losses(2.375);
  return message;
}

std::string ExactOf(const Row& row) {
  return CsvRow(MetricsColumns(), row.cells);
}

TEST(MetricsViewTest, APointHasTheNewestFiguresSinceTheOneBefore) {
  const std::vector<Row> rows = MetricsRows(TwoPoints());
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(CsvHeader(MetricsColumns()),
            "step,loss,validation_loss,learning_rate,gradient_norm");
  EXPECT_EQ(ExactOf(rows[0]), "10,2.5,,0.001,5");
  EXPECT_EQ(ExactOf(rows[1]), "20,1.25,2.375,0.00050000000000000001,10");
  EXPECT_EQ(rows[1].text, "1.25");
}

TEST(MetricsViewTest, WithoutValidationAndNormsThereAreNoSuchColumns) {
  v1::GetMetricsResponse message = TwoPoints();
  message.clear_norm_steps();
  message.clear_norms();
  message.clear_validation_steps();
  std::vector<Cells> rows;
  for (const Row& row : MetricsRows(message)) rows.push_back(row.cells);
  EXPECT_EQ(Table(MetricsColumns(), rows),
            "STEP      LOSS    RATE\n"
            "  10  2.500000   0.001\n"
            "  20  1.250000  0.0005\n");
}

TEST(MetricsViewTest, LinesOfATableToComeStandBelowTheirTitles) {
  EXPECT_EQ(MetricsHeader() + MetricsLine(MetricsRows(TwoPoints())[1]),
            "   STEP       LOSS  VALIDATION        RATE   GRADIENT\n"
            "     20   1.250000    2.375000      0.0005         10\n");
}

TEST(MetricsViewTest, AMessageWhoseColumnsDoNotFitIsNoMoreThanThat) {
  v1::GetMetricsResponse message = TwoPoints();
  message.mutable_losses()->RemoveLast();
  message.clear_validation_losses();
  message.mutable_norms(0)->clear_gradient();
  const std::vector<Row> rows = MetricsRows(message);
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(ExactOf(rows[0]), "10,2.5,,0.001,4");
}

}  // namespace
}  // namespace microgpt::client
