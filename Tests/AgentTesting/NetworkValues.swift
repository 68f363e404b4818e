package import AgentText

/// Short names for what tests write often.
package func ip(_ text: String) throws -> IPAddress { try IPAddress(settingsScalar: text) }

package func mac(_ text: String) throws -> HardwareAddress { try HardwareAddress(settingsScalar: text) }

/// A number in the machine's byte order.
package func bytes<T: FixedWidthInteger & BitwiseCopyable>(_ number: T) -> [UInt8] {
  withUnsafeBytes(of: number) { [UInt8]($0) }
}
