// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/time_authority.h"

#include <openssl/pem.h>
#include <openssl/rand.h>

#include <cstdlib>
#include <ctime>
#include <limits>

#include "seal/der.h"
#include "seal/openssl_handle.h"

namespace oyer::seal {
namespace {

constexpr std::size_t kMaximumRequest = 16U << 10;

tl::unexpected<Error> openssl_failed(const char* what) { return fail(ErrorCode::internal, std::string("OpenSSL could not ") + what + "."); }

template <typename Write>
std::string pem(Write write) {
  const openssl::Bio out(BIO_new(BIO_s_mem()));
  if (write(out.get()) != 1) return {};
  char* text = nullptr;
  const long length = BIO_get_mem_data(out.get(), &text);
  std::string result(text, static_cast<std::size_t>(length));
  OPENSSL_cleanse(text, static_cast<std::size_t>(length));  // it may be a key
  return result;
}
std::string certificate_pem(X509* certificate) {
  return pem([&](BIO* out) { return PEM_write_bio_X509(out, certificate); });
}
std::string key_pem(EVP_PKEY* key) {
  return pem([&](BIO* out) { return PEM_write_bio_PKCS8PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr); });
}

bool add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const openssl::Handle<X509_EXTENSION, X509_EXTENSION_free> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

// `issuer` null: signed by itself.
openssl::Certificate issue(const TimeAuthorityOptions& options, const std::string& name, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key) {
  openssl::Certificate out(X509_new());
  unsigned char number[16];
  if (!out || RAND_bytes(number, sizeof number) != 1) return nullptr;
  number[0] = static_cast<unsigned char>((number[0] & 0x7fU) | 0x40U);  // positive and of full length (RFC 5280 section 4.1.2.2)
  const openssl::BigNumber serial(BN_bin2bn(number, sizeof number, nullptr));
  BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(out.get()));
  X509_set_version(out.get(), X509_VERSION_3);
  ASN1_TIME_set(X509_getm_notBefore(out.get()), options.valid_from);
  ASN1_TIME_set(X509_getm_notAfter(out.get()), options.valid_until);
  X509_NAME* subject = X509_get_subject_name(out.get());
  X509_set_pubkey(out.get(), key);
  X509* signer = issuer == nullptr ? out.get() : issuer;
  bool good = X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(name.data()), static_cast<int>(name.size()), -1, 0) == 1 && X509_set_issuer_name(out.get(), X509_get_subject_name(signer)) == 1 &&
              add_extension(out.get(), signer, NID_subject_key_identifier, "hash");
  if (issuer == nullptr) {
    good = good && add_extension(out.get(), signer, NID_basic_constraints, "critical,CA:TRUE") && add_extension(out.get(), signer, NID_key_usage, "critical,keyCertSign,cRLSign");
  } else {
    good = good && add_extension(out.get(), signer, NID_basic_constraints, "critical,CA:FALSE") && add_extension(out.get(), signer, NID_key_usage, "critical,digitalSignature") &&
           add_extension(out.get(), signer, NID_ext_key_usage, "critical,timeStamping") && add_extension(out.get(), signer, NID_authority_key_identifier, "keyid");
  }
  if (!good || X509_sign(out.get(), issuer_key, EVP_sha256()) == 0) return nullptr;
  return out;
}

std::string path_of(const std::string& directory, const char* file) { return directory + "/" + file; }

// Decimal digits and a line feed; refuses everything else.
Result<std::uint64_t> read_serial(Disk& disk, const std::string& path) {
  const Bytes bytes = TRY(disk.read_all(path));
  const std::string text(text_of(bytes));
  const std::uint64_t value = std::strtoull(text.c_str(), nullptr, 10);
  if (text != std::to_string(value) + "\n" || value == std::numeric_limits<std::uint64_t>::max())
    return fail(ErrorCode::damaged, "The time authority's file \"serial\" does not hold a number.", "Bring it back from a backup, or make a new authority: a number must never be used twice.");
  return value;
}

}  // namespace

Result<TimeAuthorityFiles> issue_time_authority(const TimeAuthorityOptions& options) {
  const openssl::ErrorScope errors;
  if (options.name.empty() || options.name.size() > 50) return fail(ErrorCode::usage, "The name of a time authority has 1 to 50 characters.", "Choose another name.");
  if (options.valid_from >= options.valid_until) return fail(ErrorCode::usage, "The time authority's certificate would end before it begins.", "Give a later end.");
  const openssl::Key root_key(EVP_EC_gen("P-256"));
  const openssl::Key signer_key(EVP_EC_gen("P-256"));
  if (!root_key || !signer_key) return openssl_failed("make a key");
  const openssl::Certificate root = issue(options, options.name + " root", root_key.get(), nullptr, root_key.get());
  const openssl::Certificate signer = root ? issue(options, options.name, signer_key.get(), root.get(), root_key.get()) : nullptr;
  if (!signer) return openssl_failed("issue the time authority's certificate");
  return TimeAuthorityFiles{certificate_pem(root.get()), key_pem(root_key.get()), certificate_pem(signer.get()), key_pem(signer_key.get())};
}

struct TimeAuthority::State {
  Disk* disk;
  std::string directory;
  std::string root_pem;
  openssl::Certificate signer;
  openssl::Key key;
  std::uint64_t serial = 0;  // the last one given out
  // For the callbacks during one respond():
  std::int64_t now = 0;
  Result<void> written;
};

TimeAuthority::TimeAuthority(std::unique_ptr<State> state) : state_(std::move(state)) {}
TimeAuthority::TimeAuthority(TimeAuthority&&) noexcept = default;
TimeAuthority& TimeAuthority::operator=(TimeAuthority&&) noexcept = default;
TimeAuthority::~TimeAuthority() = default;
const std::string& TimeAuthority::root_pem() const { return state_->root_pem; }

Result<TimeAuthority> TimeAuthority::create(Disk& disk, const std::string& directory, const TimeAuthorityOptions& options) {
  for (const char* file : {"ca.pem", "tsa.pem", "serial", "tsa.key"})
    if (disk.exists(path_of(directory, file))) return fail(ErrorCode::refused, "There is a time authority in " + directory + " already.", "Choose an empty directory.");
  TimeAuthorityFiles files = TRY(issue_time_authority(options));
  TRY(disk.make_directories(directory));
  TRY(disk.write_atomic(path_of(directory, "ca.pem"), view(files.root_pem)));
  TRY(disk.write_atomic(path_of(directory, "tsa.pem"), view(files.signer_pem)));
  TRY(disk.write_atomic(path_of(directory, "serial"), view("0\n")));
  TRY(disk.write_atomic(path_of(directory, "tsa.key"), view(files.signer_key_pem), 0600));
  OPENSSL_cleanse(files.root_key_pem.data(), files.root_key_pem.size());
  OPENSSL_cleanse(files.signer_key_pem.data(), files.signer_key_pem.size());
  return open(disk, directory);
}

Result<TimeAuthority> TimeAuthority::open(Disk& disk, const std::string& directory) {
  const openssl::ErrorScope errors;
  if (!disk.exists(path_of(directory, "tsa.key"))) return fail(ErrorCode::not_found, "There is no time authority in " + directory + ".", "Make one first.");
  auto state = std::make_unique<State>();
  state->disk = &disk;
  state->directory = directory;
  state->root_pem = text_of(TRY(disk.read_all(path_of(directory, "ca.pem"))));
  const Bytes certificate = TRY(disk.read_all(path_of(directory, "tsa.pem")));
  Bytes key = TRY(disk.read_all(path_of(directory, "tsa.key")));
  const openssl::Bio certificate_in(BIO_new_mem_buf(certificate.data(), static_cast<int>(certificate.size())));
  const openssl::Bio key_in(BIO_new_mem_buf(key.data(), static_cast<int>(key.size())));
  state->signer.reset(PEM_read_bio_X509(certificate_in.get(), nullptr, nullptr, nullptr));
  state->key.reset(PEM_read_bio_PrivateKey(key_in.get(), nullptr, nullptr, nullptr));
  OPENSSL_cleanse(key.data(), key.size());
  if (!state->signer || !state->key || X509_check_private_key(state->signer.get(), state->key.get()) != 1)
    return fail(ErrorCode::damaged, "The key of the time authority in " + directory + " does not belong to its certificate.", "Bring both back from a backup, or make a new authority.");
  state->serial = TRY(read_serial(disk, path_of(directory, "serial")));
  return TimeAuthority(std::move(state));
}

Result<Bytes> TimeAuthority::respond(ByteView request_der, Clock& clock) {
  const openssl::ErrorScope errors;
  State& state = *state_;
  state.now = clock.now();
  state.written = {};
  std::time_t now = state.now;
  if (X509_cmp_time(X509_get0_notBefore(state.signer.get()), &now) > 0 || X509_cmp_time(X509_get0_notAfter(state.signer.get()), &now) < 0)
    return fail(ErrorCode::refused, "The time authority's certificate is not valid at " + utc_text(state.now) + ".", "Make a new authority, or set the clock right.");

  const openssl::ResponseContext context(TS_RESP_CTX_new());
  const openssl::Object policy(OBJ_txt2obj(kPolicy, 1));
  if (!context || !policy || TS_RESP_CTX_set_signer_cert(context.get(), state.signer.get()) != 1 || TS_RESP_CTX_set_signer_key(context.get(), state.key.get()) != 1 || TS_RESP_CTX_set_signer_digest(context.get(), EVP_sha256()) != 1 ||
      TS_RESP_CTX_set_ess_cert_id_digest(context.get(), EVP_sha256()) != 1 || TS_RESP_CTX_set_def_policy(context.get(), policy.get()) != 1 || TS_RESP_CTX_add_md(context.get(), EVP_sha256()) != 1 ||
      TS_RESP_CTX_add_md(context.get(), EVP_sha384()) != 1 || TS_RESP_CTX_add_md(context.get(), EVP_sha512()) != 1 || TS_RESP_CTX_set_accuracy(context.get(), 1, 0, 0) != 1)
    return openssl_failed("prepare a time-stamp");
  TS_RESP_CTX_add_flags(context.get(), TS_TSA_NAME | TS_ORDERING);
  TS_RESP_CTX_set_time_cb(
      context.get(),
      [](TS_resp_ctx*, void* data, long* seconds, long* microseconds) {
        *seconds = static_cast<State*>(data)->now;
        *microseconds = 0;
        return 1;
      },
      &state);
  TS_RESP_CTX_set_serial_cb(
      context.get(),
      [](TS_resp_ctx* responding, void* data) -> ASN1_INTEGER* {
        State& mine = *static_cast<State*>(data);
        const std::string text = std::to_string(mine.serial + 1) + "\n";
        mine.written = mine.disk->write_atomic(path_of(mine.directory, "serial"), view(text));
        openssl::Integer number(ASN1_INTEGER_new());
        if (!mine.written || !number || ASN1_INTEGER_set_uint64(number.get(), mine.serial + 1) != 1) {
          TS_RESP_CTX_set_status_info(responding, TS_STATUS_REJECTION, "The number could not be stored.");
          TS_RESP_CTX_add_failure_info(responding, TS_INFO_SYSTEM_FAILURE);
          return nullptr;
        }
        ++mine.serial;
        return number.release();
      },
      &state);

  // OpenSSL reads one request and does not look at what follows it: what is not exactly one is given as nothing, which it rejects.
  const bool one = request_der.size() <= kMaximumRequest && der::only(request_der, der::kSequence).has_value();
  const openssl::Bio in(BIO_new_mem_buf(request_der.data(), one ? static_cast<int>(request_der.size()) : 0));
  const openssl::Response response(TS_RESP_create_response(context.get(), in.get()));
  if (!state.written) return tl::unexpected<Error>(state.written.error());
  if (!response) return openssl_failed("answer the request for a time-stamp");
  return openssl::encode_der(response.get(), i2d_TS_RESP);
}

}  // namespace oyer::seal
