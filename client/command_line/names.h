// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CLIENT_COMMAND_LINE_NAMES_H_
#define MICROGPT_CLIENT_COMMAND_LINE_NAMES_H_

#include <optional>
#include <string>
#include <string_view>

namespace microgpt::client {

// The form of a job's id: 26 characters of Crockford's base 32 in lower case,
// the first at most 7 (a ULID). A model can be called so too, but nobody does:
// where a job or a model is asked for, this form is a job.
bool IsJobId(std::string_view text);

// [a-z0-9][a-z0-9._-]{0,62}
bool IsModelName(std::string_view text);

// The model of a reference to a version, which is a model's name and, behind an
// '@', a number or an alias: "names" of "names", "names@3" and "names@prod".
std::string_view ModelOf(std::string_view reference);

// Whether there is an '@': "names" alone means the newest version or all of
// them.
bool HasVersion(std::string_view reference);

// The model that a file trains by default: its name without folder and last
// extension, in lower case, with '-' for blanks ("My Pets.txt": "my-pets").
// Nothing where that is no legal name: then only a person can choose one.
std::optional<std::string> ModelNameFromFile(std::string_view path);

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_COMMAND_LINE_NAMES_H_
