// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_STORE_AWAIT_H_
#define MICROGPT_SERVER_STORE_AWAIT_H_

#include <future>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "server/store/store.h"

namespace microgpt::server {

// Starts a write of a store and blocks until it is answered:
//
//   Await<JobRecord>([&](auto done) { store.FinishJob(job, done); })
//
// Not to be called on a thread of the store's.
template <typename T, typename Write>
absl::StatusOr<T> Await(const Write& write) {
  // Shared: `done` may still be returning when the answer is here.
  const auto answer = std::make_shared<std::promise<absl::StatusOr<T>>>();
  write(Store::Done<T>([answer](absl::StatusOr<T> result) {
    answer->set_value(std::move(result));
  }));
  return answer->get_future().get();
}

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_STORE_AWAIT_H_
