// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_FORMAT_JSON_READER_H_
#define MICROGPT_CORE_FORMAT_JSON_READER_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

namespace microgpt {

// Reads a JSON text and hands over its values one at a time, in order: what is
// kept of them is the derived class's choice. Strict: what JSON's grammar
// allows but nobody means, a key twice in one object or more than 32 levels, is
// refused, and so is NaN.
class JsonReader {
 public:
  using Json = nlohmann::json;

  // root: what stands before the path of a value in errors; empty for none.
  explicit JsonReader(std::string root) : root_(std::move(root)) {}
  virtual ~JsonReader() = default;

  // To be called once. INVALID_ARGUMENT: `text` is not JSON, or the derived
  // class refused a value. The field is the path of the value, such as
  // "state_dict.wte[3][0]".
  absl::Status Read(std::string_view text);

 protected:
  // An object or an array begins, and ends; a number, a text, true, false or
  // null. depth(), key() and Path() are those of this value. An error ends
  // reading.
  virtual absl::Status Begin(Json::value_t kind) = 0;
  virtual absl::Status End() = 0;
  virtual absl::Status Scalar(Json value) = 0;

  // Whether nothing is kept of what the value at hand is within: keys may stand
  // there twice then, since those so far are not kept either.
  virtual bool Ignores() const { return false; }

  // How many objects and arrays the value is within.
  size_t depth() const { return levels_.size(); }
  // The key on its path in the object at `level`, 0..depth() - 1, from outside;
  // empty in an array.
  const std::string& key(size_t level) const { return levels_[level].key; }
  // "state_dict.wte[3][0]"; "file" for the whole.
  std::string Path() const;

 private:
  class Events;  // what nlohmann's parser calls

  // An object or an array that has begun.
  struct Level {
    Json::value_t kind;
    std::string key;                        // object: of the value at hand
    absl::flat_hash_set<std::string> keys;  // object: those so far
    size_t index = 0;                       // array: of the value at hand
  };

  absl::Status Enter(Json::value_t kind);
  absl::Status EnterKey(const std::string& key);
  absl::Status Leave();
  absl::Status Take(Json value);
  absl::Status SyntaxError(std::string_view text, size_t position,
                           std::string_view token, bool overflow) const;

  std::string root_;
  std::vector<Level> levels_;
};

// Keeps all of a text as a tree, of at most 2,000,000 values, since one takes
// up to a hundred times the bytes of its text. A derived class may leave some
// out.
class JsonTreeReader : public JsonReader {
 public:
  using JsonReader::JsonReader;

  Json TakeTree() { return std::move(root_); }

 protected:
  absl::Status Begin(Json::value_t kind) override;
  absl::Status End() override;
  absl::Status Scalar(Json value) override;

 private:
  // Where the value stands in the tree then.
  absl::StatusOr<Json*> Add(Json value);

  Json root_;
  size_t values_ = 0;        // in the tree
  std::vector<Json*> open_;  // objects and arrays that have not ended
};

// All of `text` as a tree; `root` and errors as for JsonReader.
absl::StatusOr<nlohmann::json> ParseJson(std::string_view root,
                                         std::string_view text);

}  // namespace microgpt

#endif  // MICROGPT_CORE_FORMAT_JSON_READER_H_
