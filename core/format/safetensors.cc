// SPDX-License-Identifier: MIT
#include "core/format/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/errors/errors.h"
#include "core/format/json_object.h"
#include "core/format/json_reader.h"
#include "core/format/json_text.h"
#include "core/format/tensor_map.h"
#include "core/model/parameters.h"

namespace microgpt {
namespace {

using Json = nlohmann::json;

constexpr char kMetadataKey[] = "__metadata__";
constexpr size_t kLengthBytes = 8;  // of the number before the header
constexpr uint64_t kMaxHeaderBytes = 100'000'000;  // as other readers have it

template <typename T>
using Bits = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;

template <typename T>
void AppendLittleEndian(T value, std::string& out) {
  std::array<char, sizeof(T)> bytes;
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(std::bit_cast<Bits<T>>(value) >> (8 * i));
  }
  out.append(bytes.data(), bytes.size());
}

template <typename T>
T FromLittleEndian(const char* bytes) {
  Bits<T> bits = 0;
  for (size_t i = 0; i < sizeof(T); ++i) {
    bits |= Bits<T>{static_cast<uint8_t>(bytes[i])} << (8 * i);
  }
  return std::bit_cast<T>(bits);
}

template <typename T>
constexpr const char* kTypeName = sizeof(T) == 8 ? "F64" : "F32";

// "wte": {"dtype": "F32", "shape": [27, 16], "data_offsets": [0, 1728]}
template <typename T>
std::string EntryJson(const TensorSpec& spec) {
  const size_t begin = spec.offset * sizeof(T);
  const size_t end = begin + spec.rows * spec.cols * sizeof(T);
  JsonObjectText entry;
  entry.AddText("dtype", kTypeName<T>);
  entry.Add("shape", fmt::format("[{}, {}]", spec.rows, spec.cols));
  entry.Add("data_offsets", fmt::format("[{}, {}]", begin, end));
  return entry.Finish();
}

std::string HeaderJson(const Model& model, const ModelCard& card,
                       std::string_view sha256) {
  JsonObjectText metadata;
  metadata.AddText(kConfigKey, ConfigJson(model));
  metadata.AddText(kTokenizerKey, TokenizerJson(model));
  metadata.AddText(kOwnKey, OwnJson(model, card, sha256));
  JsonObjectText header;
  header.Add(kMetadataKey, metadata.Finish());
  std::visit(
      [&header]<typename T>(const Parameters<T>& parameters) {
        for (const TensorSpec& spec : parameters.specs()) {
          header.Add(spec.name, EntryJson<T>(spec));
        }
      },
      model.parameters());
  return header.Finish();
}

// A tensor as the header has it.
struct Entry {
  std::string type;
  std::vector<uint64_t> shape;
  uint64_t begin, end;  // in the data
};
using Entries = TensorMap<Entry>;

absl::StatusOr<Entry> ParseEntry(const std::string& name, const Json& value) {
  MICROGPT_ASSIGN_OR_RETURN(const JsonObject object,
                            JsonObject::Of(value, Excerpt(name)));
  MICROGPT_ASSIGN_OR_RETURN(std::string type, object.Text("dtype"));
  MICROGPT_ASSIGN_OR_RETURN(std::vector<uint64_t> shape, object.Sizes("shape"));
  MICROGPT_ASSIGN_OR_RETURN(const std::vector<uint64_t> offsets,
                            object.Sizes("data_offsets"));
  if (offsets.size() != 2 || offsets[0] > offsets[1]) {
    return FieldError(object.Path("data_offsets"),
                      "is no pair of a begin and an end");
  }
  return Entry{std::move(type), std::move(shape), offsets[0], offsets[1]};
}

absl::StatusOr<Entries> ParseEntries(const Json& header) {
  Entries entries;
  for (const auto& [name, value] : header.items()) {
    if (name == kMetadataKey) continue;
    MICROGPT_ASSIGN_OR_RETURN(Entry entry, ParseEntry(name, value));
    entries.emplace(name, std::move(entry));
  }
  return entries;
}

// That the tensors' data follow one another and are all of the data.
absl::Status CheckPlaces(const Entries& entries, uint64_t data_bytes) {
  std::vector<Entries::const_iterator> order;
  for (auto i = entries.begin(); i != entries.end(); ++i) order.push_back(i);
  std::ranges::sort(order, {}, [](Entries::const_iterator i) {
    return std::pair(i->second.begin, i->second.end);
  });
  uint64_t end = 0;
  for (const auto& i : order) {
    const auto& [name, entry] = *i;
    if (entry.begin != end) {
      return FieldError(
          fmt::format("{}.data_offsets", Excerpt(name)),
          fmt::format("begins at {} where the data before {} {}", entry.begin,
                      entry.begin < end ? "go on to" : "end at", end));
    }
    end = entry.end;
  }
  if (end == data_bytes) return absl::OkStatus();
  return FieldError("file",
                    fmt::format("{} bytes of data where the header tells of {}",
                                data_bytes, end));
}

// Config, tokenizer and what is our own, from the texts in __metadata__.
absl::StatusOr<ModelMetadata> ParseHeaderMetadata(const Json& header) {
  const auto found = header.find(kMetadataKey);
  if (found == header.end()) {
    return FieldError(kMetadataKey,
                      "is missing: a safetensors file without config and"
                      " tokenizer there is not one of this server's");
  }
  MICROGPT_ASSIGN_OR_RETURN(const JsonObject metadata,
                            JsonObject::Of(*found, kMetadataKey));
  Json objects = Json::object();
  for (const std::string_view key : {kConfigKey, kTokenizerKey, kOwnKey}) {
    if (key == kOwnKey && !metadata.Has(key)) continue;
    MICROGPT_ASSIGN_OR_RETURN(const std::string text, metadata.Text(key));
    MICROGPT_ASSIGN_OR_RETURN(objects[std::string(key)], ParseJson(key, text));
  }
  return ParseMetadata(objects);
}

// What our own key says, or else the type of the first tensor.
absl::StatusOr<Precision> PrecisionOf(const ModelMetadata& metadata,
                                      const Entry& first,
                                      std::string_view name) {
  if (metadata.precision.has_value()) return *metadata.precision;
  if (first.type == kTypeName<float>) return Precision::kFloat32;
  if (first.type == kTypeName<double>) return Precision::kFloat64;
  return FieldError(
      fmt::format("{}.dtype", name),
      fmt::format("{} is neither F32 nor F64", QuotedExcerpt(first.type)));
}

// That a tensor is of type T and of the shape of `spec`, and its data as large.
template <typename T>
absl::Status CheckTensor(const TensorSpec& spec, const Entry& entry) {
  if (entry.type != kTypeName<T>) {
    return FieldError(
        fmt::format("{}.dtype", spec.name),
        fmt::format("{} where {} belongs", QuotedExcerpt(entry.type),
                    JsonString(kTypeName<T>)));
  }
  if (entry.shape.size() != 2) {
    return FieldError(
        fmt::format("{}.shape", spec.name),
        fmt::format("{} dimensions where 2 belong", entry.shape.size()));
  }
  if (entry.shape != std::vector<uint64_t>{spec.rows, spec.cols}) {
    return FieldError(
        fmt::format("{}.shape", spec.name),
        fmt::format("[{}] where [{}, {}] belongs", fmt::join(entry.shape, ", "),
                    spec.rows, spec.cols));
  }
  const uint64_t bytes = spec.rows * spec.cols * sizeof(T);
  if (entry.end - entry.begin == bytes) return absl::OkStatus();
  return FieldError(fmt::format("{}.data_offsets", spec.name),
                    fmt::format("{} bytes where the shape takes {}",
                                entry.end - entry.begin, bytes));
}

// data: within which the entries lie.
template <typename T>
absl::StatusOr<ModelParameters> ReadWeights(const ModelMetadata& metadata,
                                            const Entries& entries,
                                            std::string_view data) {
  const uint32_t vocab_size = metadata.tokenizer.vocab_size();
  // Only when the tensors are as config and tokenizer claim, memory is taken.
  for (const TensorSpec& spec : TensorSpecs(metadata.config, vocab_size)) {
    MICROGPT_RETURN_IF_ERROR(
        CheckTensor<T>(spec, entries.find(spec.name)->second));
  }
  Parameters<T> parameters(metadata.config, vocab_size);
  for (const TensorSpec& spec : parameters.specs()) {
    const char* bytes = data.data() + entries.find(spec.name)->second.begin;
    for (size_t i = 0; i < spec.rows * spec.cols; ++i, bytes += sizeof(T)) {
      const T value = FromLittleEndian<T>(bytes);
      if (!std::isfinite(value)) {
        return FieldError(ValuePath(spec, i),
                          fmt::format("{} is not a finite number", value));
      }
      parameters.values()[spec.offset + i] = value;
    }
  }
  return ModelParameters(std::move(parameters));
}

// The header's text, which begins after its length.
absl::StatusOr<std::string_view> HeaderOf(std::string_view bytes) {
  const uint64_t length = FromLittleEndian<uint64_t>(bytes.data());
  if (length > kMaxHeaderBytes) {
    return FieldError("header", fmt::format("{} bytes, above the maximum {}",
                                            length, kMaxHeaderBytes));
  }
  const std::string_view rest = bytes.substr(kLengthBytes);
  if (length > rest.size()) {
    return FieldError(
        "header", fmt::format("{} bytes, but the file ends after {} of them",
                              length, rest.size()));
  }
  return rest.substr(0, length);
}

}  // namespace

absl::StatusOr<UncheckedModel> ReadSafetensors(std::string_view bytes) {
  assert(bytes.size() > kLengthBytes);
  MICROGPT_ASSIGN_OR_RETURN(const std::string_view text, HeaderOf(bytes));
  MICROGPT_ASSIGN_OR_RETURN(const Json header, ParseJson("header", text));
  MICROGPT_RETURN_IF_ERROR(JsonObject::Of(header, "header").status());
  MICROGPT_ASSIGN_OR_RETURN(const Entries entries, ParseEntries(header));
  const std::string_view data = bytes.substr(kLengthBytes + text.size());
  MICROGPT_RETURN_IF_ERROR(CheckPlaces(entries, data.size()));
  MICROGPT_ASSIGN_OR_RETURN(ModelMetadata metadata,
                            ParseHeaderMetadata(header));
  const std::vector<TensorSpec> specs =
      TensorSpecs(metadata.config, metadata.tokenizer.vocab_size());
  MICROGPT_RETURN_IF_ERROR(CheckNames(specs, entries));
  const std::string& first = specs.front().name;
  MICROGPT_ASSIGN_OR_RETURN(
      const Precision precision,
      PrecisionOf(metadata, entries.find(first)->second, first));
  absl::StatusOr<ModelParameters> parameters =
      precision == Precision::kFloat64
          ? ReadWeights<double>(metadata, entries, data)
          : ReadWeights<float>(metadata, entries, data);
  if (!parameters.ok()) return parameters.status();
  return UncheckedModel{std::move(metadata), *std::move(parameters)};
}

SafetensorsWriter::SafetensorsWriter(std::shared_ptr<const Model> model,
                                     const ModelCard& card,
                                     std::string_view sha256)
    : model_(std::move(model)) {
  std::string header = HeaderJson(*model_, card, sha256);
  header.resize((header.size() + 7) / 8 * 8, ' ');  // values stand aligned
  AppendLittleEndian(uint64_t{header.size()}, head_);
  head_ += header;
}

void SafetensorsWriter::Append(std::string& out) {
  constexpr size_t kValuesAtOnce = 8192;
  out += std::exchange(head_, {});
  std::visit(
      [&](const auto& parameters) {
        const size_t end = std::min(values_ + kValuesAtOnce, parameters.size());
        for (; values_ < end; ++values_) {
          AppendLittleEndian(parameters.values()[values_], out);
        }
      },
      model_->parameters());
}

}  // namespace microgpt
