// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CLIENT_COMMANDS_FOLLOW_H_
#define MICROGPT_CLIENT_COMMANDS_FOLLOW_H_

#include <string_view>

#include "absl/status/status.h"
#include "client/commands/session.h"
#include "microgpt/v1/microgpt.pb.h"

namespace microgpt::client {

// Shows a job's progress until it ends, then its end: on success one line on
// standard output (the whole job with -o json or csv), else an error. Ctrl-C
// leaves the job as it is and answers CANCELLED with a sentence that says so.
// evaluate: shows what the server says of the model too (as a table or json).
absl::Status Follow(Session& session, const v1::WatchStatusRequest& request,
                    bool evaluate = false);

// The same, but every snapshot is a line of JSON on standard output.
absl::Status FollowAsJson(Session& session,
                          const v1::WatchStatusRequest& request);

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_COMMANDS_FOLLOW_H_
