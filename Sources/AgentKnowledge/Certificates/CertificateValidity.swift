import AgentText
package import AgentHost
import SwiftASN1

/// When a certificate is valid (RFC 5280, section 4.1.2.5).
package struct CertificateValidity: Sendable, Hashable {
  /// The first second, since 1970-01-01 00:00 UTC.
  package var notBefore: Int64
  /// The last second, since 1970-01-01 00:00 UTC.
  package var notAfter: Int64

  /// Makes a validity.
  package init(notBefore: Int64, notAfter: Int64) {
    self.notBefore = notBefore
    self.notAfter = notAfter
  }

  /// Why a file tells no validity.
  package enum Problem: Error, Sendable, Equatable, CustomStringConvertible {
    /// It could not be read.
    case file(FileError)
    /// It does not begin with a certificate in PEM, or that one is broken.
    case noCertificate(path: String)

    /// The problem in words, with the path.
    package var description: String {
      switch self {
      case .file(let error): "\(error)"
      case .noCertificate(let path): "\(path): holds no certificate"
      }
    }
  }

  /// The validity of the first certificate in a PEM file; what follows it is not read, because it may be a key.
  package init(firstIn path: String, _ files: HostFiles) throws(Problem) {
    let content: [UInt8]?
    do { content = try files.head(path, through: "-----END CERTIFICATE-----") } catch { throw .file(error) }
    guard let content, let text = String(validating: content, as: UTF8.self),
      let start = text.firstRange(of: "-----BEGIN CERTIFICATE-----")?.lowerBound,
      let document = try? PEMDocument(pemString: String(text[start...])), let validity = Self(der: document.derBytes)
    else { throw .noCertificate(path: path) }
    self = validity
  }

  /// The validity of a certificate in DER; nil when it is none.
  ///
  /// Certificate ::= SEQUENCE { tbsCertificate SEQUENCE { [0] version, serialNumber, signature, issuer, validity, … }, … }
  init?(der: [UInt8]) {
    let dates = try? DER.sequence(try DER.parse(der), identifier: .sequence) { certificate -> (Int64, Int64) in
      guard let body = certificate.next() else { throw Malformed() }
      while certificate.next() != nil {}
      return try DER.sequence(body, identifier: .sequence) { fields in
        _ = try DER.optionalExplicitlyTagged(&fields, tagNumber: 0, tagClass: .contextSpecific) { $0 }
        for _ in 0..<3 { _ = fields.next() }
        guard let validity = fields.next() else { throw Malformed() }
        while fields.next() != nil {}
        return try DER.sequence(validity, identifier: .sequence) { (try Self.time(&$0), try Self.time(&$0)) }
      }
    }
    guard let dates else { return nil }
    self.init(notBefore: dates.0, notAfter: dates.1)
  }

  private struct Malformed: Error {}

  private static func time(_ nodes: inout ASN1NodeCollection.Iterator) throws -> Int64 {
    guard let node = nodes.next() else { throw Malformed() }
    if node.identifier == .utcTime {
      let time = try UTCTime(derEncoded: node)
      return seconds(time.year, time.month, time.day, time.hours, time.minutes, time.seconds)
    }
    let time = try GeneralizedTime(derEncoded: node)
    return seconds(time.year, time.month, time.day, time.hours, time.minutes, time.seconds)
  }

  /// Seconds since 1970.
  private static func seconds(_ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int, _ second: Int) -> Int64
  {
    let days = CalendarDate(year: year, month: month, day: day).daysSince1970
    return Int64(days * 86_400 + hour * 3600 + minute * 60 + second)
  }
}
