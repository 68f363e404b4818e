import Testing

@testable import AgentText

@Suite struct CalendarDateTests {
  @Test(arguments: [
    (0, "1970-01-01"), (86_399, "1970-01-01"), (86_400, "1970-01-02"), (951_782_400, "2000-02-29"),
    (951_868_800, "2000-03-01"), (1_767_225_599, "2025-12-31"), (1_795_230_000, "2026-11-21"),
    (4_107_542_400, "2100-03-01"), (-5, "1970-01-01"), (Int64.max, "9999-12-31"),
  ]) func daysAreThoseOfTheCalendar(seconds: Int64, date: String) {
    #expect(CalendarDate(seconds: seconds).description == date)
  }

  @Test(arguments: [
    (1970, 1, 1, 0), (1969, 12, 31, -1), (2000, 2, 29, 11_016), (2026, 12, 1, 20_788), (1, 1, 1, -719_162),
    (9999, 12, 31, 2_932_896), (Int.max, 1, 1, 2_932_532),
  ]) func daysAreCountedFrom1970(year: Int, month: Int, day: Int, days: Int) {
    #expect(CalendarDate(year: year, month: month, day: day).daysSince1970 == days)
  }

  @Test func everyDayOfTwoErasIsReadBack() {
    #expect((0..<292_194).allSatisfy { CalendarDate(seconds: Int64($0) * 86_400).daysSince1970 == $0 })
  }
}
