import AgentCore

/// The order of a family's samples on a page: by label values, byte by byte.
///
/// Bytes, not Swift's string order: two texts that Unicode holds equivalent are two series for Prometheus.
enum SampleOrder {
  /// Negative, zero or positive, as `left` comes before, is the same series as, or comes after `right`.
  static func compare(_ left: MetricSample, _ right: MetricSample) -> Int {
    for index in 0..<min(left.labels.count, right.labels.count) {
      let byValue = compare(left.labels[index].value, right.labels[index].value)
      if byValue != 0 { return byValue }
      let byName = compare(left.labels[index].name.description, right.labels[index].name.description)
      if byName != 0 { return byName }
    }
    return left.labels.count - right.labels.count
  }

  /// Whether every sample comes strictly after the one before it, as plugins mostly give them.
  static func isAscending(_ samples: [MetricSample]) -> Bool {
    samples.indices.dropFirst().allSatisfy { compare(samples[$0 - 1], samples[$0]) < 0 }
  }

  /// The samples' indices in order; samples of one series stay in the order in which they were given.
  static func ascendingIndices(of samples: [MetricSample]) -> [Int] {
    // All values in one array, so that a comparison counts no reference.
    var keys: [UInt8] = []
    var ends = [0]
    for sample in samples {
      for label in sample.labels {
        keys.append(contentsOf: label.value.utf8)
        keys.append(0)
      }
      ends.append(keys.count)
    }
    return samples.indices.sorted {
      let byKey = compare(
        keys.span.extracting(ends[$0]..<ends[$0 + 1]), keys.span.extracting(ends[$1]..<ends[$1 + 1]))
      let order = byKey == 0 ? compare(samples[$0], samples[$1]) : byKey
      return order == 0 ? $0 < $1 : order < 0
    }
  }

  private static func compare(_ left: String, _ right: String) -> Int {
    compare(left.utf8Span.span, right.utf8Span.span)
  }

  private static func compare(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Int {
    let shorter = min(left.count, right.count)
    var index = 0
    while index < shorter, left[index] == right[index] { index += 1 }
    return index < shorter ? Int(left[index]) - Int(right[index]) : left.count - right.count
  }
}
