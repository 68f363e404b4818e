package import AgentCore
import AgentHost
package import AgentText

/// Listens for changes of this host's interfaces and addresses, and for the holders of addresses that may become known
/// only while it listens.
package final class NetworkWatch: Sendable {
  /// Who listens.
  struct Sources: Sendable {
    var loop: EventLoop
    var monitor: NetworkMonitor
    var prober: AddressProber
  }

  private let sources: Sources?
  private let interest = AddressInterest()

  /// - Parameter sources: nil on a recorded host, where nothing changes.
  init(_ sources: Sources?) { self.sources = sources }

  /// A trigger whenever an interface or an address of this host changed, a followed address got another hardware address
  /// in the neighbour table, or another host announced it; ends at once on a recorded host.
  ///
  /// The listening begins with the call, which is made once.
  package func changes() -> AsyncStream<Trigger> {
    guard let sources else { return .ended }
    return TriggerStreams.merge(
      [sources.monitor.changes(for: interest), sources.prober.announcements(for: interest)], on: sources.loop)
  }

  /// Follows these addresses from now on, and no others. Costs nothing when they are the ones that it follows already.
  ///
  /// - Parameters:
  ///   - watched: the addresses that are listened for, and whose coming and going is counted.
  ///   - own: addresses that this host may answer for without holding them, as a MetalLB speaker does; looking for its
  ///     answers costs a little of every packet, so none unless there is a speaker.
  package func follow(_ watched: Set<IPAddress>, announcing own: Set<IPAddress> = []) async {
    guard let sources, interest.change(to: AddressInterest.Addresses(watched: watched, own: own)) else { return }
    await sources.monitor.interestChanged(interest)
    await sources.prober.interestChanged(interest)
  }
}
