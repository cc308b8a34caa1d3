// SPDX-License-Identifier: GPL-3.0-or-later
// Writes the seeds of the corpora with our own writers: make_fuzz_seeds FOLDER. All of it is made up here, and the same in every run of g++.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>

#include "fuzz.h"
#include "seal/age.h"
#include "seal/bech32.h"
#include "seal/entry.h"
#include "seal/hash.h"
#include "seal/journal.h"
#include "seal/note.h"
#include "seal/wal.h"

using namespace oyer;

namespace {

std::filesystem::path root;

void seed(const std::string& target, const std::string& name, ByteView bytes) {
  std::filesystem::create_directories(root / target);
  std::ofstream(root / target / ("seed-" + name), std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}
void seed(const std::string& target, const std::string& name, std::string_view text) { seed(target, name, view(text)); }

const seal::SigningKey& key() {
  static const seal::SigningKey made(seal::sha256(view("fuzz")));
  return made;
}
const std::string kLog = "log.oyer.invalid/fuzz";

void notes() {
  const seal::VerifierKey log{kLog, key().public_key()};
  const seal::Checkpoint checkpoint{kLog, 300, seal::sha256(view("root"))};
  const std::string note = seal::sign_note(checkpoint.text(), kLog, key());
  seed("note", "vkey", log.text() + "\n");
  seed("note", "checkpoint", note);
  seed("note", "text", checkpoint.text());
  seed("note", "tail", checkpoint.text().substr(kLog.size() + 1));
  seed("note", "two-signatures", note + note.substr(note.find("\n\n") + 2));
  seal::TlogProof proof{5, {}, note};
  seed("tlog_proof", "empty-path", proof.text());
  proof.path = {seal::sha256(view("a")), seal::sha256(view("b"))};
  seed("tlog_proof", "two-hashes", proof.text());
  proof.index = 999999999999999999;
  proof.path.assign(63, Hash{});
  seed("tlog_proof", "deepest", proof.text());
}

void forms() {
  const Hash hash = seal::sha256(view("a"));
  seed("entry", "sealed", seal::sealed_entry(hash));
  seed("entry", "sealed-closing", seal::sealed_closing_entry(hash, hash));
  seed("entry", "closing-member", std::string_view(",\"via\":\"server\""));
  for (const bool open : {true, false}) {
    seal::SubmissionContext context{"AAAAAAAAAAAAAAAAAAAAAA", kLog, open ? "open" : "base", "to test", Bytes(16, 1), 1700000000, open, open};
    SeededRandom random(7);
    seal::SubmissionBuilder builder(context, random);
    const auto first = *builder.add("claim.add/1", {{"text", "beaten, \"he said\"\n"}, {"n", 3}}, {}, {{"name", "Witness \xC3\x89"}});
    (void)*builder.add("claim.add/1", {{"text", "again"}}, {base64url(first)}, {});
    Bytes segment;
    const auto entries = *builder.finish(key(), [&](ByteView plaintext) -> Result<Hash> {
      segment = to_bytes(plaintext);
      return seal::sha256(plaintext);
    });
    Bytes bundle;
    put_u16(bundle, static_cast<std::uint16_t>(entries.size()));
    for (const Bytes& entry : entries) {
      put_u16(bundle, static_cast<std::uint16_t>(entry.size()));
      append(bundle, entry);
    }
    const std::string tier = open ? "open" : "sealed";
    seed("bundle", tier, bundle);
    seed("entry", tier + "-first", entries.front());
    seed("entry", tier + "-last", entries.back());
    Bytes wal = seal::wal_header(256);
    append(wal, seal::wal_batch(256, entries));
    append(wal, seal::wal_batch(256 + entries.size(), entries));
    seed("wal", tier, wal);
    wal.resize(wal.size() - 20);
    seed("wal", tier + "-torn", wal);
    seed("wal", tier + "-batch", ByteView(wal).subspan(seal::kWalHeaderSize));
    if (open) continue;
    seed("segment", "two", segment);
    seed("segment", "without-magic", ByteView(segment).subspan(15));
    seed("segment", "openings", seal::encode_openings((*seal::decode_segment(segment))[0].openings));
    seed("canonical_json", "body", (*seal::decode_segment(segment))[0].body);
    seed("entry", "closing-body", (*seal::decode_segment(segment)).back().body);
  }
  seed("segment", "none", seal::encode_segment({}));
  seed("bundle", "none", Bytes{0, 0});
}

void ages() {
  SeededRandom random(1);
  const seal::age::Identity identity(seal::sha256(view("seeds")));  // not the targets' own keys, which no input may hold
  const seal::age::FileKey file_key{4, 5, 6};
  const std::string one = seal::age::make_header(file_key, {identity.recipient()}, random);
  const std::string start = "age-encryption.org/v1\n";
  seed("age_header", "x25519", one);
  seed("age_header", "two", seal::age::make_header(file_key, {identity.recipient(), seal::age::Identity(Hash{1}).recipient()}, random));
  seed("age_header", "scrypt", seal::age::make_passphrase_header(file_key, "seeds", 1, random));
  seed("age_header", "stanza", one.substr(start.size(), one.rfind("---") - start.size()));
  seed("age_header", "grease", std::string_view("-> a-grease b c\nAAAA\n-> d-grease\n\n"));
  seed("age_header", "full-line", "-> long x\n" + std::string(64, 'A') + "\n\n");
  seed("age_header", "identity", identity.text());
  seed("age_header", "recipient", seal::age::recipient_text(identity.recipient()));
  seed("age_header", "low-order", seal::bech32_encode("age", Hash{}));
  seed("text_forms", "bech32", seal::age::recipient_text(identity.recipient()));
  seed("text_forms", "bech32-upper", identity.text());
  seed("text_forms", "hex", hex(seal::sha256(view("a"))));
  seed("text_forms", "base64", base64(seal::sha256(view("a"))));
  seed("text_forms", "base64url", base64url(seal::sha256(view("a"))));
  seed("text_forms", "base32", base32(seal::sha256(view("a"))));
  seed("text_forms", "left-over", std::string_view("AB=="));
  seed("age_payload", "short", seal::age::encrypt_payload(file_key, view("short"), random));
  for (const std::uint8_t shape : {240, 243, 244, 245, 247, 253}) seed("age_payload", "chunks-" + std::to_string(shape), Bytes{shape, 'a', 'b', 1, 0});
  const Bytes whole = seal::age::encrypt({identity.recipient()}, view("armored"), random);
  std::string armor = "-----BEGIN AGE ENCRYPTED FILE-----\n";
  const std::string body = base64(whole);
  for (std::size_t at = 0; at < body.size(); at += 64) armor += body.substr(at, 64) + "\n";
  armor += "-----END AGE ENCRYPTED FILE-----\n";
  seed("age_armor", "file", armor);
  seed("age_armor", "empty", std::string_view("-----BEGIN AGE ENCRYPTED FILE-----\n-----END AGE ENCRYPTED FILE-----\n"));
  seed("age_armor", "bytes", whole);
}

void texts() {
  seed("timestamp", "refused", Bytes{0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02});  // TimeStampResp: PKIStatus rejection, no token
  seed("canonical_json", "all-kinds", std::string_view("{\"a\":[true,false,null,0,-1,9007199254740991],\"b\":{\"c\":\"\\u001f\\n\xC3\xA9\xF0\x9F\x93\x84\"}}"));
  seed("canonical_json", "spaced", std::string_view("{ \"b\" : 1, \"a\" : [1e3, 1.5, 18446744073709551615, \"\\u00e9\\ud83d\\udcc4\"] }"));
  seed("canonical_json", "deep", std::string(64, '[') + std::string(64, ']'));
  seed("csv", "quoted", std::string_view("name,\"place, date\"\n\"said \"\"no\"\"\",\"a\nb\"\n\nx\n"));
  seed("csv", "semicolons", std::string_view("\xEF\xBB\xBFname;age\r\nA;3\r\n;\r\n"));
  seed("csv", "tabs", std::string_view("a\tb|c\n1\t2\n"));
  for (const std::string text : {"2008", "2008-02-29", "~2008-04", "2008-03..2008-05-31", "2008-03..2008-03", "0001..9999", "2008-02-29 2008", "~2007-12..2008-01 2008-01..2008-02", "2100-02-29"})
    seed("partial_date", std::to_string(text.size()) + "-" + text.substr(0, 4), text);
  seed("partial_date", "json", std::string_view("{\"first\":\"2008-03\",\"last\":\"2008-05\",\"precise\":false}"));
  seed("utf8", "lengths", std::string_view("a\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"));
  seed("utf8", "ascii", std::string_view("eight by eight, then \xC3\xA9 and more ASCII"));
  seed("utf8", "broken", std::string_view("\xC0\x80\xED\xA0\x80\xF4\x90\x80\x80\xE2\x82\x80\xFF"));
  seed("redaction", "latin", std::string_view("He was  beaten.\nTwice,\t they\xC2\xA0said.\n\n"));
  seed("redaction", "cjk",
       std::string_view("\xE8\xAF\x81\xE8\xA8\x80 \xEA\xB5\xAC\xED\x83\x80"
                        "a\xE3\x83\x8E\xE3\x80\x80\xE0\xB8\x81"
                        "b"));
  seed("redaction", "long", [] {
    std::string out;
    for (int i = 0; i < 120; ++i) out += "word" + std::to_string(i) + (i % 7 == 0 ? "\n" : " ");
    return out;
  }());
}

// Recipes (fuzz.h): numbers and pieces, as each target takes them.
void recipes() {
  seed("merkle", "honest", Bytes{10, 3, 4, 1, 255});
  seed("merkle", "equal-leaves", Bytes{200, 77, 128, 1, 2, 1, 0, 0});
  seed("merkle", "bent", Bytes{6, 2, 3, 1, 255, 2, 0, 0, 1, 3, 2, 5, 0xFF, 4, 4, 1, 0, 2, 0, 1});
  seed("merkle", "other-place", Bytes{6, 2, 3, 1, 255, 0, 0, 0, 3, 0, 0, 9});
  seed("journal", "unchanged", Bytes{});
  for (std::uint8_t file = 0; file < 9; ++file) {
    seed("journal", "flip-" + std::to_string(file), Bytes{file, 0, 0, 0, 20, 1, 1});
    seed("journal", "cut-" + std::to_string(file), Bytes{file, 1, 0, 0, 30, 0});
    seed("journal", "insert-" + std::to_string(file), Bytes{file, 2, 0, 0, 0, 1, '\n'});
  }
  seed("journal", "removed", Bytes{250, 251});
  seed("pack", "two-packs", Bytes{2, 2, 3, 'a', 'b', 'c', 2, 'd', 'e', 0, 2, 1, 'f', 1, 'g', 0});
  seed("pack", "damaged-first", Bytes{1, 3, 1, 'a', 1, 'b', 1, 'c', 1, 0, 0, 0, 20, 1, 1});
  // Found by fuzzing: a head that leads to less than a head before the end hid the sound record behind it.
  seed("pack", "regression-short-rest", Bytes{0x4F, 2, 0, 0, 10, 11, 0, 0xFF, 0x2B, 0xFF, 0x3A});
  seed("pack", "torn", Bytes{1, 2, 1, 'a', 3, 'b', 'c', 'd', 1, 1, 0, 0, 80, 0});
  seed("headers", "both", Bytes{2, 0, 1, 3, 'a', 'b', 'c', 0, 2, 1, 'd', 0, 1});
  seed("headers", "one-copy-each", Bytes{2, 1, 1, 1, 'a', 2, 2, 1, 'b', 0, 1});
  seed("headers", "shredded-in-one", Bytes{2, 0, 1, 1, 'a', 7, 1, 0, 0, 1});
  seed("headers", "damaged", Bytes{2, 0, 1, 1, 'a', 0, 2, 1, 'b', 1, 0, 0, 0, 20, 1, 1, 1});
  seed("headers", "missing-copy", Bytes{1, 0, 1, 1, 'a', 0, 251});
  seed("wal", "recipe-edited", Bytes{1, 2, 1, 1, 'a', 2, 'b', 'c', 0, 1, 'd', 0, 0, 0, 40, 1, 1});
  seed("segment", "recipe", Bytes{2, 1, 'a', 2, '{', '}', 1, 1, 'k', 1, 's', 2, 'v', 'w', 0, 0, 0});
  seed("submission", "open", Bytes{0, 0, 1, 0, 9, 2, 'o', 'k', 1, 1, 'a', 1, 'b', 0, 3, 0, 0, 1, 'n', 0, 1, 's'});
  seed("submission", "sealed", Bytes{1, 1, 1, 0, 9, 2, 'o', 'k', 2, 1, 'a', 1, 'b', 0, 3, 0, 0, 1, 'n', 1, 1, 'a', 1, 'b', 0, 3, 0, 1, 0, 1, 's'});
  seed("submission", "not-utf8", Bytes{1, 0, 1, 0, 9, 1, 0xFF, 1, 1, 'a', 1, 'b', 0, 3, 0, 0, 1, 0xFF, 1});
  seed("bundle", "far-tile", Bytes{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 7});
  seed("csv", "recipe", Bytes{1, 1, 'a', 2, 'b', ',', 3, '"', '"', '\n', 0, 0, 0});
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "Usage: make_fuzz_seeds FOLDER\n");
    return 2;
  }
  root = arguments[1];
  notes();
  forms();
  ages();
  texts();
  recipes();
  return 0;
}
