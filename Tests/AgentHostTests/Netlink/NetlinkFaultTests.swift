import CNetlink
import Testing

@testable import AgentHost

@Suite struct NetlinkFaultTests {
  @Test(arguments: [0, 1, NetworkDump.attempts - 1]) func aReadingIsTriedAgainUntilTheTableHoldsStill(changes: Int)
    throws
  {
    var (readings, again) = (0, 0)
    try NetworkDump.insist(
      { () throws(NetworkError) in
        readings += 1
        if readings <= changes { throw NetworkError.changing }
      }, again: { again += 1 })
    #expect(readings == changes + 1 && again == changes)
  }

  @Test func aTableThatNeverHoldsStillIsGivenUp() {
    var again = 0
    #expect(throws: NetworkError.changing) {
      try NetworkDump.insist({ () throws(NetworkError) in throw NetworkError.changing }, again: { again += 1 })
    }
    #expect(again == 5)
  }

  @Test func otherFailuresAreNotTriedAgain() {
    let failure = NetworkError.failed(call: "x", reason: "y")
    var again = 0
    #expect(throws: failure) {
      try NetworkDump.insist({ () throws(NetworkError) in throw failure }, again: { again += 1 })
    }
    #expect(again == 0)
  }

  @Test func everyWordOfLostMessagesIsAnOverrun() {
    for code in [NLE_NOMEM, NLE_MSG_OVERFLOW, NLE_MSG_TRUNC, NLE_DUMP_INTR] {
      #expect(NetlinkSocket.Reception(-CInt(code)) == .overrun)
    }
    #expect(NetlinkSocket.Reception(-CInt(NLE_AGAIN)) == .nothing)
    #expect(NetlinkSocket.Reception(-CInt(NLE_INTR)) == .messages)
    #expect(NetlinkSocket.Reception(0) == .messages)
  }

  @Test func onlyAnInterruptedDumpIsAChange() {
    #expect(NetworkError.failure("x", -CInt(NLE_DUMP_INTR)) == .changing)
    #expect(NetworkError.failure("x", -CInt(NLE_NOMEM)) == .failed(call: "x", reason: "Out of memory"))
  }
}
