// SPDX-License-Identifier: MIT
#include "client/output/curve.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "client/output/utf8.h"

namespace microgpt::client {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

v1::GetMetricsResponse Losses(const std::vector<double>& losses) {
  v1::GetMetricsResponse message;
  for (std::size_t i = 0; i < losses.size(); ++i) {
    message.add_steps(static_cast<unsigned>(i + 1));
    message.add_losses(losses[i]);
  }
  return message;
}

std::string Picture(const Curve& curve, std::size_t width, bool color = false) {
  return fmt::format("{}\n", fmt::join(curve.Draw(width, color), "\n"));
}

TEST(CurveTest, FallsFromTheUpperLeftToTheLowerRight) {
  Curve curve(0, 0);
  std::vector<double> losses;
  for (int i = 0; i < 24; ++i) losses.push_back(3 - i / 23.0);
  curve.Add(Losses(losses));
  EXPECT_EQ(Picture(curve, 18),
            "3.00 ┤⠱⡀\n"
            "     │ ⠱⡀\n"
            "     │  ⠱⡀\n"
            "     │   ⠱⡀\n"
            "     │    ⠱⡀\n"
            "     │     ⢱\n"
            "     │      ⢣\n"
            "     │       ⢣\n"
            "     │        ⢣\n"
            "     │         ⢣\n"
            "     │          ⢣\n"
            "2.00 ┤           ⢣\n"
            "     └────────────\n"
            "      1    step 24\n"
            "⠒ loss 2.00\n");
}

TEST(CurveTest, ShowsTheGuessAndTheValidation) {
  Curve curve(4, 27);
  v1::GetMetricsResponse message = Losses({3.5, 2.5});
  message.add_validation_steps(2);
  message.add_validation_losses(2.75);
  curve.Add(message);
  const std::string picture = Picture(curve, 40);
  EXPECT_THAT(picture, HasSubstr("╌╌╌╌╌╌"));
  EXPECT_EQ(std::ranges::count(picture, '\n'), 15);
  EXPECT_THAT(picture, HasSubstr("step 4\n"));
  EXPECT_THAT(picture, EndsWith("⠒ loss 2.50   ◆ validation 2.75   ╌ random "
                                "guess 3.30\n"));
  // In the picture and in the legend.
  EXPECT_NE(picture.find("◆"), picture.rfind("◆"));
  // Nothing is known of the steps to come.
  const auto lines = curve.Draw(40, false);
  EXPECT_LT(DisplayWidth(lines[11]), 25u);
}

TEST(CurveTest, IsNoWiderThanItMayBeWhateverItShows) {
  for (const unsigned points : {1u, 2u, 3u, 50u, 1000u}) {
    Curve curve(points, 27);
    std::vector<double> losses;
    for (unsigned i = 0; i < points; ++i) {
      losses.push_back(2 + std::sin(i) * (i % 7 == 0 ? 1000 : 1));
    }
    curve.Add(Losses(losses));
    for (const std::size_t width : {60u, 80u, 133u}) {
      for (const std::string& line : curve.Draw(width, false)) {
        EXPECT_LE(DisplayWidth(line), width) << line;
      }
    }
  }
}

TEST(CurveTest, WhatIsNotFiniteLeavesAGap) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  Curve curve(0, 0);
  curve.Add(Losses({2, 2, INFINITY, kNan, 2, 2}));
  const std::string picture = Picture(curve, 30);
  EXPECT_THAT(picture, HasSubstr("⠒")) << picture;
  Curve nothing(0, 27);
  nothing.Add(Losses({kNan}));
  EXPECT_EQ(Picture(nothing, 30), "no losses to draw yet\n");
  EXPECT_EQ(Picture(Curve(10, 27), 30), "no losses to draw yet\n");
}

TEST(CurveTest, IsColouredOnlyWhereItMayBe) {
  Curve curve(2, 27);
  curve.Add(Losses({3.5, 2.5}));
  EXPECT_THAT(Picture(curve, 40, true), HasSubstr("\033[36m"));
  EXPECT_THAT(Picture(curve, 40, false), Not(HasSubstr("\033")));
}

TEST(CurveTest, MessagesOneAfterTheOtherAreOneCurve) {
  Curve whole(0, 0), parts(0, 0);
  const v1::GetMetricsResponse all = Losses({5, 4, 3, 2});
  whole.Add(all);
  for (int i = 0; i < 4; ++i) {
    v1::GetMetricsResponse one;
    one.add_steps(all.steps(i));
    one.add_losses(all.losses(i));
    parts.Add(one);
  }
  EXPECT_EQ(Picture(parts, 50), Picture(whole, 50));
}

}  // namespace
}  // namespace microgpt::client
