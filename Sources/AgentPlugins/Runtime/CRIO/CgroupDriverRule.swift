/// Whether kubelet and CRI-O must name the same driver themselves.
///
/// From 1.31 on the kubelet asks the runtime (KEP-4033: KubeletCgroupDriverFromCRI, alpha in 1.28, on by default in 1.31,
/// locked on in 1.34); CRI-O answers from 1.28 on, containerd from 2.0 on.
enum CgroupDriverRule: Equatable {
  /// The kubelet follows the runtime.
  case follows
  /// Each has its own setting, and they must be the same.
  case mustMatch
  /// A version is not known, and the answer depends on it.
  case unclear

  init(kubeletMinor: Int?, gate: Bool?, crioMinor: Int?) {
    let asks: Bool? =
      switch kubeletMinor {
      case .some(34...): true
      case .some(28...): gate ?? ((kubeletMinor ?? 0) >= 31)
      case .some: false
      case nil: nil
      }
    let answers = crioMinor.map { $0 >= 28 }
    self =
      switch (asks, answers) {
      case (false, _), (_, false): .mustMatch
      case (true, true): .follows
      default: .unclear
      }
  }
}
