import Testing

@testable import AgentText

@Suite("Damaged YAML never stops the program")
struct YAMLDamageTests {
  static let original = Array(
    """
    %YAML 1.1
    ---
    role: [control-plane, "worker"]
    a: &a {k: 'v', "q\\n": !!int 5}
    b: *a
    text: |+
      ü block
    folded: >-
      x
    ? key
    : - 1
      - {}
    ...
    """.utf8)

  @Test("Every prefix gives a tree or an error with a place inside the text")
  func prefixes() {
    for length in 0...Self.original.count {
      #expect(isSane(Array(Self.original.prefix(length))))
    }
  }

  @Test("Every byte replaced by a hostile one gives a tree or an error with a place inside the text")
  func replacements() {
    for index in Self.original.indices {
      for byte in Array("\0\t\n[]{}*&!%?:-,'\"#|>@`\\".utf8) + [0x80, 0xC3, 0xE2, 0xF0, 0xFF] {
        var bytes = Self.original
        bytes[index] = byte
        #expect(isSane(bytes), "byte \(byte) at \(index)")
      }
    }
  }

  private func isSane(_ bytes: [UInt8]) -> Bool {
    let lines = bytes.count { $0 == UInt8(ascii: "\n") } + 1
    do throws(YAMLError) {
      return try YAMLParser.documents(bytes).count <= 2
    } catch {
      return !error.message.isEmpty && (1...lines).contains(error.mark.line) && error.mark.column >= 1
    }
  }
}
