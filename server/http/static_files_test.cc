// SPDX-License-Identifier: MIT
//
// With the files of testdata, as scripts/embed_files makes them part of a
// program.
#include "server/http/static_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "core/digest/sha256.h"
#include "server/http/embedded_files.h"

namespace microgpt::server {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kScript = "/assets/index-4f2a.js";
const std::string kPicture = "/assets/dot-77aa.png";

Answer Get(const std::string& path, std::vector<Field> fields = {}) {
  Request request;
  request.method = "GET";
  request.target = path;
  request.fields = std::move(fields);
  return StaticFiles(TestdataFiles()).Get(request);
}

std::string FieldOfAnswer(const Answer& answer, const std::string& name) {
  for (const Field& field : answer.fields) {
    if (field.name == name) return field.value;
  }
  return "";
}

std::string FromDisk(const std::string& path) {
  std::ifstream file(MICROGPT_SOURCE_DIR "/server/http/testdata" + path,
                     std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(StaticFilesTest, FilesAreTheirBytes) {
  ASSERT_EQ(TestdataFiles().size(), 3u);
  for (const StaticFile& file : TestdataFiles()) {
    const std::string path(file.path);
    EXPECT_EQ(file.bytes, FromDisk(path)) << path;
    EXPECT_FALSE(file.bytes.empty());
    EXPECT_EQ("sha256:" + std::string(file.sha256), Sha256Id(file.bytes));
    EXPECT_EQ(Get(path).bytes(), file.bytes);
  }
}

TEST(StaticFilesTest, TextIsCompressedForWhoAcceptsThat) {
  for (const std::string accept : {"gzip", "deflate, gzip;q=1.0, *;q=0.5",
                                   "br, GZIP", "*", "*;q=0, gzip"}) {
    const Answer answer = Get(kScript, {{"accept-encoding", accept}});
    EXPECT_EQ(FieldOfAnswer(answer, "Content-Encoding"), "gzip") << accept;
    EXPECT_THAT(std::string(answer.bytes()), StartsWith("\x1f\x8b"));
    EXPECT_LT(answer.bytes().size(), FromDisk(kScript).size());
  }
  for (const std::string accept : {"", "identity", "br", "gzip;q=0",
                                   "gzip; q=0.000", "xgzip", "*, gzip;q=0"}) {
    const Answer answer = Get(kScript, {{"accept-encoding", accept}});
    EXPECT_EQ(FieldOfAnswer(answer, "Content-Encoding"), "") << accept;
    EXPECT_EQ(FieldOfAnswer(answer, "Vary"), "Accept-Encoding");
    EXPECT_EQ(answer.bytes(), FromDisk(kScript));
  }
}

TEST(StaticFilesTest, APictureIsNotCompressedAgain) {
  const Answer answer = Get(kPicture, {{"accept-encoding", "gzip"}});
  EXPECT_EQ(FieldOfAnswer(answer, "Content-Encoding"), "");
  EXPECT_EQ(FieldOfAnswer(answer, "Content-Type"), "image/png");
  EXPECT_EQ(FieldOfAnswer(answer, "Vary"), "");
}

TEST(StaticFilesTest, WhoHasItAlreadyIsToldSo) {
  const std::string plain = FieldOfAnswer(Get(kScript), "ETag");
  const std::string zipped =
      FieldOfAnswer(Get(kScript, {{"accept-encoding", "gzip"}}), "ETag");
  EXPECT_NE(plain, zipped);
  for (const std::string& match :
       {plain, "W/" + plain, "\"x\", " + plain, std::string("*")}) {
    const Answer answer = Get(kScript, {{"if-none-match", match}});
    EXPECT_EQ(answer.status, 304) << match;
    EXPECT_EQ(answer.bytes(), "");
    EXPECT_EQ(FieldOfAnswer(answer, "ETag"), plain);
  }
  EXPECT_EQ(Get(kScript, {{"if-none-match", zipped}}).status, 200);
  EXPECT_EQ(Get(kScript, {{"if-none-match", "\"x\""}}).status, 200);
}

TEST(StaticFilesTest, OnlyWhatNeverChangesIsKeptWithoutAsking) {
  EXPECT_EQ(FieldOfAnswer(Get(kScript), "Cache-Control"),
            "public, max-age=31536000, immutable");
  EXPECT_EQ(FieldOfAnswer(Get("/"), "Cache-Control"), "no-cache");
  EXPECT_EQ(FieldOfAnswer(Get("/index.html"), "Cache-Control"), "no-cache");
}

TEST(StaticFilesTest, RoutesOfTheApplicationGetItsPage) {
  for (const std::string path :
       {"/", "/models", "/models/names@3", "/models/a-1.5@2",
        "/models/a.js/inside", "/models/", "/?x=1.5"}) {
    const Answer answer = Get(path);
    EXPECT_EQ(answer.status, 200) << path;
    EXPECT_EQ(answer.bytes(), FromDisk("/index.html")) << path;
    EXPECT_EQ(FieldOfAnswer(answer, "Content-Type"),
              "text/html; charset=utf-8");
  }
}

TEST(StaticFilesTest, OtherFilesAreNotThere) {
  for (const std::string path : {"/assets/index-0000.js", "/favicon.ico",
                                 "/assets/../secret.txt", "/INDEX.HTML", "*"}) {
    EXPECT_EQ(Get(path).status, 404) << path;
  }
}

TEST(StaticFilesTest, WithoutAPageThereIsOneThatTellsOfTheApi) {
  Request request;
  request.target = "/";
  const Answer answer = StaticFiles({}).Get(request);
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(std::string(answer.bytes()),
              HasSubstr("/microgpt.v1.MicroGpt/Generate"));
}

}  // namespace
}  // namespace microgpt::server
