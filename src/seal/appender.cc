// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/appender.h"

namespace oyer::seal {
namespace {

constexpr std::size_t kEntriesPerRound = 16384;  // bounds the write-ahead file's batch, and how long the first of a round waits

}  // namespace

Appender::Appender(Store& store) : store_(store), writer_([this] { run(); }) {}

Appender::~Appender() { close(); }

void Appender::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  gathered_.notify_one();
  const std::lock_guard lock(joining_);
  if (writer_.joinable()) writer_.join();
}

std::uint64_t Appender::rounds() const {
  const std::lock_guard lock(mutex_);
  return rounds_;
}

Result<std::uint64_t> Appender::append(FinishedSubmission submission) {
  // An entry that is no entry is refused here, where it fails its caller alone; further in it would fail the whole round.
  return append_batch(SubmissionBatch{TRY(EntryBatch::of(submission.entries)), std::move(submission.blobs)});
}

Result<std::uint64_t> Appender::append_batch(SubmissionBatch submission) {
  if (submission.entries.empty()) return fail(ErrorCode::internal, "A submission without entries was handed over.");
  Waiter waiter{std::move(submission), std::nullopt};
  std::unique_lock lock(mutex_);
  if (failure_) return tl::unexpected(*failure_);
  if (closed_) return fail(ErrorCode::refused, "The case is being closed, so nothing more is written to it.", "Open the case again.");
  queue_.push_back(&waiter);
  gathered_.notify_one();
  settled_.wait(lock, [&] { return waiter.outcome.has_value(); });
  return *std::move(waiter.outcome);
}

void Appender::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    gathered_.wait(lock, [this] { return closed_ || !queue_.empty(); });
    if (queue_.empty()) return;
    std::vector<Waiter*> round;
    for (std::size_t entries = 0; !queue_.empty(); queue_.pop_front()) {
      entries += queue_.front()->submission.entries.size();
      if (!round.empty() && entries > kEntriesPerRound) break;
      round.push_back(queue_.front());
    }
    lock.unlock();
    const auto first = write(round);
    lock.lock();
    ++rounds_;
    if (first) {
      std::uint64_t index = *first;
      for (Waiter* waiter : round) {
        const std::size_t count = waiter->submission.entries.size();
        waiter->outcome.emplace(index);
        index += count;
      }
    } else {
      failure_ = first.error();
      round.insert(round.end(), queue_.begin(), queue_.end());
      queue_.clear();
      for (Waiter* waiter : round) waiter->outcome.emplace(tl::unexpected(*failure_));
    }
    settled_.notify_all();
  }
}

Result<std::uint64_t> Appender::write(const std::vector<Waiter*>& round) {
  for (const Waiter* waiter : round)
    for (const SealedBlob& blob : waiter->submission.blobs) TRY(store_.place(blob));
  if (round.size() == 1) return store_.append_batch(round[0]->submission.entries);
  EntryBatch batch;
  for (const Waiter* waiter : round) batch.append(waiter->submission.entries);
  return store_.append_batch(batch);
}

}  // namespace oyer::seal
