// SPDX-License-Identifier: GPL-3.0-or-later
// Group commit: many submissions share one round of durability. Any number of threads hand over finished submissions and wait; one
// writer takes what has gathered, in the order in which it was handed over, and makes it durable together: blobs, then headers, then
// one batch of the journal (docs/formats/blob.md, "Durability"). Nobody is told of success before that batch's fdatasync.
//
// While an Appender lives, the store is its own: others neither write to it nor publish nor change its keys. A failed round fails all
// who wait for it, and everything after it: nothing is retried. What was handed over before `close` or destruction is still written.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "seal/store.h"

namespace oyer::seal {

// What SubmissionBuilder::finish gave, and the blobs that its entries refer to (at least its segment, made with Store::seal).
struct FinishedSubmission {
  std::vector<Bytes> entries;
  std::vector<SealedBlob> blobs;
};

// The same from SubmissionBuilder::finish_batch.
struct SubmissionBatch {
  EntryBatch entries;
  std::vector<SealedBlob> blobs;
};

class Appender {
 public:
  explicit Appender(Store& store);
  Appender(const Appender&) = delete;
  Appender& operator=(const Appender&) = delete;
  ~Appender();

  // Waits until the submission is durable; the index of its first entry. Thread-safe.
  Result<std::uint64_t> append(FinishedSubmission submission);
  Result<std::uint64_t> append_batch(SubmissionBatch submission);
  // Writes what was handed over and refuses the rest. Thread-safe; may be called twice.
  void close();
  // Rounds of durability so far. Thread-safe.
  std::uint64_t rounds() const;

 private:
  struct Waiter {
    SubmissionBatch submission;
    std::optional<Result<std::uint64_t>> outcome;
  };
  void run();
  Result<std::uint64_t> write(const std::vector<Waiter*>& round);

  Store& store_;
  mutable std::mutex mutex_;
  std::condition_variable gathered_, settled_;
  std::deque<Waiter*> queue_;  // on the stacks of those who wait
  bool closed_ = false;
  std::optional<Error> failure_;
  std::uint64_t rounds_ = 0;
  std::mutex joining_;
  std::thread writer_;
};

}  // namespace oyer::seal
