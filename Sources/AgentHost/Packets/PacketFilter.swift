import CLinux
import Glibc

/// A socket filter (classic BPF; linux/filter.h, Documentation/networking/filter.rst of the kernel) as a list of rules:
/// the first rule of which all tests hold decides, and without one the packet is dropped before it wakes anybody.
struct PacketFilter {
  /// A field of the packet, or of what the kernel knows about it.
  struct Field {
    enum Width { case byte, half, word }

    var width: Width
    var offset: UInt32

    static func byte(_ offset: UInt32) -> Field { Field(width: .byte, offset: offset) }
    static func half(_ offset: UInt32) -> Field { Field(width: .half, offset: offset) }
    static func word(_ offset: UInt32) -> Field { Field(width: .word, offset: offset) }

    /// PACKET_HOST, PACKET_BROADCAST, … (packet(7)).
    static let packetType = ancillary(SKF_AD_PKTTYPE)
    /// The EtherType.
    static let etherType = ancillary(SKF_AD_PROTOCOL)
    /// Whether the frame came with a VLAN tag, which the network card took off.
    static let isTagged = ancillary(SKF_AD_VLAN_TAG_PRESENT)
    /// A byte of the IP header, also where the packet begins behind it.
    static func networkByte(_ offset: Int32) -> Field {
      Field(width: .byte, offset: UInt32(bitPattern: SKF_NET_OFF + offset))
    }

    private static func ancillary(_ place: Int32) -> Field {
      Field(width: .word, offset: UInt32(bitPattern: SKF_AD_OFF + place))
    }
  }

  struct Test {
    enum Relation { case equals, atMost, hasBit }

    var field: Field
    var relation: Relation
    var value: UInt32
    /// Whether the test holds where the relation does not.
    var isNegated = false

    static func equal(_ field: Field, _ value: UInt32) -> Test { Test(field: field, relation: .equals, value: value) }
    static func atMost(_ field: Field, _ value: UInt32) -> Test { Test(field: field, relation: .atMost, value: value) }
    static func hasBit(_ field: Field, _ value: UInt32) -> Test { Test(field: field, relation: .hasBit, value: value) }
    static prefix func ! (test: Test) -> Test {
      var test = test
      test.isNegated.toggle()
      return test
    }
  }

  struct Rule {
    var tests: [Test]
    var isAccepting: Bool

    static func accept(_ tests: [Test]) -> Rule { Rule(tests: tests, isAccepting: true) }
    static func drop(_ tests: [Test]) -> Rule { Rule(tests: tests, isAccepting: false) }
  }

  /// More makes the kernel refuse the program (BPF_MAXINSNS).
  static let maximum = 4096

  private(set) var program: [sock_filter]

  /// Compiles rules. A rule that reads beyond the packet's end drops it.
  init(_ rules: [Rule]) {
    program = rules.flatMap(Self.compile)
    program.append(Self.verdict(isAccepting: false))
  }

  private static func compile(_ rule: Rule) -> [sock_filter] {
    var code: [sock_filter] = []
    for (index, test) in rule.tests.enumerated() {
      // Behind the rule: the loads and jumps of the tests that follow, and the verdict.
      let away = UInt8(2 * (rule.tests.count - index - 1) + 1)
      code.append(sock_filter(code: load(test.field), jt: 0, jf: 0, k: test.field.offset))
      // There is a jump for "greater", so "at most" is its negation.
      let isJumpAway = test.isNegated != (test.relation == .atMost)
      code.append(
        sock_filter(code: jump(test), jt: isJumpAway ? away : 0, jf: isJumpAway ? 0 : away, k: test.value))
    }
    return code + [verdict(isAccepting: rule.isAccepting)]
  }

  private static func load(_ field: Field) -> UInt16 {
    let size =
      switch field.width {
      case .byte: BPF_B
      case .half: BPF_H
      case .word: BPF_W
      }
    return UInt16(BPF_LD | size | BPF_ABS)
  }

  private static func jump(_ test: Test) -> UInt16 {
    let relation =
      switch test.relation {
      case .equals: BPF_JEQ
      case .atMost: BPF_JGT
      case .hasBit: BPF_JSET
      }
    return UInt16(BPF_JMP | relation | BPF_K)
  }

  private static func verdict(isAccepting: Bool) -> sock_filter {
    sock_filter(code: UInt16(BPF_RET | BPF_K), jt: 0, jf: 0, k: isAccepting ? UInt32.max : 0)
  }

  /// Makes it the filter of a socket; the old one stays in force until then.
  func attach(to descriptor: CInt) throws(SystemCallError) {
    var program = program
    guard clinux_attach_filter(descriptor, &program, UInt16(program.count)) == 0 else {
      throw SystemCallError("SO_ATTACH_FILTER", code: errno)
    }
  }
}
