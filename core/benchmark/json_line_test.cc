// SPDX-License-Identifier: MIT
#include "core/benchmark/json_line.h"

#include <gtest/gtest.h>

#include <limits>

namespace microgpt::benchmark {
namespace {

TEST(JsonLineTest, ARowIsOneObject) {
  JsonLine line("train");
  line.Add("n_embd", 16)
      .Add("us", 3.14159)
      .Add("rate", 1.5e7)
      .Add("spread", {1.0, 2.5})
      .Add("seconds", std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(line.Text(),
            R"({"bench":"train","n_embd":16,"us":3.142,"rate":1.5e+07,)"
            R"("spread":[1,2.5],"seconds":null})");
}

}  // namespace
}  // namespace microgpt::benchmark
