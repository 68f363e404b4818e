import AgentCore

/// The Prometheus text exposition format, version 0.0.4.
///
/// Source: prometheus.io/docs/instrumenting/exposition_formats.
enum PrometheusText {
  /// Writes the families, by name, each with its samples by label values.
  ///
  /// Families of one name become one, with the first one's help and kind; a family without samples is left out; of
  /// samples with the same labels the first is written, since Prometheus takes a series once per scrape.
  static func render(_ families: [MetricFamily]) -> [UInt8] {
    var page = ExpositionBuffer()
    page.reserve(families.reduce(0) { $0 + 192 + 96 * $1.samples.count })
    let order = families.indices.sorted { (families[$0].name, $0) < (families[$1].name, $1) }
    var start = order.startIndex
    while start < order.endIndex {
      let first = families[order[start]]
      let end = order[start...].firstIndex { families[$0].name != first.name } ?? order.endIndex
      let samples = end == start + 1 ? first.samples : order[start..<end].flatMap { families[$0].samples }
      write(samples, of: first, to: &page)
      start = end
    }
    return page.bytes
  }

  private static func write(_ samples: [MetricSample], of family: MetricFamily, to page: inout ExpositionBuffer) {
    guard !samples.isEmpty else { return }
    writeHeader(of: family, to: &page)
    let name = family.name.description
    if SampleOrder.isAscending(samples) {
      for sample in samples { page.appendSample(name, sample) }
      return
    }
    var last: Int?
    for index in SampleOrder.ascendingIndices(of: samples) {
      if let last, SampleOrder.compare(samples[last], samples[index]) == 0 { continue }
      page.appendSample(name, samples[index])
      last = index
    }
  }

  private static func writeHeader(of family: MetricFamily, to page: inout ExpositionBuffer) {
    page.append("# HELP ")
    page.append(family.name.description)
    page.append(" ")
    page.appendEscaped(family.help, quoted: false)
    page.append("\n# TYPE ")
    page.append(family.name.description)
    page.append(" ")
    page.append(family.kind.rawValue)
    page.append("\n")
  }
}
