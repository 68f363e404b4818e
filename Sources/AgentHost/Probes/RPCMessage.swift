/// The NULL call of ONC RPC (RFC 5531): it does nothing, and every server answers it without authentication.
struct RPCNullCall: Hashable {
  /// The number of NFS among RPC programs.
  static let nfs: UInt32 = 100_003

  /// Chosen by the caller; the reply repeats it.
  var transaction: UInt32
  var program = RPCNullCall.nfs
  var version: UInt32

  /// The call as one record over TCP (RFC 5531, section 11): its length with the last-fragment bit, then the call
  /// with an empty credential and verifier.
  var record: [UInt8] {
    let words: [UInt32] = [transaction, 0, 2, program, version, 0, 0, 0, 0, 0]
    return ([UInt32(words.count * 4) | 1 << 31] + words).flatMap { word in
      stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> UInt32($0)) }
    }
  }
}

/// What a server replied to a call that does nothing.
enum RPCReply: Hashable {
  /// It serves the program in this version.
  case success
  /// It does not serve the program.
  case noProgram
  /// It serves the program in other versions.
  case otherVersions(low: UInt32, high: UInt32)
  /// It refuses; why, in words.
  case refused(String)
  /// A reply to another call, or a call.
  case foreign
  /// No reply of RPC.
  case garbage

  /// Reads a record without its length.
  init(_ record: [UInt8], to call: RPCNullCall) {
    var reader = XDRReader(record)
    guard let transaction = reader.word(), let kind = reader.word() else {
      self = .garbage
      return
    }
    guard transaction == call.transaction, kind == 1 else {
      self = kind <= 1 ? .foreign : .garbage
      return
    }
    switch reader.word() {
    case 0: self = Self.accepted(&reader)
    case 1: self = Self.denied(&reader)
    default: self = .garbage
    }
  }

  private static func accepted(_ reader: inout XDRReader) -> RPCReply {
    // The verifier: its flavor, and up to 400 bytes.
    guard reader.word() != nil, let length = reader.word(), length <= 400, reader.skip(Int(length)) else {
      return .garbage
    }
    switch reader.word() {
    case 0: return .success
    case 1: return .noProgram
    case 2:
      guard let low = reader.word(), let high = reader.word() else { return .garbage }
      return .otherVersions(low: low, high: high)
    case 3: return .refused("it knows no NULL procedure")
    case 4: return .refused("it cannot read the call")
    case 5: return .refused("it has an error of its own")
    default: return .garbage
    }
  }

  private static func denied(_ reader: inout XDRReader) -> RPCReply {
    switch (reader.word(), reader.word()) {
    case (0, _?): .refused("it speaks another version of RPC")
    case (1, let status?): .refused("it wants authentication (\(status))")
    default: .garbage
    }
  }
}

/// Reads numbers of XDR (RFC 4506): four bytes each, the highest first.
private struct XDRReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  mutating func word() -> UInt32? {
    guard rest.count >= 4 else { return nil }
    defer { rest = rest.dropFirst(4) }
    return rest.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// Leaves out so many bytes and those that fill up the last word.
  mutating func skip(_ count: Int) -> Bool {
    let padded = (count + 3) & ~3
    guard rest.count >= padded else { return false }
    rest = rest.dropFirst(padded)
    return true
  }
}

/// Puts the fragments of a record together.
struct RPCRecordAssembler {
  /// Well above a reply that says nothing.
  static let limit = 1024

  private var received: [UInt8] = []
  private var record: [UInt8] = []

  /// What became of the bytes so far.
  enum Progress: Hashable {
    /// A whole record.
    case record([UInt8])
    /// More is to come.
    case incomplete
    /// More than a reply can be, or fragments without end.
    case tooLong
  }

  /// Takes bytes.
  mutating func take(_ bytes: some Sequence<UInt8>) -> Progress {
    received += bytes
    while received.count >= 4 {
      let head = received.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      let length = Int(head & 0x7FFF_FFFF)
      let isLast = head >> 31 == 1
      // An empty fragment that is not the last one is allowed, and could go on for ever.
      guard record.count + length <= Self.limit, length > 0 || isLast else { return .tooLong }
      guard received.count >= 4 + length else { break }
      record += received[4..<(4 + length)]
      received.removeFirst(4 + length)
      if isLast { return .record(record) }
    }
    return received.count <= 4 + Self.limit ? .incomplete : .tooLong
  }
}
