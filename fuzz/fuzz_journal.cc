// SPDX-License-Identifier: GPL-3.0-or-later
// A published log with edits in its files. The audit's promise is the oracle: whatever was changed, it says so; of an unchanged log it
// says nothing. Reading a damaged log refuses or gives entries, and a writer never opens one whose signed part does not fit.
//
// The audit walks a folder by std::filesystem, so the files lie in a real temporary folder (point TMPDIR at memory for speed); opening
// and writing run on a disk in memory.
#include <unistd.h>
#include <filesystem>
#include <map>

#include "fuzz.h"
#include "seal/hash.h"
#include "seal/journal.h"
#include "seal/journal_audit.h"
#include "support/faulty_disk.h"

using namespace oyer;
using fuzz::must;

namespace {

constexpr std::size_t kEntries = 300;

const seal::SigningKey& log_key() {
  static const seal::SigningKey key(seal::sha256(view("fuzz")));
  return key;
}

struct Published {
  test::FaultyDisk disk;
  std::map<std::string, Bytes> files;
  std::vector<Bytes> entries;
  std::string folder;
  Hash root{};

  Published() {
    folder = (std::filesystem::temp_directory_path() / ("fuzz_journal." + std::to_string(getpid()))).string();
    must(seal::Journal::create(disk, folder, {"log.oyer.invalid/fuzz", log_key().public_key()}).has_value(), "a log is made");
    auto journal = *seal::Journal::open(disk, folder, true);
    for (std::size_t i = 0; i < kEntries; ++i) entries.push_back(to_bytes("entry " + std::to_string(i)));
    must(journal->append(entries).has_value(), "a log takes entries");
    root = journal->publish(log_key())->root;
    journal.reset();
    for (const std::string& path : disk.files()) {
      files[path] = disk.raw(path);
      put(path, files[path]);
    }
  }
  ~Published() { std::filesystem::remove_all(folder); }

  void put(const std::string& path, const Bytes& bytes) const {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::FILE* file = std::fopen(path.c_str(), "wb");
    must(file != nullptr && (bytes.empty() || std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size()), "the temporary folder is writable");
    std::fclose(file);
  }
};

void read_all(test::FaultyDisk disk, const Published& base) {
  const auto journal = seal::Journal::open(disk, base.folder, false);
  if (!journal) return;
  (void)(*journal)->for_each(0, [](std::uint64_t, ByteView) -> Result<void> { return {}; });
  (void)(*journal)->checkpoint();
  for (const std::uint64_t index : {std::uint64_t{0}, std::uint64_t{255}, std::uint64_t{299}}) {
    if (index >= (*journal)->size()) continue;
    const auto path = (*journal)->prove_inclusion(index, (*journal)->size());
    const auto leaf = (*journal)->leaf(index);
    const auto root = (*journal)->root();
    // Tiles of two levels can disagree where one is damaged; such a proof fails, and does nothing else.
    if (path && leaf && root) (void)seal::verify_inclusion(index, (*journal)->size(), *leaf, *path, *root);
  }
}

void write_on(test::FaultyDisk disk, const Published& base) {
  auto journal = seal::Journal::open(disk, base.folder, true);
  if (!journal) return;
  const auto checkpoint = (*journal)->checkpoint();
  if (checkpoint) {
    must(checkpoint->size <= (*journal)->size(), "a writer opens no log that has lost signed entries");
    const auto root = (*journal)->root_at(checkpoint->size);
    must(root && *root == checkpoint->root, "a writer opens no log whose signed root does not fit");
  }
  const Bytes more[] = {to_bytes(std::string_view("one more"))};
  const auto index = (*journal)->append(more);
  if (!index) return;
  if (const auto published = (*journal)->publish(log_key())) must(published->size == *index + 1, "what is published covers what was appended");
  const auto back = (*journal)->entry(*index);
  must(back && *back == more[0], "an entry that was taken is read back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Published base;
  fuzz::Recipe recipe(ByteView(data, size));
  test::FaultyDisk disk = base.disk;
  std::map<std::string, Bytes> now = base.files;
  while (!recipe.empty()) {
    const std::uint8_t which = recipe.byte();
    const auto it = std::next(base.files.begin(), which % static_cast<std::ptrdiff_t>(base.files.size()));
    if (which >= 250)
      now.erase(it->first);
    else
      fuzz::edit(now[it->first], recipe);
  }
  const bool changed = now != base.files;
  for (const auto& [path, bytes] : base.files) {
    const auto it = now.find(path);
    if (it == now.end()) {
      disk.erase_raw(path);
      std::filesystem::remove(path);
    } else if (it->second != bytes) {
      disk.put_raw(path, it->second);
      base.put(path, it->second);
    }
  }
  std::size_t faults = 0;
  std::string first;
  const auto audit = seal::audit_journal(real_disk(), base.folder, [&](const std::string& fault) {
    if (++faults == 1) first = fault;
  });
  if (changed)
    must(!audit || faults > 0, "the audit tells of every change");
  else
    must(audit && faults == 0 && audit->size == kEntries && audit->signed_size == kEntries && audit->root == base.root, "the audit finds nothing in an unchanged log");
  for (const auto& [path, bytes] : base.files)
    if (const auto it = now.find(path); it == now.end() || it->second != bytes) base.put(path, bytes);
  read_all(disk, base);
  write_on(disk, base);
  return 0;
}
