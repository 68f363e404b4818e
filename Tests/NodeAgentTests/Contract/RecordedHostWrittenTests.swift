import AgentHost
import AgentKnowledge
import AgentText
import Testing

/// What a recorded host's sources read, they write again without a loss.
@Suite struct RecordedHostWrittenTests {
  @Test(arguments: RecordedHost.all) func everyRecordingIsReadWrittenAndReadAgain(_ host: RecordedHost) throws {
    let recording = try Recording(of: HostRoot(host.path, mode: .recorded))
    let written = SettingsWriter(recording).document
    let again = try Settings.load(text: Array(written.utf8), file: host.name).decode(Recording.self)
    #expect(SettingsWriter(again).document == written)
    #expect(again.network.recordedTable == recording.network.recordedTable)
    #expect(again.network.claimants == recording.network.claimants)
    #expect(again.units.mapValues(\.status) == recording.units.mapValues(\.status))
    #expect(again.clock == recording.clock && again.spaces == recording.spaces && again.time == recording.time)
    #expect(again.vrrp.count == recording.vrrp.count && again.http.count == recording.http.count)
    #expect(again.nfs.count == recording.nfs.count && again.mounts.count == recording.mounts.count)
  }
}
