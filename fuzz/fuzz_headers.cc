// SPDX-License-Identifier: GPL-3.0-or-later
// The two copies of the age headers with edits and foreign bytes, on a disk in memory. A second reading of the format (docs/formats/vault.md) says which records
// are sound: one that is sound in either copy is found, none that was shredded in either comes back, and a writer leaves both copies whole.
#include <map>
#include <set>

#include "fuzz.h"
#include "seal/hash.h"
#include "seal/header_store.h"
#include "support/faulty_disk.h"

using namespace oyer;
using fuzz::must;

namespace {

const Bytes kHeader = [] {
  Bytes out = to_bytes(std::string_view("oyer-headers/1\n"));
  out.resize(16, 0);
  return out;
}();

Bytes record(bool shred, const Hash& address, ByteView header) {
  Bytes out = to_bytes(std::string_view(shred ? "OYHX" : "OYHR"));
  put_u32(out, static_cast<std::uint32_t>(header.size()));
  append(out, address);
  out.resize(out.size() + 16, 7);  // hint
  append(out, header);
  append(out, ByteView(seal::sha256(ByteView(out))).first(8));
  return out;
}

void read(ByteView file, std::map<Hash, std::string>& live, std::set<Hash>& shredded) {
  for (std::size_t at = 16; at < file.size();) {
    const ByteView rest = file.subspan(at);
    const std::string_view magic = text_of(rest.first(std::min<std::size_t>(4, rest.size())));
    const bool headed = rest.size() >= 64 && (magic == "OYHR" || magic == "OYHX") && get_u32(&rest[4]) <= std::min<std::size_t>(1U << 20, rest.size() - 64);
    const std::size_t covered = headed ? 56 + get_u32(&rest[4]) : 0;
    if (!headed || !std::ranges::equal(ByteView(seal::sha256(rest.first(covered))).first(8), rest.subspan(covered, 8))) {
      ++at;
      continue;
    }
    const Hash address = *to_hash(rest.subspan(8, 32));
    if (magic == "OYHX")
      shredded.insert(address);
    else
      live.emplace(address, text_of(rest.subspan(56, covered - 56)));
    at += covered + 8;
  }
}

void must_hold(const seal::HeaderStore& store, const std::map<Hash, std::string>& live) {
  must(store.size() == live.size(), "the headers are the sound ones that were not shredded");
  for (const auto& [address, header] : live) {
    const auto found = store.get(address);
    must(found && found->header == header, "a sound header is found");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Recipe recipe(ByteView(data, size));
  Bytes copies[2] = {kHeader, kHeader};
  for (std::size_t n = recipe.byte() % 6; n > 0; --n) {
    const std::uint8_t kind = recipe.byte();  // in which copies, and whether a shred
    const Hash address = seal::sha256(Bytes{static_cast<std::uint8_t>(recipe.byte() % 4)});
    const Bytes made = record(kind % 8 >= 6, address, recipe.piece());
    if (kind % 3 != 1) append(copies[0], made);
    if (kind % 3 != 2) append(copies[1], made);
  }
  for (std::size_t n = recipe.byte() % 4; n > 0; --n) fuzz::edit(copies[n % 2], recipe);
  const std::uint8_t tail = recipe.byte();
  if (tail % 2 == 0) append(copies[0], recipe.rest());
  if (tail % 3 == 0) append(copies[1], recipe.rest());

  test::FaultyDisk disk;
  must(seal::HeaderStore::create(disk, "v").has_value(), "a store is made");
  std::map<Hash, std::string> live;
  std::set<Hash> shredded;
  if (tail < 250) disk.put_raw("v/headers-a", copies[0]);
  read(tail < 250 ? copies[0] : kHeader, live, shredded);
  disk.put_raw("v/headers-b", copies[1]);
  read(copies[1], live, shredded);
  for (const Hash& address : shredded) live.erase(address);

  {
    const auto store = seal::HeaderStore::open(disk, "v", false);
    must(store.has_value(), "damaged headers are opened for reading");
    must_hold(**store, live);
  }
  const Hash fresh = seal::sha256(view("an address that no input holds"));
  {
    const auto store = seal::HeaderStore::open(disk, "v", true);
    must(store.has_value(), "damaged headers are opened for writing");
    must_hold(**store, live);
    must((*store)->put(fresh, {}, "header").has_value() && (*store)->sync().has_value(), "a header is stored");
    live.emplace(fresh, "header");
  }
  must(disk.raw("v/headers-a") == disk.raw("v/headers-b"), "a writer leaves both copies equal");
  disk.arm(test::FaultyDisk::Fault::power_cut, 0);
  disk.restart_after_power_cut(size);
  const auto store = seal::HeaderStore::open(disk, "v", false);
  must(store && (*store)->faults().empty(), "a writer leaves both copies whole");
  must_hold(**store, live);
  return 0;
}
