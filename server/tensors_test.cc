// SPDX-License-Identifier: MIT
//
// GetTensor and Project over a real port.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "server/testing/status_details.h"
#include "server/testing/test_server.h"

namespace microgpt::server {
namespace {

using grpc::StatusCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class TensorsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = new TestServer;
    v1::Config config;
    config.set_n_layer(2);
    config.set_n_embd(8);
    config.set_n_head(2);
    config.set_block_size(6);
    config.set_steps(50);
    job_ = server_->Train(TrainText("deep", "anna\nhannah\nada\n", config));
    config.set_seed(7);
    server_->Train(TrainText("deep", "anna\nhannah\nada\n", config));
  }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }

  static grpc::Status TryGet(const v1::GetTensorRequest& request,
                             v1::GetTensorResponse* response) {
    grpc::ClientContext context;
    return server_->inspector().GetTensor(&context, request, response);
  }
  static v1::GetTensorResponse Get(const v1::GetTensorRequest& request) {
    v1::GetTensorResponse response;
    const grpc::Status status = TryGet(request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  static v1::GetTensorResponse Get(const std::string& tensor) {
    v1::GetTensorRequest request;
    request.set_model("deep@1");
    request.set_tensor(tensor);
    return Get(request);
  }

  static grpc::Status TryProject(const v1::ProjectRequest& request,
                                 v1::ProjectResponse* response) {
    grpc::ClientContext context;
    return server_->inspector().Project(&context, request, response);
  }
  static v1::ProjectResponse Project(const v1::ProjectRequest& request) {
    v1::ProjectResponse response;
    const grpc::Status status = TryProject(request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  static TestServer* server_;
  static v1::Job job_;  // of "deep@1"
};

TestServer* TensorsTest::server_ = nullptr;
v1::Job TensorsTest::job_;

template <typename Response>
void ExpectInvalid(const grpc::Status& status, const Response&,
                   const std::string& field, const std::string& problem) {
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT) << field;
  EXPECT_EQ(status.error_message(), field + ": " + problem);
  EXPECT_EQ(FieldIn(status), field);
}

TEST_F(TensorsTest, ATensorHasItsValuesAndFiguresOfThem) {
  const v1::GetTensorResponse tensor = Get("layer1.mlp_fc1");
  EXPECT_EQ(tensor.model(), "deep@1");
  EXPECT_EQ(tensor.job(), job_.job());
  EXPECT_EQ(tensor.step(), 50u);
  EXPECT_EQ(tensor.tensor(), "layer1.mlp_fc1");
  EXPECT_THAT(tensor.shape(), ElementsAre(32, 8));
  EXPECT_THAT(tensor.values().shape(), ElementsAre(32, 8));
  ASSERT_THAT(tensor.values().values(), SizeIs(256));
  double sum = 0, squares = 0, min = 1, max = -1;
  for (const double value : tensor.values().values()) {
    sum += value;
    squares += value * value;
    min = std::min(min, value);
    max = std::max(max, value);
  }
  EXPECT_NEAR(tensor.mean(), sum / 256, 1e-12);
  EXPECT_NEAR(tensor.standard_deviation(),
              std::sqrt(squares / 256 - sum * sum / 256 / 256), 1e-9);
  EXPECT_EQ(tensor.min(), min);
  EXPECT_EQ(tensor.max(), max);
  EXPECT_NEAR(tensor.norm(), std::sqrt(squares), 1e-12);
  ASSERT_THAT(tensor.histogram(), SizeIs(40));
  uint64_t counted = 0;
  for (const uint64_t count : tensor.histogram()) counted += count;
  EXPECT_EQ(counted, 256u);
  ASSERT_THAT(tensor.tensors(), SizeIs(15));
  EXPECT_EQ(tensor.tensors(3), "layer0.attn_wq");
  EXPECT_THAT(tensor.tokens(), IsEmpty());
}

TEST_F(TensorsTest, RowsOfTheVocabularySayWhatTheyAreFor) {
  const v1::GetTensorResponse all = Get("");
  EXPECT_EQ(all.tensor(), "wte");
  ASSERT_THAT(all.tokens(), SizeIs(5));
  EXPECT_EQ(all.tokens(0).text(), "a");
  EXPECT_EQ(all.tokens(4).text(), "");
  EXPECT_EQ(all.tokens(4).id(), 4u);
  EXPECT_THAT(Get("lm_head").tokens(), SizeIs(5));
  EXPECT_THAT(Get("wpe").tokens(), IsEmpty());

  v1::GetTensorRequest request;
  request.set_model("deep@1");
  request.set_first_row(1);
  request.set_rows(2);
  const v1::GetTensorResponse some = Get(request);
  EXPECT_THAT(some.values().shape(), ElementsAre(2, 8));
  EXPECT_THAT(some.shape(), ElementsAre(5, 8));
  ASSERT_THAT(some.tokens(), SizeIs(2));
  EXPECT_EQ(some.tokens(0).text(), "d");
  for (int i = 0; i < 16; ++i) {
    EXPECT_EQ(some.values().values(i), all.values().values(8 + i));
  }
  EXPECT_EQ(some.norm(), all.norm()) << "figures are of the whole";
}

TEST_F(TensorsTest, FiguresAloneAreHadWithoutRows) {
  v1::GetTensorRequest request;
  request.set_rows(0);
  request.set_bins(1);
  const v1::GetTensorResponse tensor = Get(request);
  EXPECT_THAT(tensor.values().values(), IsEmpty());
  EXPECT_THAT(tensor.tokens(), IsEmpty());
  EXPECT_THAT(tensor.histogram(), ElementsAre(27 * 16));
}

TEST_F(TensorsTest, WhatIsNoTensorIsNotFoundAndSaysWhichThereAre) {
  v1::GetTensorRequest request;
  request.set_model("deep");
  request.set_tensor("layer0.attn_qw");
  v1::GetTensorResponse response;
  const grpc::Status status = TryGet(request, &response);
  EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(),
            "tensor \"layer0.attn_qw\" not found: did you mean "
            "\"layer0.attn_wq\"? There are wte, wpe, lm_head, layer0.attn_wq, "
            "layer0.attn_wk, layer0.attn_wv, layer0.attn_wo, layer0.mlp_fc1, "
            "layer0.mlp_fc2, … up to layer1.mlp_fc2");
  request.set_model("names");
  request.set_tensor("bias");
  EXPECT_EQ(TryGet(request, &response).error_message(),
            "tensor \"bias\" not found. There are wte, wpe, lm_head, "
            "layer0.attn_wq, layer0.attn_wk, layer0.attn_wv, layer0.attn_wo, "
            "layer0.mlp_fc1, layer0.mlp_fc2");
}

TEST_F(TensorsTest, NumbersOfGetTensorOutOfRange) {
  struct Case {
    void (*set)(v1::GetTensorRequest&, bool far);
    std::string field, problem;
  };
  const Case cases[] = {
      {[](auto& r, bool far) { r.set_first_row(far ? 5 : 4); }, "first_row",
       "5 is above the maximum 4"},
      {[](auto& r, bool far) {
         r.set_first_row(2);
         r.set_rows(far ? 4 : 3);
       },
       "rows", "4 is above the maximum 3"},
      {[](auto& r, bool far) { r.set_bins(far ? 0 : 1); }, "bins",
       "0 is below the minimum 1"},
      {[](auto& r, bool far) { r.set_bins(far ? 1001 : 1000); }, "bins",
       "1001 is above the maximum 1000"},
  };
  for (const Case& bad : cases) {
    v1::GetTensorRequest request;
    v1::GetTensorResponse response;
    request.set_model("deep");
    bad.set(request, false);
    EXPECT_TRUE(TryGet(request, &response).ok()) << bad.field;
    bad.set(request, true);
    ExpectInvalid(TryGet(request, &response), response, bad.field, bad.problem);
  }
}

TEST_F(TensorsTest, AMillionValuesAtMost) {
  v1::Config config;
  config.set_n_embd(500);
  config.set_steps(1);
  server_->Train(TrainText("wide", "anna\n", config));
  v1::GetTensorRequest request;
  request.set_model("wide");
  request.set_tensor("layer0.mlp_fc2");  // [500, 2000]
  v1::GetTensorResponse response;
  EXPECT_THAT(Get(request).values().values(), SizeIs(1'000'000));
  config.set_n_embd(504);
  server_->Train(TrainText("wide", "anna\n", config));
  ExpectInvalid(TryGet(request, &response), response, "rows",
                "504 rows of 2016 values are more than the maximum of 1000000 "
                "values: ask for at most 496 at a time");
  request.set_rows(496);
  EXPECT_TRUE(TryGet(request, &response).ok());
  request.set_rows(497);
  EXPECT_FALSE(TryGet(request, &response).ok());
}

TEST_F(TensorsTest, AnEmbeddingIsProjectedOntoItsPrincipalComponents) {
  const v1::ProjectResponse projection = Project({});
  EXPECT_EQ(projection.model(), "names@1");
  EXPECT_EQ(projection.tensor(), "wte");
  EXPECT_THAT(projection.points().shape(), ElementsAre(27, 2));
  ASSERT_THAT(projection.variance(), SizeIs(2));
  EXPECT_GT(projection.variance(0), projection.variance(1));
  ASSERT_THAT(projection.tokens(), SizeIs(27));
  EXPECT_EQ(projection.tokens(4).text(), "e");
  EXPECT_EQ(projection.tokens(26).text(), "");

  v1::ProjectRequest request;
  request.set_tensor("wpe");
  request.set_components(16);
  const v1::ProjectResponse positions = Project(request);
  EXPECT_THAT(positions.points().shape(), ElementsAre(16, 16));
  EXPECT_THAT(positions.tokens(), IsEmpty());
  double sum = 0;
  for (const double share : positions.variance()) sum += share;
  EXPECT_NEAR(sum, 1, 1e-9);
}

// Of two projections, by component.
std::vector<double> Products(const v1::ProjectResponse& a,
                             const v1::ProjectResponse& b) {
  std::vector<double> products(a.points().shape(1));
  for (int i = 0; i < a.points().values_size(); ++i) {
    products[i % products.size()] +=
        a.points().values(i) * b.points().values(i);
  }
  return products;
}

TEST_F(TensorsTest, SignsAreTurnedToThoseOfAnother) {
  v1::ProjectRequest request;
  request.set_model("deep@1");
  request.set_components(8);
  const v1::ProjectResponse alone = Project(request);
  request.set_align_model("deep@1");
  EXPECT_EQ(Project(request).SerializeAsString(), alone.SerializeAsString());
  request.set_align_model("deep@2");
  const std::vector<double> products = Products(Project(request), alone);
  const v1::ProjectResponse turned = Project(request);
  for (int i = 0; i < turned.points().values_size(); ++i) {
    EXPECT_EQ(std::abs(turned.points().values(i)),
              std::abs(alone.points().values(i)));
  }
  EXPECT_TRUE(std::ranges::any_of(products, [](double p) { return p < 0; }))
      << "another seed's components point anywhere";
  EXPECT_TRUE(std::ranges::any_of(products, [](double p) { return p > 0; }));

  request.clear_model();
  request.clear_align_model();
  request.set_job(job_.job());
  request.set_align_step(50);
  EXPECT_EQ(Project(request).SerializeAsString(), alone.SerializeAsString());
}

TEST_F(TensorsTest, ProjectionsThatThereAreNot) {
  struct Case {
    void (*set)(v1::ProjectRequest&);
    std::string field, problem;
  };
  const Case cases[] = {
      {[](auto& r) { r.set_tensor("lm_head"); }, "tensor",
       "\"lm_head\" is no embedding: \"wte\" or \"wpe\""},
      {[](auto& r) { r.set_components(0); }, "components",
       "0 is below the minimum 1"},
      {[](auto& r) { r.set_components(9); }, "components",
       "9 is above the maximum 8"},
      {[](auto& r) { r.set_components(17); }, "components",
       "17 is above the maximum 16"},
      {[](auto& r) { r.set_align_model("names"); }, "align_model",
       "n_embd 16 is not the 8 of the model that is projected"},
      {[](auto& r) { r.set_align_model("No"); }, "align_model", ""},
      {[](auto& r) { r.set_align_step(3); }, "align_step",
       "3 given without a job"},
      {[](auto& r) {
         r.set_align_step(3);
         r.set_align_model("names");
       },
       "align_step", "given together with align_model"},
  };
  for (const Case& bad : cases) {
    v1::ProjectRequest request;
    request.set_model("deep");
    bad.set(request);
    v1::ProjectResponse response;
    const grpc::Status status = TryProject(request, &response);
    EXPECT_EQ(FieldIn(status), bad.field) << status.error_message();
    EXPECT_THAT(status.error_message(),
                HasSubstr(bad.field + ": " + bad.problem));
  }
  v1::ProjectRequest request;
  v1::ProjectResponse response;
  request.set_components(16);
  EXPECT_TRUE(TryProject(request, &response).ok());
  request.set_align_model("nmaes");
  EXPECT_EQ(TryProject(request, &response).error_message(),
            "model \"nmaes\" not found: did you mean \"names\"?");
  request.Clear();
  request.set_job(job_.job());
  request.set_align_step(0);
  EXPECT_TRUE(TryProject(request, &response).ok());
}

TEST_F(TensorsTest, PointsAreAsManyAsTheVocabularyHasTokens) {
  std::string text;  // 500 different characters, each on its own
  for (char32_t c = 0xAC00; c < 0xAC00 + 500; ++c) {
    text += {static_cast<char>(0xE0 | c >> 12),
             static_cast<char>(0x80 | (c >> 6 & 0x3F)),
             static_cast<char>(0x80 | (c & 0x3F)), '\n'};
  }
  v1::Config config;
  config.set_steps(1);
  server_->Train(TrainText("syllables", text, config));
  v1::ProjectRequest request;
  request.set_model("syllables");
  const v1::ProjectResponse projection = Project(request);
  EXPECT_THAT(projection.points().shape(), ElementsAre(501, 2));
  EXPECT_EQ(projection.tokens(0).text(), "\xEA\xB0\x80");
}

}  // namespace
}  // namespace microgpt::server
