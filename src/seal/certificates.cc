// SPDX-License-Identifier: GPL-3.0-or-later
#include "seal/certificates.h"

#include <openssl/pem.h>

#include <ctime>

#include "base/clock.h"
#include "seal/hash.h"
#include "seal/openssl_handle.h"

namespace oyer::seal {
namespace {

constexpr std::size_t kMaximumBytes = 1U << 20;
constexpr std::size_t kMaximumCount = 256;

std::int64_t seconds_of(const ASN1_TIME* time) {
  std::tm parts{};
  // A time that can't be read counts as long past: nothing is valid by it.
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return 0;
  return timegm(&parts);
}

std::shared_ptr<X509> certificate_of(ByteView der) {
  const unsigned char* at = der.data();
  std::shared_ptr<X509> out(d2i_X509(nullptr, &at, static_cast<long>(der.size())), X509_free);
  return at == der.data() + der.size() ? out : nullptr;
}

std::shared_ptr<X509_CRL> revocation_list_of(ByteView der) {
  const unsigned char* at = der.data();
  std::shared_ptr<X509_CRL> out(d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size())), X509_CRL_free);
  return at == der.data() + der.size() ? out : nullptr;
}

}  // namespace

std::string name_text(const X509_NAME* name) {
  const openssl::Bio out(BIO_new(BIO_s_mem()));
  if (name == nullptr || X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB)) < 0) return {};
  char* text = nullptr;
  const long length = BIO_get_mem_data(out.get(), &text);
  return length <= 0 ? std::string{} : std::string(text, static_cast<std::size_t>(length));
}

CertificateFacts facts_of(const X509* certificate) {
  return {name_text(X509_get_subject_name(certificate)), name_text(X509_get_issuer_name(certificate)), seconds_of(X509_get0_notBefore(certificate)), seconds_of(X509_get0_notAfter(certificate)),
          hex(sha256(openssl::encode_der(certificate, i2d_X509)))};
}

Result<Certificates> Certificates::parse(std::string_view pem_or_der) {
  const openssl::ErrorScope errors;
  if (pem_or_der.size() > kMaximumBytes) return fail(ErrorCode::bad_input, "The certificate file is larger than 1 MiB.", "Give only the certificates and revocation lists of the time authority.");
  Certificates out;
  if (const auto certificate = certificate_of(view(pem_or_der))) {
    out.certificates_.push_back(certificate);
    return out;
  }
  if (const auto list = revocation_list_of(view(pem_or_der))) {
    out.revocation_lists_.push_back(list);
    return out;
  }
  ERR_clear_error();
  const openssl::Bio in(BIO_new_mem_buf(pem_or_der.data(), static_cast<int>(pem_or_der.size())));
  for (;;) {
    char* label = nullptr;
    char* header = nullptr;
    unsigned char* bytes = nullptr;
    long length = 0;
    if (PEM_read_bio(in.get(), &label, &header, &bytes, &length) != 1) {
      if (ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE) break;  // the end
      return fail(ErrorCode::bad_input, "The certificate file is damaged: a PEM block in it can't be read.", "Get the file again from the time authority.");
    }
    const std::string name = label;
    const ByteView der(bytes, static_cast<std::size_t>(length));
    bool read = false;
    if (name == PEM_STRING_X509 || name == PEM_STRING_X509_OLD) {
      if (const auto certificate = certificate_of(der)) out.certificates_.push_back(certificate), read = true;
    } else if (name == PEM_STRING_X509_CRL) {
      if (const auto list = revocation_list_of(der)) out.revocation_lists_.push_back(list), read = true;
    }
    OPENSSL_free(label);
    OPENSSL_free(header);
    OPENSSL_clear_free(bytes, static_cast<std::size_t>(length));  // it may be a private key that strayed in
    if (!read) return fail(ErrorCode::bad_input, "The certificate file holds something that is neither a certificate nor a revocation list.", "Give certificates and revocation lists only, never a private key.");
    if (out.certificates_.size() + out.revocation_lists_.size() > kMaximumCount) return fail(ErrorCode::bad_input, "The certificate file holds more than 256 certificates.", "Give only those of the time authority.");
  }
  if (out.empty()) return fail(ErrorCode::bad_input, "The certificate file holds no certificate.", "Give a file in PEM with the certificates of the time authority.");
  return out;
}

Certificates Certificates::joined_with(const Certificates& more) const {
  Certificates out = *this;
  out.certificates_.insert(out.certificates_.end(), more.certificates_.begin(), more.certificates_.end());
  out.revocation_lists_.insert(out.revocation_lists_.end(), more.revocation_lists_.begin(), more.revocation_lists_.end());
  return out;
}

std::vector<CertificateFacts> Certificates::facts() const {
  std::vector<CertificateFacts> out;
  for (const auto& certificate : certificates_) out.push_back(facts_of(certificate.get()));
  return out;
}

std::string Certificates::text() const {
  std::string out;
  for (const CertificateFacts& one : facts()) out += one.subject + "\n  not after " + utc_text(one.not_after) + "\n  SHA-256 " + one.fingerprint + "\n";
  for (const auto& list : revocation_lists_)
    out += "revocation list of " + name_text(X509_CRL_get_issuer(list.get())) + "\n  as of " + utc_text(seconds_of(X509_CRL_get0_lastUpdate(list.get()))) + "\n  SHA-256 " + hex(sha256(openssl::encode_der(list.get(), i2d_X509_CRL))) + "\n";
  return out;
}

}  // namespace oyer::seal
