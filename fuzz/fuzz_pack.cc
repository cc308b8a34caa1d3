// SPDX-License-Identifier: GPL-3.0-or-later
// Packs with edits and foreign bytes, on a disk in memory. A second reading of the format (docs/formats/blob.md) says which records are sound: a writer loses
// none of the newest pack's, goes on after them, and a scrub counts them and tells of everything else.
#include <set>

#include "fuzz.h"
#include "seal/blob_store.h"
#include "seal/hash.h"
#include "support/faulty_disk.h"

using namespace oyer;
using fuzz::must;

namespace {

const Bytes kHeader = [] {
  Bytes out = to_bytes(std::string_view("oyer-pack/1\n"));
  out.resize(16, 0);
  return out;
}();

Bytes record(ByteView stored) {
  Bytes out = to_bytes(std::string_view("OYPR"));
  put_u32(out, static_cast<std::uint32_t>(stored.size()));
  append(out, seal::sha256(stored));
  append(out, stored);
  return out;
}

struct Sound {
  std::set<Hash> addresses;
  std::uint64_t count = 0;
  bool clean = true;      // headed, and nothing but sound records
  bool plausible = true;  // heads lead from one to the next up to the end, whatever their records' bytes are
};

Sound read(ByteView pack) {
  Sound out;
  out.clean = pack.size() >= 16 && std::ranges::equal(pack.first(16), kHeader);
  for (std::size_t at = 16; at < pack.size();) {
    const ByteView rest = pack.subspan(at);
    const bool headed = rest.size() >= 40 && text_of(rest.first(4)) == "OYPR" && get_u32(&rest[4]) <= std::min<std::size_t>(65536, rest.size() - 40);
    if (headed) {
      const Hash address = seal::sha256(rest.subspan(40, get_u32(&rest[4])));
      if (std::ranges::equal(address, rest.subspan(8, 32))) {
        out.addresses.insert(address);
        ++out.count;
        at += 40 + get_u32(&rest[4]);
        continue;
      }
    }
    out.clean = false;
    ++at;
  }
  std::size_t at = 16;
  while (at + 40 <= pack.size() && text_of(pack.subspan(at, 4)) == "OYPR" && get_u32(&pack[at + 4]) <= pack.size() - 40 - at) at += 40 + get_u32(&pack[at + 4]);
  out.plausible = at >= pack.size();
  return out;
}

// Readers and older packs: heads alone are walked (docs/formats/blob.md), so that a damaged length which leads to a later head hides the records in
// between. Everything else that is sound is found.
bool is_found(const Sound& sound) { return sound.clean || !sound.plausible; }

void must_hold(const seal::BlobStore& store, const std::set<Hash>& addresses) {
  for (const Hash& address : addresses) {
    must(store.contains(address), "a sound blob is known");
    must(store.get(address).has_value(), "a sound blob is read");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Recipe recipe(ByteView(data, size));
  test::FaultyDisk disk;
  must(seal::BlobStore::create(disk, "b").has_value(), "a store is made");
  const std::size_t packs = recipe.byte() % 3;
  Sound newest;
  Sound older;
  for (std::size_t pack = 1; pack <= packs; ++pack) {
    Bytes bytes = kHeader;
    for (std::size_t n = recipe.byte() % 5; n > 0; --n) {
      Bytes stored = to_bytes(recipe.piece());
      stored.push_back(static_cast<std::uint8_t>(pack));  // a store never writes the same bytes into a second pack while it knows them sound
      append(bytes, record(stored));
    }
    for (std::size_t n = recipe.byte() % 4; n > 0; --n) fuzz::edit(bytes, recipe);
    if (pack == packs) {
      append(bytes, recipe.rest());
      newest = read(bytes);
    } else {
      older = read(bytes);
    }
    disk.put_raw("b/packs/00000" + std::to_string(pack) + ".pack", bytes);
  }
  {
    const auto store = seal::BlobStore::open(disk, "b", false);
    must(store.has_value(), "a damaged store is opened for reading");
    for (const Hash& address : (*store)->addresses()) {
      const auto blob = (*store)->get(address);
      must(!blob || seal::sha256(*blob) == address, "what is read is what was asked for");
    }
    if (is_found(newest)) must_hold(**store, newest.addresses);
    if (is_found(older)) must_hold(**store, older.addresses);
    std::uint64_t faults = 0;
    const auto count = (*store)->scrub([&](const std::string&) { ++faults; });
    must(count && *count == newest.count + older.count, "a scrub counts the sound blobs");
    must((faults > 0) == ((packs > 0 && !newest.clean) || (packs > 1 && !older.clean)), "a scrub tells of what does not fit, and of nothing else");
  }
  const Bytes fresh = to_bytes(std::string_view("a blob that no input holds"));
  Hash address{};
  {
    const auto store = seal::BlobStore::open(disk, "b", true);
    must(store.has_value(), "a damaged store is opened for writing");
    must_hold(**store, newest.addresses);
    const auto put = (*store)->put(fresh);
    must(put && (*store)->sync().has_value(), "a blob is stored");
    address = *put;
    must_hold(**store, newest.addresses);
    must(*(*store)->get(address) == fresh, "a blob is read back");
  }
  // Nothing is lost with the power either: all of it was made durable.
  disk.arm(test::FaultyDisk::Fault::power_cut, 0);
  disk.restart_after_power_cut(size);
  for (const bool writable : {false, true}) {
    const auto store = seal::BlobStore::open(disk, "b", writable);
    must(store && (*store)->get(address).has_value(), "a stored blob is there after a power cut");
    if (is_found(newest)) must_hold(**store, newest.addresses);  // a damaged pack is no longer the newest
  }
  return 0;
}
