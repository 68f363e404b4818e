/// How a pod suffers from a server, the worst first.
enum NFSHarm: Int, CaseIterable, Comparable {
  /// It waits for answers, or gets errors in place of them.
  case waits
  /// It can read.
  case cannotWrite
  /// It gets its answers late.
  case isSlow

  static func < (left: NFSHarm, right: NFSHarm) -> Bool { left.rawValue < right.rawValue }
}
