import AgentText

/// Reads mountinfo as bytes: a node with many pods has tens of thousands of lines.
struct MountInfoParser {
  private static let space = UInt8(ascii: " ")
  private static let hyphen = [UInt8(ascii: "-")]

  /// What the mounts of one file system share, kept once.
  private struct Shared {
    var source: MountPath
    var rawSource: [UInt8]
    var options: MountOptions
  }

  private var shared: [DeviceNumber: Shared] = [:]
  private(set) var mounts: [Mount] = []
  private(set) var malformed = 0

  mutating func parse(_ text: [UInt8]) {
    text.withUnsafeBufferPointer { bytes in
      var start = bytes.startIndex
      while start < bytes.endIndex {
        let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
        if end > start { take(bytes[start..<end]) }
        start = end + 1
      }
    }
  }

  private mutating func take(_ line: Slice<UnsafeBufferPointer<UInt8>>) {
    guard let mount = mount(line) else { return malformed += 1 }
    mounts.append(mount)
  }

  /// `36 35 98:0 /root /point rw,noatime shared:1 master:2 - ext4 /dev/sda1 rw`; an empty source leaves two spaces.
  private mutating func mount(_ line: Slice<UnsafeBufferPointer<UInt8>>) -> Mount? {
    let fields = line.split(separator: Self.space, omittingEmptySubsequences: false)
    guard fields.count > 8, let id = Self.number(fields[0]), let parent = Self.number(fields[1]),
      let device = DeviceNumber(fields[2]),
      let hyphen = fields.indices.dropFirst(6).first(where: { fields[$0].elementsEqual(Self.hyphen) }),
      fields.count > hyphen + 3, !fields[hyphen + 1].isEmpty, !fields[hyphen + 3].isEmpty,
      let root = OctalEscapes.decode(fields[3]), let point = OctalEscapes.decode(fields[4]), !point.isEmpty
    else { return nil }
    guard let common = common(device, source: fields[hyphen + 2], options: fields[hyphen + 3]) else { return nil }
    return Mount(
      id: id, parent: parent, device: device, root: MountPath(bytes: root), point: MountPath(bytes: point),
      options: MountOptions(String(decoding: fields[5], as: UTF8.self)),
      type: String(decoding: fields[hyphen + 1], as: UTF8.self), source: common.source, superOptions: common.options)
  }

  private mutating func common(
    _ device: DeviceNumber, source: Slice<UnsafeBufferPointer<UInt8>>, options: Slice<UnsafeBufferPointer<UInt8>>
  ) -> Shared? {
    if let known = shared[device], known.rawSource.elementsEqual(source),
      known.options.text.utf8.elementsEqual(options)
    {
      return known
    }
    guard let decoded = OctalEscapes.decode(source) else { return nil }
    let former = shared[device]?.options
    let text = String(decoding: options, as: UTF8.self)
    let new = Shared(
      source: MountPath(bytes: decoded), rawSource: Array(source),
      options: former?.text == text ? former ?? MountOptions(text) : MountOptions(text))
    shared[device] = new
    return new
  }

  private static func number(_ field: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
    guard (1...10).contains(field.count) else { return nil }
    var value = 0
    for byte in field {
      guard byte.isDecimalDigit else { return nil }
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
    }
    return value
  }
}
