// SPDX-License-Identifier: MIT
//
// Versions, aliases, deleting and model files, over a real port.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/format/model_file.h"
#include "core/model/model.h"
#include "server/store/records.h"
#include "server/testing/test_server.h"

namespace microgpt::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Calls a unary method of the registry.
template <typename Request, typename Response>
grpc::Status Call(TestServer& server,
                  grpc::Status (v1::Registry::Stub::*method)(
                      grpc::ClientContext*, const Request&, Response*),
                  const Request& request, Response* response) {
  grpc::ClientContext context;
  return (server.registry().*method)(&context, request, response);
}

// `text` with its one `from` as `to`.
std::string Replaced(std::string text, const std::string& from,
                     const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos);
  EXPECT_EQ(text.find(from, at + 1), std::string::npos);
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

class ModelsTest : public testing::Test {
 protected:
  v1::Job Train(const std::string& model, uint32_t seed = 42,
                v1::Precision precision = v1::PRECISION_FLOAT32) {
    v1::Config config;
    config.set_steps(30);
    config.set_seed(seed);
    config.set_precision(precision);
    return server_.Train(TrainText(model, "rex\nbella\nluna\n", config));
  }

  v1::Model Get(const std::string& reference) {
    v1::GetModelRequest request;
    request.set_model(reference);
    v1::Model model;
    const grpc::Status status =
        Call(server_, &v1::Registry::Stub::GetModel, request, &model);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return model;
  }

  grpc::Status TryGet(const std::string& reference) {
    v1::GetModelRequest request;
    request.set_model(reference);
    v1::Model model;
    return Call(server_, &v1::Registry::Stub::GetModel, request, &model);
  }

  grpc::Status SetAlias(const std::string& alias, uint32_t version,
                        std::optional<uint32_t> expected = std::nullopt) {
    v1::SetAliasRequest request;
    request.set_alias(alias);
    request.set_version(version);
    if (expected) request.set_expected_version(*expected);
    v1::Model model;
    return Call(server_, &v1::Registry::Stub::SetAlias, request, &model);
  }

  grpc::Status Delete(const std::string& reference,
                      v1::DeleteModelResponse* response = nullptr) {
    v1::DeleteModelRequest request;
    request.set_model(reference);
    v1::DeleteModelResponse ignored;
    return Call(server_, &v1::Registry::Stub::DeleteModel, request,
                response == nullptr ? &ignored : response);
  }

  std::string Export(const std::string& reference, v1::ModelFormat format) {
    grpc::ClientContext context;
    v1::ExportModelRequest request;
    request.set_model(reference);
    request.set_format(format);
    const auto reader = server_.registry().ExportModel(&context, request);
    std::string file;
    v1::ExportModelResponse message;
    while (reader->Read(&message)) {
      EXPECT_LE(message.chunk().size(), 1u << 20);
      file += message.chunk();
    }
    const grpc::Status status = reader->Finish();
    EXPECT_TRUE(status.ok()) << status.error_message();
    return file;
  }

  // Sends a file in pieces of `piece` bytes.
  grpc::Status Import(const std::string& file, const std::string& name,
                      v1::Model* model, const std::string& dataset = "",
                      size_t piece = 1000) {
    grpc::ClientContext context;
    const auto writer = server_.registry().ImportModel(&context, model);
    v1::ImportModelRequest message;
    message.set_model(name);
    message.set_dataset(dataset);
    for (size_t at = 0; at < file.size() || at == 0; at += piece) {
      message.set_chunk(file.substr(at, piece));
      if (!writer->Write(message)) break;
      message.Clear();
    }
    writer->WritesDone();
    return writer->Finish();
  }

  std::vector<std::string> Texts(const std::string& reference,
                                 v1::GenerateRequest request = {}) {
    request.set_model(reference);
    if (!request.has_seed()) request.set_seed(7);
    return server_.Texts(request);
  }

  TestServer server_;
};

// --- Versions and their lineage.

TEST_F(ModelsTest, AVersionLeadsToItsJobAndItsDataset) {
  const v1::Job job = Train("pets");
  const v1::Model model = Get("pets");
  EXPECT_EQ(model.name(), "pets");
  EXPECT_EQ(model.version(), 1u);
  EXPECT_EQ(model.job(), job.job());
  EXPECT_EQ(model.dataset().id(), job.dataset().id());
  EXPECT_THAT(model.sha256(), testing::StartsWith("sha256:"));
  EXPECT_EQ(model.loss(), job.loss());
  EXPECT_EQ(model.config().SerializeAsString(),
            job.config().SerializeAsString());
  EXPECT_GT(model.bytes(), 4u * model.num_parameters());
}

TEST_F(ModelsTest, EqualTrainingsAreEqualVersions) {
  Train("pets");
  Train("pets");
  Train("pets", 43);
  EXPECT_EQ(Get("pets@1").sha256(), Get("pets@2").sha256());
  EXPECT_NE(Get("pets@1").sha256(), Get("pets@3").sha256());
}

TEST_F(ModelsTest, EveryVersionOfAModelIsListedByPage) {
  for (int i = 0; i < 5; ++i) Train("pets");
  v1::ListModelsRequest request;
  request.set_model("pets");
  request.set_page_size(2);
  std::vector<uint32_t> versions;
  do {
    v1::ListModelsResponse page;
    ASSERT_TRUE(
        Call(server_, &v1::Registry::Stub::ListModels, request, &page).ok());
    EXPECT_LE(page.models_size(), 2);
    for (const v1::Model& model : page.models()) {
      versions.push_back(model.version());
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(versions, ElementsAre(5, 4, 3, 2, 1));

  v1::ListModelsResponse page;
  request.set_page_token("x");
  EXPECT_EQ(Call(server_, &v1::Registry::Stub::ListModels, request, &page)
                .error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  request.set_page_token("");
  request.set_model("unknown");
  EXPECT_EQ(Call(server_, &v1::Registry::Stub::ListModels, request, &page)
                .error_code(),
            grpc::StatusCode::NOT_FOUND);
}

// --- Aliases.

TEST_F(ModelsTest, AnAliasStandsForAVersionInEveryCall) {
  Train("pets", 1);
  Train("pets", 2);
  ASSERT_TRUE(SetAlias("pets@prod", 1).ok());
  EXPECT_EQ(Texts("pets@prod"), Texts("pets@1"));
  EXPECT_NE(Texts("pets@prod"), Texts("pets@2"));
  EXPECT_THAT(Get("pets@prod").aliases(), ElementsAre("prod"));
  EXPECT_EQ(Get("pets@latest").version(), 2u);
  EXPECT_EQ(Export("pets@prod", v1::MODEL_FORMAT_JSON),
            Export("pets@1", v1::MODEL_FORMAT_JSON));
  ASSERT_TRUE(SetAlias("pets@prod", 0).ok());
  EXPECT_EQ(Get("pets@prod").version(), 2u);

  v1::DeleteAliasRequest request;
  request.set_alias("pets@prod");
  v1::Model was;
  ASSERT_TRUE(
      Call(server_, &v1::Registry::Stub::DeleteAlias, request, &was).ok());
  EXPECT_EQ(was.version(), 2u);
  const grpc::Status gone = TryGet("pets@prod");
  EXPECT_EQ(gone.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(gone.error_message(), HasSubstr("prod"));
}

TEST_F(ModelsTest, AnAliasThatMovedMeanwhileIsAborted) {
  Train("pets");
  Train("pets");
  ASSERT_TRUE(SetAlias("pets@prod", 1, 0).ok());
  EXPECT_EQ(SetAlias("pets@prod", 2, 0).error_code(),
            grpc::StatusCode::ABORTED);
  EXPECT_EQ(SetAlias("pets@prod", 2, 2).error_code(),
            grpc::StatusCode::ABORTED);
  EXPECT_EQ(Get("pets@prod").version(), 1u);
  EXPECT_TRUE(SetAlias("pets@prod", 2, 1).ok());
}

TEST_F(ModelsTest, BadAliasesAreRefused) {
  for (const char* alias : {"", "names", "names@1", "names@latest", "@prod"}) {
    EXPECT_EQ(SetAlias(alias, 1).error_code(),
              grpc::StatusCode::INVALID_ARGUMENT)
        << alias;
  }
  EXPECT_EQ(SetAlias("names@prod", 9).error_code(),
            grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(SetAlias("unknown@prod", 1).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

// --- Deleting.

TEST_F(ModelsTest, ADeletedVersionIsGoneAndTheOthersStay) {
  Train("pets");
  Train("pets");
  v1::DeleteModelResponse response;
  ASSERT_TRUE(Delete("pets@2", &response).ok());
  EXPECT_EQ(response.versions(), 1u);
  EXPECT_EQ(Get("pets").version(), 1u);
  EXPECT_EQ(TryGet("pets@2").error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Train("pets").version(), 3u) << "no number is used again";
}

TEST_F(ModelsTest, AStreamFinishesWithTheModelThatIsDeletedUnderIt) {
  Train("pets");
  grpc::ClientContext context;
  v1::GenerateRequest request;
  request.set_model("pets");
  request.set_count(2000);
  const auto reader = server_.microgpt().Generate(&context, request);
  v1::GenerateResponse message;
  ASSERT_TRUE(reader->Read(&message));
  int samples = message.samples_size();
  ASSERT_TRUE(Delete("pets").ok());
  while (reader->Read(&message)) samples += message.samples_size();
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_EQ(samples, 2000);
  EXPECT_EQ(TryGet("pets").error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(ModelsTest, DeletingAModelCancelsItsTrainingAndNothingIsPublished) {
  Train("slow");
  const v1::Job job = server_.Train(EndlessJob("slow"));
  ASSERT_TRUE(server_.AwaitInfo(
      [](const v1::ServerInfo& info) { return info.running_jobs() == 1; }));
  v1::DeleteModelResponse response;
  ASSERT_TRUE(Delete("slow", &response).ok());
  EXPECT_EQ(response.versions(), 1u);
  EXPECT_EQ(response.cancelled_jobs(), 1u);
  ASSERT_TRUE(server_.AwaitInfo(
      [](const v1::ServerInfo& info) { return info.running_jobs() == 0; }));
  EXPECT_EQ(server_.GetStatus(job.job()).state(), v1::Job::STATE_CANCELLED);
  EXPECT_FALSE(TryGet("slow").ok());
}

TEST_F(ModelsTest, WhatAnAliasPointsToIsNotDeleted) {
  Train("pets");
  ASSERT_TRUE(SetAlias("pets@prod", 1).ok());
  for (const char* reference : {"pets", "pets@1", "pets@latest"}) {
    const grpc::Status status = Delete(reference);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
    EXPECT_THAT(status.error_message(), HasSubstr("prod"));
  }
  EXPECT_EQ(Delete("pets@prod").error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Delete("").error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Delete("unknown").error_code(), grpc::StatusCode::NOT_FOUND);
}

// --- Files.

TEST_F(ModelsTest, ExportAndImportChangeNoBit) {
  // The names are equally long, so that the files are.
  for (const auto& [precision, name, copy] :
       {std::tuple(v1::PRECISION_FLOAT32, std::string("single"), "copied"),
        {v1::PRECISION_FLOAT64, "double", "cloned"}}) {
    Train(name, 42, precision);
    const v1::Model original = Get(name);
    v1::GenerateRequest python;
    python.set_randomness(v1::GenerateRequest::RANDOMNESS_PYTHON);
    for (const auto format :
         {v1::MODEL_FORMAT_JSON, v1::MODEL_FORMAT_SAFETENSORS}) {
      const std::string file = Export(name, format);
      v1::Model imported;
      const grpc::Status status = Import(file, copy, &imported);
      ASSERT_TRUE(status.ok()) << status.error_message();
      EXPECT_EQ(imported.sha256(), original.sha256());
      EXPECT_EQ(imported.job(), "") << "no job made it";
      EXPECT_EQ(imported.base(), name + "@1");
      EXPECT_EQ(imported.dataset().id(), original.dataset().id());
      EXPECT_EQ(imported.loss(), original.loss());
      EXPECT_EQ(imported.config().SerializeAsString(),
                original.config().SerializeAsString());
      EXPECT_EQ(Texts(copy), Texts(name));
      EXPECT_EQ(Texts(copy, python), Texts(name, python));
      const std::string reference =
          ReferenceTo(imported.name(), imported.version());
      EXPECT_TRUE(Export(reference, format) ==
                  Replaced(file, name + "@1", reference))
          << "more than the base has changed in " << reference;
    }
    EXPECT_EQ(Get(copy).version(), 2u);
  }
}

TEST_F(ModelsTest, AFileMayComeInPiecesOfAnySize) {
  Train("pets");
  const std::string file = Export("pets", v1::MODEL_FORMAT_UNSPECIFIED);
  for (const size_t piece : {size_t{7}, size_t{4096}, file.size()}) {
    v1::Model imported;
    const grpc::Status status = Import(file, "copy", &imported, "", piece);
    ASSERT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(imported.sha256(), Get("pets").sha256());
  }
}

TEST_F(ModelsTest, ADatasetMayBeGivenWithAFile) {
  Train("pets");
  const std::string file = Export("pets", v1::MODEL_FORMAT_JSON);
  v1::Model imported;
  const std::string id = Get("pets").dataset().id();
  ASSERT_TRUE(Import(file, "copy", &imported, id).ok());
  EXPECT_EQ(imported.dataset().documents(), 3u);
  grpc::Status status = Import(file, "copy", &imported, "unknown");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  status = Import(file, "copy", &imported, "names");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(),
              HasSubstr("is none of the model's characters"));
}

// Whatever is wrong with a file, it is told in a sentence and changes nothing.
TEST_F(ModelsTest, BadFilesAreRefusedAndChangeNothing) {
  Train("pets");
  const std::string json = Export("pets", v1::MODEL_FORMAT_JSON);
  const std::string tensors = Export("pets", v1::MODEL_FORMAT_SAFETENSORS);
  std::string flipped = tensors;
  flipped.back() = static_cast<char>(flipped.back() ^ 1);
  std::string huge = tensors;
  huge.replace(0, 8, "\xff\xff\xff\xff\xff\xff\xff\x7f", 8);
  const uint32_t models = server_.Info().models();
  for (const std::string& file :
       {std::string(), std::string("x"), std::string("{}"),
        json.substr(0, json.size() / 2), tensors.substr(0, tensors.size() - 1),
        tensors + "x", flipped, huge, std::string(1 << 20, '['),
        std::string("{\"config\": \xff}")}) {
    v1::Model model;
    const grpc::Status status = Import(file, "bad", &model, "", 1 << 20);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT)
        << file.substr(0, 20);
    EXPECT_GT(status.error_message().size(), 10u) << file.substr(0, 20);
  }
  EXPECT_EQ(server_.Info().models(), models);
}

TEST_F(ModelsTest, BadImportRequestsAreRefused) {
  v1::Model model;
  EXPECT_EQ(Import("{}", "", &model).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Import("{}", "names@2", &model).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  const grpc::Status large =
      Import(std::string((1 << 20) + 1, 'x'), "bad", &model, "", (1 << 20) + 1);
  EXPECT_EQ(large.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(large.error_message(), HasSubstr("1048577 bytes are above"));

  grpc::ClientContext context;
  const auto writer = server_.registry().ImportModel(&context, &model);
  v1::ImportModelRequest message;
  message.set_model("copy");
  writer->Write(message);
  writer->Write(message);  // the name once more
  writer->WritesDone();
  const grpc::Status twice = writer->Finish();
  EXPECT_EQ(twice.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(twice.error_message(), HasSubstr("first message only"));
}

TEST_F(ModelsTest, ANewModelCanBeImportedUnderTheNameOfATrainedOne) {
  Train("pets");
  v1::Model imported;
  ASSERT_TRUE(
      Import(Export("names", v1::MODEL_FORMAT_JSON), "pets", &imported).ok());
  EXPECT_EQ(imported.version(), 2u);
  EXPECT_EQ(Texts("pets"), Texts("names"));
}

}  // namespace
}  // namespace microgpt::server
