import CNetlink
import Testing

@Suite struct NetlinkModuleTests {
  @Test func theModuleMapLeadsToLibnl() {
    #expect(String(cString: nl_geterror(CInt(NLE_NOMEM))) == "Out of memory")
  }
}
