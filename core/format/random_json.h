// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_FORMAT_RANDOM_JSON_H_
#define MICROGPT_CORE_FORMAT_RANDOM_JSON_H_

#include <string>

#include "absl/status/statusor.h"
#include "core/format/json_object.h"
#include "core/random/python_random.h"

namespace microgpt {

// The state of a generator as JSON and back, every bit of it:
//   {"words": "<624 words of 8 hexadecimal digits>", "used": 624,
//    "next_gauss": -0.5}              the last only if there is one
std::string RandomJson(const PythonRandom& random);
absl::StatusOr<PythonRandom> ParseRandom(const JsonObject& object);

}  // namespace microgpt

#endif  // MICROGPT_CORE_FORMAT_RANDOM_JSON_H_
